package options

import "github.com/culex-mqtt/culex/client/mqtt"

// PropertyPacket is a word that -D takes for a packet, and the names of the properties that it takes for that packet.
type PropertyPacket struct {
	Word       string
	Properties []string
}

// PropertyPackets lists the packets to which -D can add properties, with the properties in the order of their
// identifiers (MQTT 5.0, 2.2.2.2, table 2-4).
func PropertyPackets() []PropertyPacket {
	var packets []PropertyPacket
	for _, target := range propertyTargets() {
		if target.list == nil {
			continue
		}
		packet := PropertyPacket{Word: target.word}
		for id := mqtt.PropertyID(1); id <= mqtt.SharedSubscriptionAvailable; id++ {
			if target.allows(id) && target.supports(id) {
				packet.Properties = append(packet.Properties, id.Name())
			}
		}
		packets = append(packets, packet)
	}
	return packets
}
