package brokerlog

import (
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// vocabulary is every table of this package, made once for a log.
type vocabulary struct {
	statements map[string]statement
	verdicts   []verdictRow
	phrases    []phrase
	relays     []relay
	alerts     map[string]int // by the names of the specifications
	goAlerts   map[string]int
	mbed       map[int]event
	titles     map[string]string // of causes
	own        []own
}

func newVocabulary() *vocabulary {
	v := &vocabulary{
		statements: statements(), verdicts: verdicts(), phrases: slices.Concat(goPhrases(), javaPhrases(), otherPhrases()),
		relays: relays(), goAlerts: goAlerts(), mbed: mbedTLS(), own: ownWords(), titles: map[string]string{},
		alerts: map[string]int{"decryption_failed_reserved": 21, "no_certificate_reserved": 41, "export_restriction_reserved": 60, "user_cancelled": 90},
	}
	for code := range 256 {
		if d := record.Describe(code); d.Meaning != "" {
			v.alerts[d.Name] = code
		}
	}
	for _, c := range cause.List() {
		v.titles[c.ID] = c.Title
	}
	return v
}
