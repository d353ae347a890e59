package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func keyMismatch() Cause {
	return Cause{
		ID:     "key-mismatch",
		Title:  "key and certificate do not belong together",
		Source: "SSL_CTX_check_private_key(3)",
		Match: func(s *evidence.Session) (Finding, bool) {
			k, c := given(s, evidence.RoleKey), given(s, evidence.RoleCertificate)
			if k == nil || c == nil || k.Matches != evidence.No {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s is not the private key of %s", k.Path, c.Path),
				Seen:       []string{"their public keys differ"},
				Hints:      []Hint{{Gateway, "give the key that was made together with this certificate's request", ""}},
			}
			if leaf := s.Client.Leaf(); leaf != nil {
				f.Seen = []string{
					seenCertificate("client certificate", leaf),
					"the public key in it differs from the one that belongs to " + k.Path,
				}
			}
			f.Hints = append(partners(k, c, s.Client.Leaf()), f.Hints...)
			if len(f.Hints) > 1 {
				f.Hints = f.Hints[:len(f.Hints)-1]
			}
			return f, true
		},
	}
}

// partners are the hints that name the files that do belong together.
func partners(k, c *evidence.File, leaf *evidence.Certificate) []Hint {
	var out []Hint
	switch ca := leaf != nil && (leaf.Extends.CA == evidence.Yes || selfIssued(leaf)); {
	case ca: // its key is not for gateways
		out = append(out, Hint{Gateway, fmt.Sprintf("%s is a CA's certificate: it belongs to --cafile, and this gateway's own to --cert", file(c.Path)), ""})
	case c.Partner != "":
		out = append(out, Hint{Gateway, fmt.Sprintf("the key of that certificate is here: --key %s", file(c.Partner)), ""})
	}
	if k.Partner != "" {
		out = append(out, Hint{Gateway, fmt.Sprintf("the certificate of that key is here: --cert %s", file(k.Partner)), ""})
	}
	return out
}
