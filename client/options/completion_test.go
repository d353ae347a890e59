package options_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
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
	for c := options.CommandPub; c <= options.CommandRR; c++ {
		for _, g := range manualOf(t, c).Groups {
			for _, o := range g.Options {
				if o.ValueKind() != options.OneOfWords {
					continue
				}
				for _, word := range append(strings.Fields(o.Words), "nonsense", "") {
					tried++
					name := o.Names()[0]
					args := append(minimal(c, name), name, word)
					_, err := run("culex "+c.String(), args, world{}.env())
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
	kinds := map[string]options.ValueKind{}
	for _, g := range manualOf(t, options.CommandPub).Groups {
		for _, o := range g.Options {
			kinds[o.Names()[0]] = o.ValueKind()
		}
	}
	for name, want := range map[string]options.ValueKind{
		"-d": options.NoValue, "-m": options.AnyText, "-V": options.OneOfWords, "-f": options.FileName,
		"--cafile": options.FileName, "--unix": options.FileName, "-o": options.FileName,
		"--capath": options.DirectoryName, "-h": options.HostName, "-D": options.PropertyWords,
	} {
		if kinds[name] != want {
			t.Errorf("%s: kind %d, want %d", name, kinds[name], want)
		}
	}
}

// TestPropertyPackets has -D read every property for every packet: it takes those that are offered, and no others.
func TestPropertyPackets(t *testing.T) {
	offered := map[string][]string{}
	for _, p := range options.PropertyPackets() {
		offered[p.Word] = p.Properties
	}
	for _, packet := range []string{
		"connect", "publish", "subscribe", "unsubscribe", "disconnect", "will", "auth",
		"connack", "puback", "pubrec", "pubrel", "pubcomp", "suback", "unsuback",
	} {
		for id := mqtt.PropertyID(1); id <= mqtt.SharedSubscriptionAvailable; id++ {
			if id.Name() == "" {
				continue
			}
			args := append(minimal(options.CommandPub, "-D"), "-D", packet, id.Name(), "1")
			if id == mqtt.UserProperty {
				args = append(args, "2")
			}
			_, err := options.ParsePub(options.AsCulex, args, world{}.env())
			if want := slices.Contains(offered[packet], id.Name()); (err == nil) != want {
				t.Errorf("%q: offered %v, but %v", args, want, err)
			}
		}
	}
}
