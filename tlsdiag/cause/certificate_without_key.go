package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func certificateWithoutKey() Cause {
	return Cause{
		ID:     "certificate-without-key",
		Title:  "--cert was given without --key, or the reverse",
		Source: "RFC 8446 section 4.4.3: a certificate is of use only with its private key",
		Match: func(s *evidence.Session) (Finding, bool) {
			a := s.Asked
			if s.Stage != evidence.StageLocal || (a.CertFile == "") == (a.KeyFile == "") {
				return Finding{}, false
			}
			have, need, path := "--cert", "--key", a.CertFile
			if a.CertFile == "" {
				have, need, path = "--key", "--cert", a.KeyFile
			}
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s was given without %s; a client certificate needs both", have, need),
				Seen:       []string{have + " " + path, need + " was not given"},
				Hints:      []Hint{{Gateway, "add " + need + " and the file that belongs to " + path, ""}},
			}
			if c := s.Local.File(evidence.RoleCertificate); c != nil && holds(c, KindPrivateKey) {
				f.Hints = []Hint{{Gateway, fmt.Sprintf("%s holds its key too: add --key %s", path, file(path)), ""}}
			}
			return f, true
		},
	}
}
