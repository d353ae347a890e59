package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func keyDER() Cause {
	return Cause{
		ID:     "key-der",
		Title:  "the private key's file is in DER form and holds no private key",
		Source: "X.690; RFC 5958 section 2: OneAsymmetricKey",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleKey)
			if f == nil || f.Format != FormatDER || encryptedItem(f) != nil {
				return Finding{}, false
			}
			return isDER(f, KindPrivateKey, "give the private key that was made together with the certificate's request"), true
		},
	}
}
