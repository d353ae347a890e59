package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func cafileMissing() Cause {
	return Cause{
		ID:     "cafile-missing",
		Title:  "the CA file does not exist",
		Source: "open(2): ENOENT; SSL_CTX_load_verify_file(3)",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCAFile)
			if f == nil || f.Exists != evidence.No {
				return Finding{}, false
			}
			return missing(f, "CA file"), true
		},
	}
}
