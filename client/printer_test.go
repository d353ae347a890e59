package client

import (
	"io"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/output"
)

// TestPrintAllocatesNothing: what a message leaves behind adds up in a process that runs for months.
func TestPrintAllocatesNothing(t *testing.T) {
	m := &mqtt.Publish{Topic: []byte("gateway/1/temperature"), Payload: []byte("21.5")}
	for _, format := range []string{"%p", "%t %p", "%I %t %p", "%j"} {
		compiled, err := output.Compile(format, output.Style{})
		if err != nil {
			t.Fatal(err)
		}
		p := &printer{env: &Env{Now: time.Now}, out: output.NewWriter(io.Discard), format: compiled, zone: time.UTC}
		allocations := testing.AllocsPerRun(10_000, func() {
			if err := p.print(m); err != nil {
				t.Fatal(err)
			}
		})
		if allocations != 0 {
			t.Errorf("%s: %v allocations a message", format, allocations)
		}
	}
}
