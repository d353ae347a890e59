// Docs writes the help that culex carries, its manual pages and its shell
// completions into cmd/culex/doc. Run it in the root of the repository after a change to an
// option, to the README or to the texts beside this program:
//
//	go run ./scripts/docs
//
// The options come from the table in client/options, the exit codes and what
// differs from mosquitto from README.md, and the rest from scripts/docs/text.
package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/options/manual"
)

// directory is where the files go, seen from the root of the repository.
const directory = "cmd/culex/doc"

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

// write makes the files of the repository at root and writes those that changed.
func write(root string) error {
	files, err := generate(os.DirFS(root))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(root, directory, name)
		if old, err := os.ReadFile(path); err == nil && string(old) == files[name] {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(files[name]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the files by their names below directory. root is the
// repository.
func generate(root fs.FS) (map[string]string, error) {
	commands, err := allCommands()
	if err != nil {
		return nil, err
	}
	files, err := manualPages(root, commands)
	if err != nil {
		return nil, err
	}
	for _, c := range commands {
		program := options.AsCulex.Program(c.Command)
		if files["help/"+strings.ReplaceAll(program, " ", "-")+".txt"], err = manual.Help(c.Command); err != nil {
			return nil, err
		}
	}
	table, err := newCompletionTable(commands)
	if err != nil {
		return nil, err
	}
	files["completion/culex.bash"] = bashCompletion(table)
	files["completion/_culex"] = zshCompletion(table)
	maps.Copy(files, fishCompletions(table))
	return files, nil
}
