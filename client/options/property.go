package options

import (
	"math"
	"strings"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// propertyTarget is a word that -D takes for a packet, and what can be done about properties in it.
type propertyTarget struct {
	word   string
	packet mqtt.PacketType
	list   func(*Properties) *mqtt.Properties // nil where the user has no say
	mute   bool                               // the error has no text
}

// propertyTargets lists the packets of -D. A client cannot add properties to all of them: some are sent by the broker,
// some carry none that the user could choose.
func propertyTargets() [14]propertyTarget {
	return [...]propertyTarget{
		{word: "connect", packet: mqtt.CONNECT, list: func(p *Properties) *mqtt.Properties { return &p.Connect }},
		{word: "publish", packet: mqtt.PUBLISH, list: func(p *Properties) *mqtt.Properties { return &p.Publish }},
		{word: "subscribe", packet: mqtt.SUBSCRIBE, list: func(p *Properties) *mqtt.Properties { return &p.Subscribe }},
		{word: "unsubscribe", packet: mqtt.UNSUBSCRIBE, list: func(p *Properties) *mqtt.Properties { return &p.Unsubscribe }},
		{word: "disconnect", packet: mqtt.DISCONNECT, list: func(p *Properties) *mqtt.Properties { return &p.Disconnect }},
		{word: "will", list: func(p *Properties) *mqtt.Properties { return &p.Will }},
		{word: "auth", packet: mqtt.AUTH},
		{word: "connack", packet: mqtt.CONNACK, mute: true},
		{word: "puback", packet: mqtt.PUBACK},
		{word: "pubrec", packet: mqtt.PUBREC},
		{word: "pubrel", packet: mqtt.PUBREL},
		{word: "pubcomp", packet: mqtt.PUBCOMP},
		{word: "suback", packet: mqtt.SUBACK},
		{word: "unsuback", packet: mqtt.UNSUBACK},
	}
}

// allows tells whether the standard has the property in the packet.
func (t *propertyTarget) allows(id mqtt.PropertyID) bool {
	if t.packet == 0 {
		return id.AllowedInWill()
	}
	return id.AllowedIn(t.packet)
}

// supports tells whether the user can set the property. Only a broker sends Subscription Identifiers in PUBLISH.
func (t *propertyTarget) supports(id mqtt.PropertyID) bool {
	return t.list != nil && !(t.packet == mqtt.PUBLISH && id == mqtt.SubscriptionIdentifier)
}

// read takes PACKET NAME VALUE, or PACKET user-property KEY VALUE, and switches to MQTT 5.0.
func (v *Properties) read(p *pass) error {
	if p.fromFile {
		p.splitProperty()
	}
	words, err := p.propertyWords(3)
	if err != nil {
		return err
	}
	packet, name, values := words[0], words[1], words[2:]
	target := findTarget(packet)
	if target == nil {
		return p.client.call.optionError("Invalid command %s given in --property argument.", packet)
	}
	id, ok := mqtt.PropertyByName(name)
	if !ok {
		return p.client.call.optionError("Invalid property name %s given in --property argument.", name)
	}
	if id == mqtt.UserProperty {
		if words, err = p.propertyWords(1); err != nil {
			return err
		}
		values = []string{values[0], words[0]}
	}
	switch {
	case !target.allows(id):
		return p.client.call.optionError("%s property not allowed for %s in --property argument.", name, packet)
	case target.mute:
		return &UsageError{Text: p.client.call.hint()}
	case !target.supports(id):
		return p.client.call.optionError("%s property not supported for %s in --property argument.", name, packet)
	}
	list := target.list(v)
	longer, err := p.appendProperty(*list, id, name, values)
	if err != nil {
		return err
	}
	*list = longer
	p.client.Version = ProtocolVersion(mqtt.V5)
	return nil
}

func findTarget(word string) *propertyTarget {
	targets := propertyTargets()
	for i := range targets {
		if strings.EqualFold(targets[i].word, word) {
			return &targets[i]
		}
	}
	return nil
}

// propertyWords takes the next n words.
func (p *pass) propertyWords(n int) ([]string, error) {
	if len(p.words) < n {
		return nil, p.client.call.optionError("--property argument given but not enough arguments specified.")
	}
	words := p.words[:n]
	p.words = p.words[n:]
	return words, nil
}

// splitProperty splits the rest of a line of an option file into the words of a property. The last one keeps its spaces.
func (p *pass) splitProperty() {
	var words []string
	rest := strings.Join(p.words, " ")
	for n := 3; rest != "" && len(words) < n-1; {
		var word string
		word, rest, _ = strings.Cut(strings.TrimLeft(rest, " "), " ")
		words = append(words, word)
		if len(words) == 2 && strings.EqualFold(word, mqtt.UserProperty.Name()) {
			n = 4
		}
	}
	if rest != "" {
		words = append(words, rest)
	}
	p.words = words
}

// appendProperty adds a property, called name by the user, with its value or, for a user property, key and value.
func (p *pass) appendProperty(list mqtt.Properties, id mqtt.PropertyID, name string, values []string) (mqtt.Properties, error) {
	value := values[0]
	var err error
	switch id.Type() {
	case mqtt.TypeString:
		list, err = mqtt.AppendPropertyString(list, id, value)
	case mqtt.TypeStringPair:
		list, err = mqtt.AppendPropertyPair(list, id, value, values[1])
	case mqtt.TypeBinary:
		if list, err = mqtt.AppendPropertyBinary(list, id, []byte(value)); err != nil {
			return nil, p.client.call.optionError("Property value too long for property %s.", name)
		}
	default:
		n := atoi(value)
		if n < 0 || n > largest(id.Type()) {
			return nil, p.client.call.optionError("Property value (%d) out of range for property %s.", n, name)
		}
		list, err = mqtt.AppendPropertyUint(list, id, uint32(n))
	}
	if err != nil {
		return nil, p.client.call.propertyError("Error adding property %s %d", name, id.Type())
	}
	return list, nil
}

// largest is the largest integer that the reference takes for a type. The standard's limit for a Variable Byte Integer is
// lower, and has another text.
func largest(t mqtt.PropertyType) int64 {
	switch t {
	case mqtt.TypeByte:
		return math.MaxUint8
	case mqtt.TypeUint16:
		return math.MaxUint16
	default:
		return math.MaxUint32
	}
}
