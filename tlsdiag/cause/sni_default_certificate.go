package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func sniDefaultCertificate() Cause {
	return Cause{
		ID:     "sni-default-certificate",
		Title:  "the server showed the certificate it keeps for unknown names",
		Source: "RFC 6066 section 3: server_name; it carries no addresses",
		Explains: append([]string{
			"server-name-mismatch", "server-name-is-address", "capath-not-hashed", "ca-and-server-same-subject",
		}, notTrusted()...),
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Peer.Leaf()
			if l == nil || verdict(s) == 0 || !placeholder(l) {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Likely,
				Rival:      "server-name-mismatch",
				Headline: fmt.Sprintf("the server has no certificate for %s: it showed its default one (%s)",
					s.Target.Name(), subject(l)),
				Seen: facts(seenShown(l), seenSNI(s), seenVerdict(s)),
				Hints: []Hint{
					{Broker, fmt.Sprintf("give the front end (ingress, proxy) a certificate for %s", s.Target.Name()), ""},
				},
			}
			if with, without := s.Probes.Run(evidence.ProbeName), s.Probes.Run(evidence.ProbeNoName); with != nil && without != nil &&
				with.Leaf != "" && with.Leaf == without.Leaf {
				f.Confidence, f.Rival = Sure, ""
				f.Seen = append(f.Seen, seenProbe(s, evidence.ProbeName), seenProbe(s, evidence.ProbeNoName))
			}
			if isAddress(s.Target.Name()) {
				f.Hints = append([]Hint{{Gateway, "dial the broker by its name: an address is not sent as the server name", ""}}, f.Hints...)
			}
			return f, true
		},
	}
}

func seenSNI(s *evidence.Session) string {
	h := s.Flow.ClientHello
	switch {
	case h == nil:
		return ""
	case h.ServerName == "":
		return "no server name was sent"
	}
	return "server name sent: " + h.ServerName
}

// placeholder recognises certificates that front ends make for themselves.
func placeholder(c *evidence.Certificate) bool {
	names := [...]string{
		"Kubernetes Ingress Controller Fake Certificate", "TRAEFIK DEFAULT CERT", "invalid2.invalid", "No SNI provided",
	}
	for _, n := range names {
		if strings.Contains(c.Subject.Text, n) {
			return true
		}
	}
	return false
}
