package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func certificateDER() Cause {
	return Cause{
		ID:     "certificate-der",
		Title:  "the client certificate is in DER form",
		Source: "X.690; SSL_CTX_use_certificate_chain_file(3): PEM format",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCertificate)
			if f == nil || f.Format != FormatDER {
				return Finding{}, false
			}
			return isDER(f, content(f), "openssl x509 -inform der -in "+file(f.Path)+" -out "+file(f.Path+".pem")), true
		},
	}
}
