# offers.fish DIRECTORY LINE: what the completions in DIRECTORY offer at the end of
# the command line, one a line, and "--" behind it.
set fish_complete_path $argv[1]

# fish reads completions only for commands that there are.
function (string split ' ' $argv[2])[1]
end

complete -C $argv[2] | string split -f 1 \t
printf '%s\n' --
