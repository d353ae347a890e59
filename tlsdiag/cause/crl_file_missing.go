package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func crlFileMissing() Cause {
	return Cause{
		ID:     "crl-file-missing",
		Title:  "the file with revocation lists does not exist",
		Source: "open(2): ENOENT",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCRL)
			if f == nil || f.Exists != evidence.No {
				return Finding{}, false
			}
			return missing(f, "CRL file"), true
		},
	}
}
