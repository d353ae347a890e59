package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func keyUnreadable() Cause {
	return Cause{
		ID:     "key-unreadable",
		Title:  "this user may not read the private key",
		Source: "open(2): EACCES; path_resolution(7)",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleKey)
			if f == nil || f.Readable != evidence.No || f.Exists == evidence.No {
				return Finding{}, false
			}
			user := s.Local.User
			if user == "" {
				user = "USER"
			}
			fix := Hint{Gateway, "give it to the user this runs as, and to nobody else", "chown " + quote(user) + " " + file(f.Path)}
			return unreadable(s, f, "private key", fix), true
		},
	}
}
