package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func keyDamaged() Cause {
	return Cause{
		ID:     "key-damaged",
		Title:  "the private key's file is damaged",
		Source: "RFC 7468 section 2; RFC 5958",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleKey)
			if f == nil {
				return Finding{}, false
			}
			finding, ok := damage(f, KindPrivateKey)
			// The lines of a key are not for the screen.
			finding.Hints = []Hint{{Gateway, "copy the file again as a file, not through a terminal or e-mail", ""}}
			return finding, ok
		},
	}
}
