package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func certificateDER() Cause {
	return Cause{
		ID:     "certificate-der",
		Title:  "the client certificate's file is in DER form and holds no single certificate",
		Source: "X.690; RFC 5280 section 4.1: Certificate",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCertificate)
			if f == nil || f.Format != FormatDER || encryptedItem(f) != nil {
				return Finding{}, false
			}
			return isDER(f, KindCertificate, "give the certificate that the CA made for this client"), true
		},
	}
}
