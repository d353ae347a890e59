package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func keyNoKey() Cause {
	return Cause{
		ID:     "key-no-key",
		Title:  "the file given with --key holds no private key",
		Source: "RFC 7468 section 10: the PRIVATE KEY label",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleKey)
			if f == nil || holds(f, KindPrivateKey) {
				return Finding{}, false
			}
			return lacks(f, KindPrivateKey, "-----BEGIN … PRIVATE KEY-----",
				"give the private key that was made together with the certificate's request")
		},
	}
}
