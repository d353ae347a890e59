package cause

import (
	"fmt"
	"path/filepath"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func capathMissing() Cause {
	return Cause{
		ID:       "capath-missing",
		Title:    "the CA directory does not exist",
		Source:   "X509_LOOKUP_hash_dir(3): a directory that is not there is never reported",
		Explains: notTrusted(),
		Match: func(s *evidence.Session) (Finding, bool) {
			f := capath(s)
			if f == nil || f.Exists != evidence.No {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the CA directory %s does not exist, so no CA was found", f.Path),
				Seen:       facts(option(f)+": no such file or directory", seenVerdict(s)),
				Hints: []Hint{{
					Gateway, "correct the path, or use --cafile for one file; what is there:",
					"ls -l " + file(filepath.Dir(filepath.Clean(f.Path))),
				}},
			}, true
		},
	}
}
