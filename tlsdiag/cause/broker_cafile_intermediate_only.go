package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func brokerCafileIntermediateOnly() Cause {
	return Cause{
		ID:       "broker-cafile-intermediate-only",
		Title:    "the broker may have the intermediate CA, but not its root",
		Source:   "openssl-verification-options(1): without -partial_chain an anchor is self-signed; mosquitto.conf(5): cafile",
		Explains: []string{"client-issuer-not-trusted"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := refused(s, record.UnknownCA)
			if c == nil || len(s.Client.Chain) < 2 {
				return Finding{}, false
			}
			last := &s.Client.Chain[len(s.Client.Chain)-1]
			if !sound(s, c) || selfIssued(last) || issuerAmong(s.Client.Chain, c) == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Guess,
				Rival:      "client-issuer-not-trusted",
				Headline: fmt.Sprintf("the broker does not trust %s; if its cafile holds only an intermediate CA, it also needs the root %s",
					subject(last), name(last.Issuer)),
				Seen: facts(ours(c), chainSent(s), seenAlert(s)),
				Hints: []Hint{
					{Broker, fmt.Sprintf("append the root %s to the file that cafile names, then restart it", name(last.Issuer)), ""},
					{Broker, "or, if it has another CA there: append that of the client certificate", ""},
				},
			}, true
		},
	}
}
