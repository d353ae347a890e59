package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func crlFileUnreadable() Cause {
	return Cause{
		ID:     "crl-file-unreadable",
		Title:  "this user may not read the file with revocation lists",
		Source: "open(2): EACCES; path_resolution(7)",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCRL)
			if f == nil || f.Readable != evidence.No || f.Exists == evidence.No || f.Directory == evidence.Yes {
				return Finding{}, false
			}
			fix := Hint{Gateway, "a revocation list is no secret: let everybody read it", "chmod o+r " + file(f.Path)}
			return unreadable(s, f, "CRL file", fix), true
		},
	}
}
