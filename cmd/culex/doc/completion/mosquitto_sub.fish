# Completion of mosquitto_sub for fish, which is that of culex sub: see culex.fish.
# Made by scripts/docs; do not edit.

functions -q __culex_command; or source (status dirname)/culex.fish
complete -c mosquitto_sub -f -w 'culex sub'
