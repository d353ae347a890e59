package options

import (
	"slices"
	"testing"
)

func TestSplitWords(t *testing.T) {
	for line, want := range map[string][]string{
		"": nil, "  \t": nil, "pub -h a": {"pub", "-h", "a"}, `pub  --cafile 'my ca.crt' ""`: {"pub", "--cafile", "my ca.crt", ""},
		`a\ b "c\"d" 'e\f' "g\h" i"j"'k'`: {"a b", `c"d`, `e\f`, `g\h`, "ijk"}, `$HOME`: {"$HOME"},
	} {
		got, err := SplitWords(line)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", line, got, err)
		}
	}
	for _, line := range []string{`"a`, `'`, `a 'b "c`} {
		if got, err := SplitWords(line); err == nil {
			t.Errorf("%q: %q", line, got)
		}
	}
}

func TestParseConnection(t *testing.T) {
	env := Environment{LookupEnv: func(string) (string, bool) { return "", false }}
	o, err := ParseConnection("culex sub -h broker.lan -p 8884 --cafile 'my ca.crt'", env)
	if err != nil || o.Host != "broker.lan" || o.EffectivePort() != 8884 || *o.CAFile != "my ca.crt" {
		t.Errorf("%+v, %v", o, err)
	}
	for _, line := range []string{"", "culex", "check -h a", "pub --cafil x", `pub "`} {
		if _, err := ParseConnection(line, env); err == nil {
			t.Errorf("%q was taken", line)
		}
	}
}
