# Completion of mosquitto_rr for fish, which is that of culex rr: see culex.fish.
# Made by scripts/docs; do not edit.

functions -q __culex_command; or source (status dirname)/culex.fish
complete -c mosquitto_rr -f -w 'culex rr'
