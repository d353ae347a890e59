package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverNameIsAddress() Cause {
	return Cause{
		ID:       "server-name-is-address",
		Title:    "an address was dialled that the certificate does not have",
		Source:   "RFC 9525 section 6.3: iPAddress; X509_check_ip(3); OpenSSL error 64",
		Explains: []string{"server-name-mismatch"},
		Match: func(s *evidence.Session) (Finding, bool) {
			l, ok := wrongName(s)
			host := s.Target.Name()
			if !ok || !isAddress(host) {
				return Finding{}, false
			}
			has := "only has names: " + list(carried(l))
			if len(l.SAN.Addresses) > 0 {
				has = "has other addresses: " + list(l.SAN.Addresses)
			}
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the address %s was dialled, and the broker's certificate %s", host, has),
				Seen:       facts(seenCertificate("broker's certificate", l), seenNames(l), seenVerdict(s)),
				Hints:      append(dialInstead(s, l.SAN.DNS), reissue("IP:"+host), insecure(s)),
			}
			if l.Subject.CommonName == host || slices.Contains(l.SAN.DNS, host) {
				f.Headline = fmt.Sprintf("the address %s is in the broker's certificate as a name, not as an address", host)
				f.Seen = append(f.Seen, "mosquitto 2.0 accepted this, 2.1 does not")
			}
			return f, true
		},
	}
}
