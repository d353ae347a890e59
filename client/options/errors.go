package options

import (
	"errors"
	"fmt"
)

// ErrHelp and ErrVersion end the reading of options at --help and --version: print [Usage] or [VersionText] on standard
// output. Under the names of the reference the status is then 1, under the name of culex 0.
var (
	ErrHelp    = errors.New("help asked for")
	ErrVersion = errors.New("version asked for")
)

// UsageError is a command line that cannot be carried out. The status is 1.
type UsageError struct {
	// Text goes to standard error as it is: one or more lines, the hint at --help included. It is empty where --quiet
	// silences the error.
	Text string
	// Usage asks for the whole [Usage] text on standard output after Text.
	Usage bool
}

// Error returns Text.
func (e *UsageError) Error() string { return e.Text }

// call is a command and the way it was called. It words the errors.
type call struct {
	command Command
	inv     Invocation
}

// hint is the last line of most errors.
func (c call) hint() string {
	return "\nUse '" + c.program() + " --help' to see usage.\n"
}

func (c call) program() string { return c.inv.Program(c.command) }

// optionError is an error about one option and its word: two blank lines before the hint.
func (c call) optionError(format string, args ...any) error {
	return &UsageError{Text: "Error: " + fmt.Sprintf(format, args...) + "\n\n" + c.hint()}
}

// lineError is an error about the command line as a whole: one blank line before the hint. Some errors about a single
// option are of this kind, too; that is the reference's choice.
func (c call) lineError(format string, args ...any) error {
	return &UsageError{Text: "Error: " + fmt.Sprintf(format, args...) + "\n" + c.hint()}
}

// propertyError is an error about a property: like lineError, but without its first word.
func (c call) propertyError(format string, args ...any) error {
	return &UsageError{Text: fmt.Sprintf(format, args...) + "\n" + c.hint()}
}

// settingError is an error about an option that only shows when it is put to use: no hint, silenced by --quiet.
func (o *Client) settingError(text string) error {
	if o.Quiet {
		return &UsageError{}
	}
	return &UsageError{Text: text + "\n"}
}
