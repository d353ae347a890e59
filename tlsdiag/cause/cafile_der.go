package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func cafileDER() Cause {
	return Cause{
		ID:     "cafile-der",
		Title:  "the CA file is in DER form",
		Source: "X.690; SSL_CTX_load_verify_locations(3): PEM format",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCAFile)
			if f == nil || f.Format != FormatDER {
				return Finding{}, false
			}
			return isDER(f, content(f), "openssl x509 -inform der -in "+file(f.Path)+" -out "+file(f.Path+".pem")), true
		},
	}
}
