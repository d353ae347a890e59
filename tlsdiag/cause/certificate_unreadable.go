package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func certificateUnreadable() Cause {
	return Cause{
		ID:     "certificate-unreadable",
		Title:  "this user may not read the client certificate",
		Source: "open(2): EACCES; path_resolution(7)",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCertificate)
			if f == nil || f.Readable != evidence.No || f.Exists == evidence.No {
				return Finding{}, false
			}
			fix := Hint{Gateway, "a certificate is no secret: let everybody read it", "chmod o+r " + file(f.Path)}
			return unreadable(s, f, "client certificate", fix), true
		},
	}
}
