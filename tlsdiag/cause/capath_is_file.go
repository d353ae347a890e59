package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func capathIsFile() Cause {
	return Cause{
		ID:       "capath-is-file",
		Title:    "--capath was given a file",
		Source:   "SSL_CTX_load_verify_locations(3): CApath is a directory; lookups in anything else find nothing",
		Explains: notTrusted(),
		Match: func(s *evidence.Session) (Finding, bool) {
			f := capath(s)
			if f == nil || f.Exists != evidence.Yes || f.Directory != evidence.No {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("--capath was given the file %s; it takes a directory, so nothing in that file is trusted", f.Path),
				Seen:       facts(option(f)+": a file that holds "+content(f), rightCA(s, f), seenVerdict(s)),
				Hints:      []Hint{{Gateway, "use the option for one file: --cafile " + file(f.Path), ""}},
			}, true
		},
	}
}

// capath returns the CA directory where it may be the reason that no CA was
// found. A wrong one beside a good CA file does no harm.
func capath(s *evidence.Session) *evidence.File {
	if !untrusted(s) && s.Stage != evidence.StageLocal {
		return nil
	}
	return s.Local.File(evidence.RoleCAPath)
}

// notTrusted are the causes that only say that no CA fits, which is a symptom
// where the CAs were not even read.
func notTrusted() []string {
	return []string{
		"server-self-signed", "server-self-signed-replaced", "issuer-not-trusted", "private-ca-not-given",
		"intermediate-missing", "ca-recreated", "connection-intercepted",
	}
}

// rightCA says that a file holds the CA that is needed.
func rightCA(s *evidence.Session, f *evidence.File) string {
	c := top(s)
	if c == nil {
		return ""
	}
	for _, l := range f.Links {
		if l.SHA256 == c.SHA256 || slices.Contains(c.Signed.By, l.SHA256) {
			return fmt.Sprintf("it is the right CA: %s, SHA-256 %s", name(l.Subject), fingerprint(l.SHA256))
		}
	}
	return ""
}
