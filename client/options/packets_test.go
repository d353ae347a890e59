package options_test

import (
	"slices"
	"testing"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
)

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
			args := append([]string{"-t", "t", "-m", "m"}, "-D", packet, id.Name(), "1")
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
