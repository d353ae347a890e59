package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func caAndServerSameSubject() Cause {
	return Cause{
		ID:     "ca-and-server-same-subject",
		Title:  "the broker's certificate carries its CA's own name",
		Source: "RFC 5280 section 4.1.2.4: a CA's subject is its own; X509_check_issued(3); OpenSSL error 18",
		Explains: []string{
			"server-self-signed", "server-self-signed-replaced", "issuer-not-trusted", "private-ca-not-given",
			"ca-recreated", "certificate-signature-invalid", "authority-key-id-mismatch", "capath-not-hashed",
		},
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Peer.Leaf()
			if l == nil || !untrusted(s) || !selfIssued(l) || l.Signed.OwnKey != evidence.No {
				return Finding{}, false
			}
			seen := []string{
				seenCertificate("broker's certificate", l),
				"subject and issuer are the same, yet its own key does not verify its signature",
			}
			if ca := issuerAmong(s.Trust.Anchors, l); ca != nil && signedBy(l, ca) {
				seen = append(seen, fmt.Sprintf("the key of %s, %s, does", subject(ca), place(ca)))
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("the broker's certificate and its CA have the same name (%s), so OpenSSL takes the certificate for self-signed",
					subject(l)),
				Seen: append(facts(append(seen, seenVerdict(s))...),
					"--insecure does not help: it skips the check of the host name only"),
				Hints: apart(s, l),
			}, true
		},
	}
}

// apart are the hints that give CA and server two names. The broker's
// certificate keeps the host name if it has it; then the CA has to be renamed.
func apart(s *evidence.Session, l *evidence.Certificate) []Hint {
	host := s.Target.Name()
	if l.Subject.CommonName != host {
		return []Hint{
			{CA, "ask for the broker's certificate again with a subject of its own, which is the broker's host name",
				"openssl req -new -key server.key -subj " + quote("/CN="+host) + " -out server.csr"},
			{CA, "and sign that request", sign},
		}
	}
	return []Hint{
		{CA, "give the CA a name of its own", "openssl req -x509 -new -key ca.key -subj " + quote("/CN="+host+" CA") + " -days 3650 -out ca.crt"},
		{CA, "sign the broker's certificate again with it", sign},
		{Gateway, "then copy the new ca.crt here", ""},
	}
}
