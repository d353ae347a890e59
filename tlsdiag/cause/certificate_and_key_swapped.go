package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func certificateAndKeySwapped() Cause {
	return Cause{
		ID:       "certificate-and-key-swapped",
		Title:    "--cert was given the key and --key the certificate",
		Source:   "RFC 7468 sections 5 and 10: the labels",
		Explains: []string{"certificate-no-certificate", "key-no-key"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, k := given(s, evidence.RoleCertificate), given(s, evidence.RoleKey)
			if c == nil || k == nil {
				return Finding{}, false
			}
			crossed := holds(c, KindPrivateKey) && !holds(c, KindCertificate) &&
				holds(k, KindCertificate) && !holds(k, KindPrivateKey)
			if !crossed {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   "--cert was given a private key and --key a certificate: they are exchanged",
				Seen: []string{
					fmt.Sprintf("%s holds %s", c.Path, content(c)),
					fmt.Sprintf("%s holds %s", k.Path, content(k)),
				},
				Hints: []Hint{{Gateway, fmt.Sprintf("exchange them: --cert %s --key %s", file(k.Path), file(c.Path)), ""}},
			}, true
		},
	}
}
