package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func certificateMalformed() Cause {
	return Cause{
		ID:       "certificate-malformed",
		Title:    "the broker's certificate cannot be parsed",
		Source:   "RFC 5280 section 4.1; crypto/x509 is stricter than OpenSSL",
		Explains: []string{"bytes-corrupted"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if s.Peer.Unparsed == "" {
				return Finding{}, false
			}
			what := fault(s.Peer.Unparsed)
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the broker's certificate is malformed: it has %s; OpenSSL may tolerate that, this program does not", what),
				Seen:       facts("parser: "+s.Peer.Unparsed, seenCertificate("broker's certificate", s.Peer.Leaf())),
				Hints:      []Hint{{CA, "issue the broker's certificate again", ""}},
			}
			if strings.Contains(s.Peer.Unparsed, "negative serial") {
				f.Hints = append(f.Hints, Hint{Gateway, "until then, let this program accept it:", "export GODEBUG=x509negativeserial=1"})
			}
			return f, true
		},
	}
}

// fault puts a parser's message into words.
func fault(message string) string {
	words := [...][2]string{
		{"negative serial", "a negative serial number"}, {"duplicate extension", "the same extension twice"},
		{"invalid uri", "an invalid address in its SAN"}, {"cannot parse uri", "an invalid address in its SAN"},
		{"cannot parse dnsname", "an invalid host name in its SAN"}, {"printablestring", "a character in its name that is not allowed there"},
		{"elliptic curve", "a key on a curve that is not supported"}, {"serial number too long", "a serial number that is too long"},
		{"invalid version", "an unknown version number"}, {"invalid time", "a date that cannot be read"},
		{"invalid ip address", "an invalid address in its SAN"}, {"invalid dn", "a damaged name"},
		{"invalid rdn", "a damaged name"},
	}
	lower := strings.ToLower(message)
	for _, w := range words {
		if strings.Contains(lower, w[0]) {
			return w[1]
		}
	}
	return "an encoding that cannot be read"
}
