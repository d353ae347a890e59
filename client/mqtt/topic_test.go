package mqtt

import (
	"strings"
	"testing"
)

func TestTopics(t *testing.T) {
	long, deep := strings.Repeat("x", 65_535), strings.Repeat("/", 200)
	for topic, want := range map[string]struct{ name, filter bool }{
		"a":           {true, true},
		"/":           {true, true},
		"a//b":        {true, true},
		"$SYS/x":      {true, true},
		"$share/g/a":  {true, true},
		"":            {false, false},
		"+":           {false, true},
		"#":           {false, true},
		"a/+/b":       {false, true},
		"a/#":         {false, true},
		"+/+/#":       {false, true},
		"a+":          {false, false},
		"+a":          {false, false},
		"a/b#":        {false, false},
		"a/#/b":       {false, false},
		"#/":          {false, false},
		"$share/g+/x": {false, false},
		long:          {true, true},
		long + "x":    {false, false},
		deep:          {true, true},
		deep + "/":    {false, false},
	} {
		if got := ValidTopicName(topic); got != want.name {
			t.Errorf("ValidTopicName(%.20q) is %v", topic, got)
		}
		if got := ValidTopicFilter(topic); got != want.filter {
			t.Errorf("ValidTopicFilter(%.20q) is %v", topic, got)
		}
	}
}

func TestMatchTopic(t *testing.T) {
	for _, c := range []struct {
		filter, topic string
		want          bool
	}{
		{"a/b", "a/b", true},
		{"a/b", "a/b/c", false},
		{"a/b", "a", false},
		{"a/b", "A/b", false},
		{"+/b", "a/b", true},
		{"a/+", "a/", true},
		{"a/+", "a", false},
		{"+", "/a", false},
		{"+/+", "/a", true},
		{"a/#", "a", true},
		{"a/#", "a/b/c", true},
		{"a/#", "ab", false},
		{"#", "a/b", true},
		{"#", "$SYS/a", false},
		{"+/a", "$SYS/a", false},
		{"$SYS/#", "$SYS/broker/version", true},
		{"$SYS/+", "$SYS/a", true},
		{"a/+/c", "a/b/c", true},
		{"a/+/c", "a/b/d", false},
	} {
		if got := MatchTopic(c.filter, c.topic); got != c.want {
			t.Errorf("MatchTopic(%q, %q) is %v", c.filter, c.topic, got)
		}
	}
}

func TestValidUTF8(t *testing.T) {
	for s, want := range map[string]bool{
		"":                          true,
		"plain text, long enough":   true,
		"Grüße 東京 🚀":                true,
		"tab\there":                 false,
		"null\x00":                  false,
		"delete\x7f":                false,
		"c1 \u0085":                 false,
		"broken \xff":               false,
		"surrogate \xed\xa0\x80":    false,
		"overlong \xc0\xaf":         false,
		"non-character \ufdd0":      false,
		"non-character \uffff":      false,
		"non-character \U0001fffe":  false,
		strings.Repeat("x", 65_536): true,
		strings.Repeat("x", 65_537): false,
	} {
		if got := ValidUTF8(s); got != want {
			t.Errorf("ValidUTF8(%.30q) is %v", s, got)
		}
		if got := ValidUTF8([]byte(s)); got != want {
			t.Errorf("ValidUTF8 of the bytes of %.30q is %v", s, got)
		}
	}
}
