package tlsdiag

import (
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// maxCRLs is how many revocation lists are described.
const maxCRLs = 16

// describeCRL puts a revocation list into plain data.
func describeCRL(l *certs.CRL) evidence.CRL {
	return evidence.CRL{
		Place:  evidence.Place{File: l.Path, Line: l.Line},
		Issuer: rawName(l.Issuer), ThisUpdate: l.ThisUpdate.UTC(), NextUpdate: l.NextUpdate.UTC(),
	}
}

func describeCRLs(lists []*certs.CRL) []evidence.CRL {
	var out []evidence.CRL
	for _, l := range lists[:min(len(lists), maxCRLs)] {
		out = append(out, describeCRL(l))
	}
	return out
}

// describeRevocation tells of the list that a verdict is about, and of the
// entry in it.
func describeRevocation(v *evidence.Verdict, e *certs.VerifyError) {
	if e.CRL != nil {
		l := describeCRL(e.CRL)
		v.CRL = &l
	}
	if e.Revoked != nil {
		v.Revoked = &evidence.Revocation{Time: e.Revoked.Time.UTC(), Reason: reason(e.Revoked.Reason)}
	}
}

// reason names a CRLReason (RFC 5280 section 5.3.1); empty for none.
func reason(code int) string {
	names := [...]string{
		"", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation", "certificateHold", "",
		"removeFromCRL", "privilegeWithdrawn", "aACompromise",
	}
	if code < 0 || code >= len(names) {
		return ""
	}
	return names[code]
}
