package cause

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverNameMismatch() Cause {
	return Cause{
		ID:     "server-name-mismatch",
		Title:  "the certificate is for another host name",
		Source: "RFC 9525 section 6; X509_check_host(3); OpenSSL error 62",
		Match: func(s *evidence.Session) (Finding, bool) {
			l, ok := wrongName(s)
			if !ok {
				return Finding{}, false
			}
			names := carried(l)
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s was dialled, but the broker's certificate is for %s", s.Target.Name(), list(names)),
				Seen:       facts(seenCertificate("broker's certificate", l), seenNames(l), seenVerdict(s)),
				Hints:      append(dialInstead(s, names), reissue("DNS:"+s.Target.Name()), insecure(s)),
			}, true
		},
	}
}

// wrongName returns the broker's certificate if the name that was dialled is
// not in it, and that was or would be the reason to refuse it.
func wrongName(s *evidence.Session) (*evidence.Certificate, bool) {
	l := s.Peer.Leaf()
	if l == nil {
		return nil, false
	}
	switch verdict(s) {
	case certs.HostnameMismatch, certs.IPAddressMismatch:
		return l, true
	case certs.OK:
		return nil, false
	}
	return l, s.Peer.NameMatches == evidence.No && !s.Asked.Insecure
}

// seenNames tells which names are in a certificate, and where.
func seenNames(c *evidence.Certificate) string {
	var parts []string
	if len(c.SAN.DNS) > 0 {
		parts = append(parts, "DNS "+list(c.SAN.DNS))
	}
	if len(c.SAN.Addresses) > 0 {
		parts = append(parts, "IP "+list(c.SAN.Addresses))
	}
	if len(parts) > 0 {
		return "names in it (SAN): " + strings.Join(parts, "; ")
	}
	if c.SAN.Empty() {
		return "it has no SAN; its Common Name is " + orNone(c.Subject.CommonName)
	}
	return "its SAN has neither a DNS name nor an address; its Common Name is " + orNone(c.Subject.CommonName)
}

func orNone(s string) string {
	if s == "" {
		return "missing"
	}
	return s
}

// dialInstead is the hint to use a name that is in the certificate.
func dialInstead(s *evidence.Session, names []string) []Hint {
	for _, n := range names {
		if strings.ContainsAny(n, "* ") || n == "" || isAddress(n) {
			continue
		}
		return []Hint{{Gateway, fmt.Sprintf("dial a name that is in it, if that leads to the same broker: -h %s", quote(n)), ""}}
	}
	return nil
}

// reissue is the hint to put a name or an address into the certificate.
func reissue(san string) Hint {
	kind := "name"
	if strings.HasPrefix(san, "IP:") {
		kind = "address"
	}
	return Hint{
		CA, "issue the broker's certificate again with this " + kind + " in it",
		"echo " + quote("subjectAltName="+san) + " > san.ext && " + sign + " -extfile san.ext",
	}
}

// sign is the command that makes a certificate out of the broker's request.
const sign = "openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out server.crt"

// insecure is what the option does that many try first.
func insecure(s *evidence.Session) Hint {
	return Hint{Gateway, "for a test only: --insecure; a false broker is not noticed then", ""}
}

// isAddress says whether a host is an IP address.
func isAddress(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}
