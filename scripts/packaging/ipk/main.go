// Ipk packs culex for OpenWrt up to release 24.10: for each of OpenWrt's architectures
// a package with the binary that runs there, and one for all with the links by which
// culex takes the place of the mosquitto clients. The same input gives the same bytes.
//
//	go run ./scripts/packaging/ipk -version 1.2.3 -date 2026-11-24T12:00:00Z -out DIR arm64=PATH arm-7=PATH …
//
// The names before the paths are those of the table in targets.go.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ipk:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("ipk", flag.ContinueOnError)
	version := flags.String("version", "", "the `version` of the package")
	date := flags.String("date", "", "the `time` of all files, as 2026-11-24T12:00:00Z")
	out := flags.String("out", ".", "the `directory` for the packages")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version == "" || strings.ContainsAny(*version, "/ \n") {
		return fmt.Errorf("-version %q: a version without blanks and slashes is needed", *version)
	}
	mtime, err := time.Parse(time.RFC3339, *date)
	if err != nil {
		return fmt.Errorf("-date %q: a time such as 2026-11-24T12:00:00Z is needed", *date)
	}
	if flags.NArg() == 0 {
		return fmt.Errorf("no binary is given; there are %s", strings.Join(names(), ", "))
	}
	for _, word := range flags.Args() {
		name, path, ok := strings.Cut(word, "=")
		if !ok || architectures()[name] == nil {
			return fmt.Errorf("%q: NAME=PATH is needed, with a name of %s", word, strings.Join(names(), ", "))
		}
		binary, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, arch := range architectures()[name] {
			if err := write(*out, culex(*version, arch, binary), mtime); err != nil {
				return err
			}
		}
	}
	return write(*out, standIn(*version), mtime)
}

func names() []string {
	var list []string
	for name := range architectures() {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// write makes the file of a package.
func write(dir string, p *pack, mtime time.Time) error {
	content, err := p.ipk(mtime)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s_%s_%s.ipk", p.name, p.version, p.arch)
	return os.WriteFile(filepath.Join(dir, name), content, 0o644)
}
