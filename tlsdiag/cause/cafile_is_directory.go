package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func cafileIsDirectory() Cause {
	return Cause{
		ID:       "cafile-is-directory",
		Explains: []string{"cafile-no-certificate"},
		Title:    "--cafile was given a directory",
		Source:   "SSL_CTX_load_verify_locations(3): CAfile is a file of CA certificates in PEM format",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCAFile)
			if f == nil || f.Directory != evidence.Yes {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("--cafile was given the directory %s; it takes one file", f.Path),
				Seen:       []string{option(f) + ": is a directory"},
				Hints: []Hint{
					{Gateway, "name the CA's file in it; what is there:", "ls -l " + file(f.Path)},
					{Gateway, "or use --capath for a directory with hash links: --capath " + file(f.Path), ""},
				},
			}, true
		},
	}
}
