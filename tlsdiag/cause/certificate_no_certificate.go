package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func certificateNoCertificate() Cause {
	return Cause{
		ID:     "certificate-no-certificate",
		Title:  "the file given with --cert holds no certificate",
		Source: "RFC 7468 section 5: the CERTIFICATE label",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCertificate)
			return noCertificate(f, "give the certificate that the CA made for this client")
		},
	}
}
