package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func crlUnusable() Cause {
	return Cause{
		ID:     "crl-unusable",
		Title:  "the revocation list does not say anything about the broker's certificate",
		Source: "RFC 5280 sections 5.2 and 5.2.5: critical extensions, issuingDistributionPoint; OpenSSL errors 36 and 44",
		Match: func(s *evidence.Session) (Finding, bool) {
			why := "it has a critical extension that nobody here understands"
			l := listAtFault(s, certs.UnhandledCriticalCRLExtension)
			if l == nil {
				why = "it is for other certificates of that CA"
				l = listAtFault(s, certs.DifferentCRLScope)
			}
			if l == nil {
				return Finding{}, false
			}
			show := "openssl crl -noout -text -in " + file(l.File)
			if l.Line == 0 {
				show = "openssl crl -inform der -noout -text -in " + file(l.File)
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the revocation list of %s cannot be used: %s", name(l.Issuer), why),
				Seen:       facts(seenCRL(s), seenVerdict(s)),
				Hints: []Hint{
					{CA, "get the CA's full list, without such an extension", ""},
					{Gateway, "what is in this one:", show},
				},
			}, true
		},
	}
}

// listAtFault returns the revocation list that a verdict of that number is about, or nil.
func listAtFault(s *evidence.Session, n certs.ErrorNumber) *evidence.CRL {
	if verdict(s) != n {
		return nil
	}
	return s.Verdict.CRL
}

// seenCRL identifies the revocation list that the verdict is about.
func seenCRL(s *evidence.Session) string {
	if s.Verdict == nil || s.Verdict.CRL == nil {
		return ""
	}
	l := s.Verdict.CRL
	text := fmt.Sprintf("revocation list: %s, in %s", name(l.Issuer), l.File)
	if l.Line > 0 {
		text += fmt.Sprintf(", line %d", l.Line)
	}
	text += ", of " + instant(l.ThisUpdate)
	if !l.NextUpdate.IsZero() {
		text += ", good until " + instant(l.NextUpdate)
	}
	return text
}
