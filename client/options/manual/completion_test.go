package manual_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/options/manual"
)

// minimal is the rest of a command line that an option can be tried in.
func minimal(c options.Command, option string) []string {
	args := map[options.Command][]string{
		options.CommandPub: {"-t", "t", "-m", "m"},
		options.CommandSub: {"-t", "t"},
		options.CommandRR:  {"-t", "t", "-m", "m", "-e", "e"},
	}[c]
	if option == "--keyform" {
		args = append(args, "--cert", "c", "--key", "k")
	}
	return args
}

// TestWords tries the values that completions offer: each must be accepted, and others refused.
func TestWords(t *testing.T) {
	tried := 0
	for _, c := range options.Commands() {
		for _, g := range manualOf(t, c).Groups {
			for _, o := range g.Options {
				if o.ValueKind() != manual.OneOfWords {
					continue
				}
				for _, word := range append(strings.Fields(o.Words), "nonsense", "") {
					tried++
					name := o.Names()[0]
					args := append(minimal(c, name), name, word)
					err := parse(c, args)
					// The reference reads what is no number as 0.
					offered := strings.Contains(" "+o.Words+" ", " "+word+" ") || o.Placeholder == "QOS"
					if (err == nil) != offered {
						t.Errorf("%v %q: %v", c, args, err)
					}
				}
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d values tried", tried)
	}
}

func TestValueKind(t *testing.T) {
	kinds := map[string]manual.ValueKind{}
	for _, g := range manualOf(t, options.CommandPub).Groups {
		for _, o := range g.Options {
			kinds[o.Names()[0]] = o.ValueKind()
		}
	}
	for name, want := range map[string]manual.ValueKind{
		"-d": manual.NoValue, "-m": manual.AnyText, "-V": manual.OneOfWords, "-f": manual.FileName,
		"--cafile": manual.FileName, "--unix": manual.FileName, "-o": manual.FileName,
		"--capath": manual.DirectoryName, "-h": manual.HostName, "-D": manual.PropertyWords,
	} {
		if kinds[name] != want {
			t.Errorf("%s: kind %d, want %d", name, kinds[name], want)
		}
	}
}

// parse reads a command line and makes the checks that need no file.
func parse(c options.Command, args []string) error {
	env := options.Environment{
		LookupEnv: func(string) (string, bool) { return "", false },
		ReadFile: func(name string) ([]byte, error) {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		},
	}
	var o interface{ CheckTransport() error }
	var err error
	switch c {
	case options.CommandPub:
		o, err = options.ParsePub(options.AsCulex, args, env)
	case options.CommandSub:
		o, err = options.ParseSub(options.AsCulex, args, env)
	case options.CommandRR:
		o, err = options.ParseRR(options.AsCulex, args, env)
	case options.CommandCheck:
		o, err = options.ParseCheck(args, env)
	case options.CommandProbe:
		o, err = options.ParseProbe(args, env)
	case options.CommandFiles:
		o, err = options.ParseDiagFiles(append(args, "--cafile", "ca.crt"), env)
	case options.CommandExplain:
		_, err = options.ParseExplain(args, env)
		return err
	case options.CommandAlert:
		_, err = options.ParseDiagAlert(args, env)
		return err
	case options.CommandReplay:
		_, err = options.ParseDiagReplay(args, env)
		return err
	case options.CommandPcap:
		_, err = options.ParsePcap(append(args, "capture.pcap"), env)
		return err
	case options.CommandConf:
		_, err = options.ParseConf(append(args, "mosquitto.conf"), env)
		return err
	case options.CommandSpoolStatus, options.CommandSpoolDrop:
		_, err = options.ParseSpoolLook(c, append(args, "spool"), env)
		return err
	case options.CommandSpoolFlush:
		o, err = options.ParseSpoolFlush(append(args, "spool"), env)
	case options.CommandLink, options.CommandUnlink:
		_, err = options.ParseLink(c, append(args, "bin"), env)
		return err
	default:
		err = fmt.Errorf("nothing reads the command line of %v", c)
	}
	if err != nil {
		return err
	}
	return o.CheckTransport()
}
