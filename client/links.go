package client

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/culex-mqtt/culex/client/options"
)

// linkNames are the programs whose places culex takes.
func linkNames() []string {
	var names []string
	for _, c := range options.Commands() {
		if !c.Own() {
			names = append(names, options.AsReference.Program(c))
		}
	}
	return names
}

// Link is culex link: it makes links to this program under the names of the reference. It replaces nothing.
func Link(env *Env, inv options.Invocation, args []string) Exit {
	l, exit, ok := env.links(options.CommandLink, inv, args)
	if !ok {
		return exit
	}
	var missing []string
	for _, path := range l.paths {
		switch ours, err := l.ours(path); {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, path)
		case err != nil:
			return env.notRun(fmt.Sprintf("%s: %s", printable(path), errnoText(err)))
		case !ours:
			return env.notRun(fmt.Sprintf("%s is another program, and stays. Nothing was changed. Use a directory that comes earlier in PATH, "+
				"or the package culex-mosquitto-clients.", printable(path)))
		}
	}
	var report strings.Builder
	for _, path := range missing {
		if err := os.Symlink(l.program, path); err != nil {
			return env.notRun(fmt.Sprintf("%s cannot be made: %s", printable(path), errnoText(err)))
		}
		fmt.Fprintf(&report, "made %s -> %s\n", printable(path), printable(l.program))
	}
	if len(missing) == 0 {
		fmt.Fprintf(&report, "all links are in %s already\n", printable(l.dir))
	}
	report.WriteString(l.shadowed())
	return env.print(report.String(), options.Sound)
}

// Unlink is culex unlink: it removes what Link has made, and nothing else.
func Unlink(env *Env, inv options.Invocation, args []string) Exit {
	l, exit, ok := env.links(options.CommandUnlink, inv, args)
	if !ok {
		return exit
	}
	var report strings.Builder
	for _, path := range l.paths {
		switch ours, err := l.ours(path); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return env.notRun(fmt.Sprintf("%s: %s", printable(path), errnoText(err)))
		case !ours:
			fmt.Fprintf(&report, "left %s: it is no link to culex\n", printable(path))
		default:
			if err := os.Remove(path); err != nil {
				return env.notRun(fmt.Sprintf("%s cannot be removed: %s", printable(path), errnoText(err)))
			}
			fmt.Fprintf(&report, "removed %s\n", printable(path))
		}
	}
	if report.Len() == 0 {
		fmt.Fprintf(&report, "there are no links in %s\n", printable(l.dir))
	}
	return env.print(report.String(), options.Sound)
}

// links are the places of the links in a directory.
type links struct {
	env     *Env
	dir     string
	program string // what they point to
	paths   []string
}

// links reads the command line. It is not ok where the command ends with the exit.
func (e *Env) links(c options.Command, inv options.Invocation, args []string) (*links, Exit, bool) {
	o, err := options.ParseLink(c, args, e.options())
	if err != nil {
		return nil, e.usage(c, inv, err), false
	}
	program, err := e.Executable()
	if err != nil {
		return nil, e.notRun("the path of this program is not known: " + errnoText(err)), false
	}
	dir, err := filepath.Abs(*o.Dir)
	if err == nil {
		var info fs.FileInfo
		if info, err = os.Stat(dir); err == nil && !info.IsDir() {
			err = errors.New("it is not a directory")
		}
	}
	if err != nil {
		return nil, e.notRun(fmt.Sprintf("%s: %s", printable(*o.Dir), errnoText(err))), false
	}
	l := &links{env: e, dir: dir, program: program}
	for _, name := range linkNames() {
		l.paths = append(l.paths, filepath.Join(dir, name))
	}
	return l, Exit{}, true
}

// ours tells whether there is a link to culex: to this file, or to one of that name which may be gone.
func (l *links) ours(path string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return false, err
	}
	target, err := os.Readlink(path)
	if err != nil {
		return false, err
	}
	return filepath.Base(target) == "culex" || sameFile(path, l.program), nil
}

// shadowed says which programs of mosquitto a shell would find before the links.
func (l *links) shadowed() string {
	var b strings.Builder
	for _, path := range l.paths {
		found := l.lookPath(filepath.Base(path))
		switch {
		case found == "":
			fmt.Fprintf(&b, "note: %s is not in PATH\n", printable(l.dir))
			return b.String()
		case !sameFile(found, l.program):
			fmt.Fprintf(&b, "note: %s comes first in PATH\n", printable(found))
		}
	}
	return b.String()
}

// lookPath is what a shell runs for a name, empty for nothing.
func (l *links) lookPath(name string) string {
	for _, dir := range filepath.SplitList(l.env.getenv("PATH")) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			return path
		}
	}
	return ""
}

// sameFile tells whether two paths lead to one file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
