package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func keyDER() Cause {
	return Cause{
		ID:     "key-der",
		Title:  "the private key is in DER form",
		Source: "X.690; SSL_CTX_use_PrivateKey_file(3): SSL_FILETYPE_PEM",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleKey)
			if f == nil || f.Format != FormatDER {
				return Finding{}, false
			}
			return isDER(f, content(f), "openssl pkey -inform der -in "+file(f.Path)+" -out "+file(f.Path+".pem")), true
		},
	}
}
