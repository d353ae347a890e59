package mqtt

import (
	"strings"
	"unicode/utf8"
)

// maxLevels is how many separators the reference client allows in a topic.
const maxLevels = 200

// ValidTopicName reports whether the reference client publishes to name: 1 to
// 65,535 bytes without wildcards, at most 200 separators ([MQTT-4.7.1-1],
// [MQTT-4.7.3-1], [MQTT-4.7.3-3]). The text itself is the business of [ValidUTF8].
func ValidTopicName(name string) bool {
	return topicSize(name) && strings.IndexByte(name, '+') < 0 && strings.IndexByte(name, '#') < 0
}

// ValidTopicFilter reports whether the reference client subscribes to filter: as
// ValidTopicName, but + may fill a level and # the last one ([MQTT-4.7.1-2],
// [MQTT-4.7.1-3]). Shared subscriptions get no special treatment. The text itself
// is the business of [ValidUTF8].
func ValidTopicFilter(filter string) bool {
	if !topicSize(filter) {
		return false
	}
	for i := range len(filter) {
		c := filter[i]
		if c != '+' && c != '#' {
			continue
		}
		startsLevel := i == 0 || filter[i-1] == '/'
		last := i == len(filter)-1
		if !startsLevel || !last && (c == '#' || filter[i+1] != '/') {
			return false
		}
	}
	return true
}

func topicSize(s string) bool {
	return s != "" && len(s) <= maxString && strings.Count(s, "/") <= maxLevels
}

// MatchTopic reports whether a valid topic filter matches a valid topic name
// (MQTT 5.0, 4.7). A filter that starts with a wildcard does not match a name that
// starts with $ [MQTT-4.7.2-1].
func MatchTopic(filter, topic string) bool {
	if strings.HasPrefix(topic, "$") && !strings.HasPrefix(filter, "$") {
		return false
	}
	for {
		if filter == "#" {
			return true
		}
		level, filterRest, moreFilter := strings.Cut(filter, "/")
		name, topicRest, moreTopic := strings.Cut(topic, "/")
		if level != "+" && level != name {
			return false
		}
		if !moreTopic {
			// a/# also matches its parent a.
			return !moreFilter || filterRest == "#"
		}
		if !moreFilter {
			return false
		}
		filter, topic = filterRest, topicRest
	}
}

// plainTopic reports whether b is a topic name by the standard: well-formed, and
// without wildcards [MQTT-3.3.2-2]. It says nothing about its length.
func plainTopic(b []byte) bool {
	rest := b
	for len(rest) >= 8 && plainTopic8(load8(rest, 0)) {
		rest = rest[8:]
	}
	for i, c := range rest {
		if c == '+' || c == '#' || c == 0 {
			return false
		}
		if c >= utf8.RuneSelf {
			return plainText(rest[i:])
		}
	}
	return true
}

// badTopic says what is wrong with a topic name that is not plainTopic; section is
// the rule against wildcards.
func badTopic(v Version, t PacketType, what string, b []byte, section string) *Malformed {
	if !wellFormed(b) {
		return badText(v, t, what, b)
	}
	return malformed(t, section, "%s contains a wildcard", what)
}

// plainText is plainTopic for text that is not all ASCII. It begins where the
// first character that is not ASCII does, so no character is cut.
func plainText(b []byte) bool {
	for _, c := range b {
		if c == '+' || c == '#' {
			return false
		}
	}
	return wellFormed(b)
}
