package cause

import (
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func cafileNoCertificate() Cause {
	return Cause{
		ID:     "cafile-no-certificate",
		Title:  "the CA file holds no certificate",
		Source: "RFC 7468 section 5: the CERTIFICATE label",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCAFile)
			return noCertificate(f, "give the CA's certificate, the file that was made with it and is not secret")
		},
	}
}

// noCertificate is the finding for a file that should hold a certificate.
func noCertificate(f *evidence.File, advice string) (Finding, bool) {
	if f == nil || holds(f, KindCertificate) {
		return Finding{}, false
	}
	return lacks(f, "certificate", "-----BEGIN CERTIFICATE-----", advice)
}
