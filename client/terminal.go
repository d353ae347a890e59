package client

import (
	"strconv"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// tame is a message for a terminal. The reference takes no topic and no property with control characters in it; here they
// are escaped. Payload and Correlation Data, which are binary, stay as they are, as with the reference.
func tame(m *mqtt.Publish) *mqtt.Publish {
	shown := *m
	shown.Topic = []byte(report.Escape(string(m.Topic)))
	shown.Properties = nil
	for p := range m.Properties.All() {
		if longer, err := appendTamed(shown.Properties, p); err == nil { // else its escapes are longer than a property can be
			shown.Properties = longer
		}
	}
	return &shown
}

func appendTamed(list mqtt.Properties, p mqtt.Property) (mqtt.Properties, error) {
	switch p.ID.Type() {
	case mqtt.TypeString:
		return mqtt.AppendPropertyString(list, p.ID, tameText(p.Data))
	case mqtt.TypeStringPair:
		return mqtt.AppendPropertyPair(list, p.ID, tameText(p.Key), tameText(p.Data))
	case mqtt.TypeBinary:
		return mqtt.AppendPropertyBinary(list, p.ID, p.Data)
	default:
		return mqtt.AppendPropertyUint(list, p.ID, p.Value)
	}
}

// tameText escapes non-characters too, which properties of ours can not hold.
func tameText(text []byte) string {
	if s := report.Escape(string(text)); mqtt.ValidUTF8(s) {
		return s
	}
	return strconv.QuoteToASCII(string(text))
}
