package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverNameWildcard() Cause {
	return Cause{
		ID:       "server-name-wildcard",
		Title:    "a wildcard in the certificate does not reach as far as the name that was dialled",
		Source:   "RFC 9525 section 6.3: a wildcard is the whole first label and covers one label; X509_check_host(3)",
		Explains: []string{"server-name-mismatch"},
		Match: func(s *evidence.Session) (Finding, bool) {
			l, ok := wrongName(s)
			host := strings.TrimSuffix(s.Target.Name(), ".")
			if !ok || isAddress(host) {
				return Finding{}, false
			}
			for _, pattern := range carried(l) {
				why := nearly(strings.ToLower(pattern), strings.ToLower(host))
				if why == "" {
					continue
				}
				return Finding{
					Confidence: Sure,
					Headline:   fmt.Sprintf("%s in the broker's certificate does not cover %s: %s", pattern, host, why),
					Seen:       facts(seenCertificate("broker's certificate", l), seenNames(l), seenVerdict(s)),
					Hints:      []Hint{reissue("DNS:" + host), insecure(s)},
				}, true
			}
			return Finding{}, false
		},
	}
}

// nearly says why a pattern with a wildcard that is meant for host does not
// match it, or "" if it is not meant for it.
func nearly(pattern, host string) string {
	first, rest, dotted := strings.Cut(pattern, ".")
	if !strings.Contains(first, "*") || !dotted {
		return ""
	}
	label, domain, _ := strings.Cut(host, ".")
	switch {
	case !strings.Contains(rest, "."):
		if domain == rest {
			return "a wildcard needs two labels behind it"
		}
	case host == rest:
		return "it stands for one label more, not for the domain itself"
	case strings.HasSuffix(domain, "."+rest):
		return "a wildcard stands for one label only"
	case domain == rest && first != "*":
		before, after, _ := strings.Cut(first, "*")
		if !strings.HasPrefix(label, before) || !strings.HasSuffix(label, after) {
			return ""
		}
		return "a wildcard has to be the whole label"
	}
	return ""
}
