package options

import "github.com/culex-mqtt/culex/client/mqtt"

// ValueKind is what a shell can offer where the value of an option is due.
type ValueKind byte

// The kinds of values.
const (
	NoValue       ValueKind = iota // the option takes none
	AnyText                        // nothing to offer
	OneOfWords                     // those of ManualOption.Words
	FileName                       // a file of any kind
	DirectoryName                  // a directory
	HostName                       // a host
	PropertyWords                  // PACKET NAME VALUE: those of PropertyPackets
)

// ValueKind tells what the option's value is.
func (o *ManualOption) ValueKind() ValueKind {
	if o.Words != "" {
		return OneOfWords
	}
	switch o.Placeholder {
	case "":
		return NoValue
	case "FILE", "PATH":
		return FileName
	case "DIR":
		return DirectoryName
	case "HOST":
		return HostName
	case "PACKET NAME VALUE":
		return PropertyWords
	}
	return AnyText
}

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
