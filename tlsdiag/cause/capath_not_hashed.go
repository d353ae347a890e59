package cause

import (
	"fmt"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func capathNotHashed() Cause {
	return Cause{
		ID:       "capath-not-hashed",
		Title:    "the CA directory has the right CA, but no hash link to it",
		Source:   "X509_LOOKUP_hash_dir(3): files are looked up as hash.N, with the hash of the subject",
		Explains: notTrusted(),
		Match: func(s *evidence.Session) (Finding, bool) {
			f, last := capath(s), top(s)
			if f == nil || f.Directory != evidence.Yes || last == nil {
				return Finding{}, false
			}
			found := unlinked(f, last)
			if found == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("%s contains the right CA (%s) but not the link %s that lookups use",
					f.Path, found.Name, found.Link),
				Seen: facts(fmt.Sprintf("%s in %s: %s, SHA-256 %s", found.Name, f.Path, name(found.Subject), fingerprint(found.SHA256)),
					seenVerdict(s)),
				Hints: []Hint{
					{Gateway, "make the links", "openssl rehash " + file(f.Path)},
					{Gateway, "or give the file itself: --cafile " + file(strings.TrimSuffix(f.Path, "/")+"/"+found.Name), ""},
				},
			}, true
		},
	}
}

// unlinked returns the certificate of a CA directory that signed c, or is c,
// and that lookups do not find.
func unlinked(f *evidence.File, c *evidence.Certificate) *evidence.Link {
	for i := range f.Links {
		l := &f.Links[i]
		if l.Linked == evidence.No && (l.SHA256 == c.SHA256 || slices.Contains(c.Signed.By, l.SHA256)) {
			return l
		}
	}
	return nil
}
