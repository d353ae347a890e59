package client

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// noteSuback counts the refused filters and keeps the first refusal.
func (c *connector) noteSuback(ack mqtt.Suback) (refused int) {
	for _, code := range ack.Codes {
		if code.Failed() {
			c.noteRefusal(code)
			refused++
		}
	}
	return refused
}

// printSuback is the debug line of mosquitto_sub, with the return codes as numbers.
func (c *connector) printSuback(ack mqtt.Suback) {
	var line strings.Builder
	fmt.Fprintf(&line, "Subscribed (mid: %d)", ack.PacketID)
	separator := ": "
	for _, code := range ack.Codes {
		fmt.Fprintf(&line, "%s%d", separator, code)
		separator = ", "
	}
	line.WriteByte('\n')
	_, _ = c.out.Write([]byte(line.String()))
}
