package options_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/client/options"
)

func TestUsage(t *testing.T) {
	for _, c := range options.Commands() {
		if c.Own() {
			continue
		}
		program := options.AsReference.Program(c)
		t.Run(program, func(t *testing.T) {
			var b bytes.Buffer
			if err := options.Usage(&b, c, "X.Y.Z"); err != nil {
				t.Fatal(err)
			}
			file := "testdata/usage/" + program + ".txt"
			want, err := os.ReadFile(file)
			if err == nil && bytes.Equal(b.Bytes(), want) {
				return
			}
			if !*update {
				t.Fatalf("the help of %s is not that of %s; run with -update and read the change (%v)", program, file, err)
			}
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestUsageShape checks what scripts know of the reference's help.
func TestUsageShape(t *testing.T) {
	for c, line := range map[options.Command]int{options.CommandPub: 1, options.CommandSub: 1, options.CommandRR: 3} {
		var b strings.Builder
		if err := options.Usage(&b, c, "1.0.0"); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		program := options.AsReference.Program(c)
		if got := lines[line] + "\n"; got != options.VersionText(c, "1.0.0") {
			t.Errorf("%s: line %d is %q", program, line+1, got)
		}
		if lines[line+1] != "" || !strings.HasPrefix(lines[line+2], "Usage: "+program+" {[-h ") {
			t.Errorf("%s: after the version: %q, %q", program, lines[line+1], lines[line+2])
		}
		if last := lines[len(lines)-2]; !strings.HasPrefix(last, "See https://") || !strings.HasSuffix(last, " for more information.") {
			t.Errorf("%s: the last line is %q", program, last)
		}
	}
}
