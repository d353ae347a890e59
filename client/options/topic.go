package options

import "github.com/culex-mqtt/culex/client/mqtt"

// TopicName is a valid topic name [MQTT-4.7.1-1], or empty if none was given.
type TopicName string

func (v *TopicName) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	return v.set(p, word, p.opt.called(), p.opt.tag.Get("kind"))
}

// set stores a topic name if it is valid. The last two words name the option and the topic in the errors.
func (v *TopicName) set(p *pass, word, option, kind string) error {
	if !mqtt.ValidUTF8(word) {
		return p.client.call.optionError("Malformed UTF-8 in %s argument.", option)
	}
	if !mqtt.ValidTopicName(word) {
		return p.client.call.lineError("Invalid %s topic '%s', does it contain '+' or '#'?", kind, word)
	}
	*v = TopicName(word)
	return nil
}

// TopicFilters are valid topic filters [MQTT-4.7.1], in the order given.
type TopicFilters []string

func (v *TopicFilters) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	return v.add(p, word, p.opt.called(), p.opt.tag.Get("kind"))
}

// add appends a topic filter if it is valid, as TopicName.set stores a name.
func (v *TopicFilters) add(p *pass, word, option, kind string) error {
	if !mqtt.ValidUTF8(word) {
		return p.client.call.optionError("Malformed UTF-8 in %s argument.", option)
	}
	if !mqtt.ValidTopicFilter(word) {
		return p.client.call.lineError("Invalid %s topic '%s', are all '+' and '#' wildcards correct?", kind, word)
	}
	*v = append(*v, word)
	return nil
}
