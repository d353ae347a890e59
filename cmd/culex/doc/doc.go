// Package doc holds what culex says about itself: the help of its commands, which the binary carries, the manual pages and
// the completions. All but this file is made by scripts/docs.
package doc

import (
	"embed"
	"strings"
)

//go:embed help
var texts embed.FS

// Help is what --help prints of a command, called as "culex pub"; it is empty for a name that is no command.
func Help(program string) string {
	text, _ := texts.ReadFile("help/" + strings.ReplaceAll(program, " ", "-") + ".txt")
	return string(text)
}
