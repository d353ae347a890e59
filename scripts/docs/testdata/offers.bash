# offers.bash FILE LINE...: what the completion in FILE offers at the end of each
# command line, one a line, and "--" behind it.
set -u
source "$1"
shift

# What readline would do by itself.
compopt() {
	local action=file
	[ "$2" = dirnames ] && action=directory
	mapfile -t COMPREPLY < <(compgen -A "$action" -- "${COMP_WORDS[COMP_CWORD]}")
}

for COMP_LINE; do
	read -ra COMP_WORDS <<<"$COMP_LINE"
	[[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMP_POINT=${#COMP_LINE}
	spec=$(complete -p "${COMP_WORDS[0]##*/}") || exit
	[[ $spec =~ -F\ ([^ ]+) ]]
	"${BASH_REMATCH[1]}" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]-}" --
done
