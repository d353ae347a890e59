package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func keyMissing() Cause {
	return Cause{
		ID:     "key-missing",
		Title:  "the private key's file does not exist",
		Source: "open(2): ENOENT; SSL_CTX_use_PrivateKey_file(3)",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleKey)
			if f == nil || f.Exists != evidence.No {
				return Finding{}, false
			}
			return missing(f, "private key"), true
		},
	}
}
