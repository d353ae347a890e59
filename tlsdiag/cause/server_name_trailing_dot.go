package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverNameTrailingDot() Cause {
	return Cause{
		ID:       "server-name-trailing-dot",
		Title:    "the name fits but for a dot or a space at its end",
		Source:   "X509_check_host(3) compares the names as they are; RFC 5280 section 4.2.1.6: preferred name syntax has no final dot",
		Explains: []string{"server-name-mismatch", "server-name-wildcard"},
		Match: func(s *evidence.Session) (Finding, bool) {
			l, ok := wrongName(s)
			if !ok {
				return Finding{}, false
			}
			host := s.Target.Name()
			for _, n := range carried(l) {
				if !strings.EqualFold(bare(n), bare(host)) || strings.EqualFold(n, host) {
					continue
				}
				return Finding{
					Confidence: Sure,
					Headline:   fmt.Sprintf("%q was dialled, the broker's certificate is for %q: they differ in %s", host, n, difference(host, n)),
					Seen:       facts(seenCertificate("broker's certificate", l), seenVerdict(s)),
					Hints:      []Hint{straighten(host, n)},
				}, true
			}
			return Finding{}, false
		},
	}
}

// bare cuts what does not belong to a name: spaces, final dots, and all from a
// NUL on, where a program written in C stops reading.
func bare(name string) string {
	name, _, _ = strings.Cut(name, "\x00")
	return strings.TrimRight(strings.TrimSpace(name), ".")
}

func difference(host, name string) string {
	switch {
	case strings.Contains(name, "\x00"):
		return "what follows a NUL in the certificate's name"
	case strings.TrimSpace(name) != name, strings.TrimSpace(host) != host:
		return "a space"
	}
	return "the final dot"
}

func straighten(host, name string) Hint {
	if bare(name) == name {
		return Hint{Gateway, "type it without: -h " + quote(bare(host)), ""}
	}
	return Hint{CA, "issue the broker's certificate again: its name has to be exactly " + quote(bare(name)), ""}
}
