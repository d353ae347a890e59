package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func cafileUnreadable() Cause {
	return Cause{
		ID:     "cafile-unreadable",
		Title:  "this user may not read the CA file",
		Source: "open(2): EACCES; path_resolution(7)",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCAFile)
			if f == nil || f.Readable != evidence.No || f.Exists == evidence.No || f.Directory == evidence.Yes {
				return Finding{}, false
			}
			fix := Hint{Gateway, "a CA certificate is no secret: let everybody read it", "chmod o+r " + file(f.Path)}
			return unreadable(s, f, "CA file", fix), true
		},
	}
}
