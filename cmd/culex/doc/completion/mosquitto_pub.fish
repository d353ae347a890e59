# Completion of mosquitto_pub for fish, which is that of culex pub: see culex.fish.
# Made by scripts/docs; do not edit.

functions -q __culex_command; or source (status dirname)/culex.fish
complete -c mosquitto_pub -f -w 'culex pub'
