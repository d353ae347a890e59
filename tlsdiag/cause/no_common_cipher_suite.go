package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func noCommonCipherSuite() Cause {
	return Cause{
		ID:     "no-common-cipher-suite",
		Title:  "broker and gateway have no cipher suite in common",
		Source: "RFC 8446 section 6.2: handshake_failure, insufficient_security; RFC 5246 section 7.4.1.3",
		Match: func(s *evidence.Session) (Finding, bool) {
			if f, ok := namedSuites(s); ok {
				return f, true
			}
			a := alert(s)
			if s.Stage != evidence.StageHello || a != record.HandshakeFailure && a != record.InsufficientSecurity {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Guess,
				Rival:      "server-wants-psk",
				Headline:   "the broker accepts nothing of what was offered: its ciphers, its curves or its kind of key do not fit",
				Seen:       facts(seenAlert(s), seenOffer(s)),
				Hints: []Hint{
					{Broker, "look at its ciphers and at the kind of its key; what it picks for OpenSSL:",
						"openssl s_client -connect " + quote(at(s.Target)) + " </dev/null | grep -E 'Cipher|Temp Key|group|signature'"},
					{Gateway, "or that listener wants a pre-shared key (it has psk_hint): use another port", ""},
				},
			}
			if s.Asked.Ciphers != "" {
				f.Confidence = Likely
				f.Headline = "the broker accepts no cipher suite of --ciphers " + s.Asked.Ciphers
				f.Hints = append([]Hint{{Gateway, "leave --ciphers out", ""}}, f.Hints...)
			}
			return f, true
		},
	}
}

// namedSuites is the finding where probes found out what the broker takes.
func namedSuites(s *evidence.Session) (Finding, bool) {
	suites, common := suitesTaken(s)
	if !refusedHello(s) || len(suites) == 0 || common {
		return Finding{}, false
	}
	f := Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("the broker only accepts %s, which this program does not have", suiteNames(suites)),
		Seen:       append(facts(seenAlert(s), seenOffer(s)), seenProbes(s, evidence.ProbeSuites)...),
		Hints: []Hint{
			{Broker, "allow a cipher suite with ECDHE and AES-GCM, which every client of today has", ""},
		},
	}
	if slices.ContainsFunc(suites, func(c evidence.CipherSuite) bool { return c.Here == evidence.Yes }) {
		f.Headline = "the broker only accepts " + suiteNames(suites) + ", and none of them was offered"
		if s.Asked.Ciphers != "" {
			f.Headline = fmt.Sprintf("--ciphers %s has none of what the broker accepts: %s", s.Asked.Ciphers, suiteNames(suites))
			f.Hints = append([]Hint{{Gateway, "leave --ciphers out", ""}}, f.Hints...)
		}
	}
	return f, true
}

// seenOffer counts what was offered.
func seenOffer(s *evidence.Session) string {
	h := s.Flow.ClientHello
	if h == nil {
		return ""
	}
	return "offered: " + plural(len(h.CipherSuites), "cipher suite", "cipher suites") + ", " +
		plural(len(h.Groups), "curve", "curves") + ", " + plural(len(h.Signatures), "signature algorithm", "signature algorithms")
}
