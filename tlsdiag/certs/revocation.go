package certs

import "crypto/x509"

// checkRevocation looks for the end-entity certificate on the lists of the store, as OpenSSL does with
// X509_V_FLAG_CRL_CHECK: the lists of the CAs above are not asked for. Without any list there is nothing to check.
func (v *verification) checkRevocation() *VerifyError {
	lists := v.options.Store.CRLs()
	if len(lists) == 0 {
		return nil
	}
	leaf := v.chain[0]
	best := v.chooseCRL(lists, leaf)
	if best == nil {
		return v.fail(UnableToGetCRL, 0)
	}
	if number := v.judgeCRL(best); number != OK {
		return v.failCRL(number, best.list)
	}
	if entry := best.list.find(leaf.cert); entry != nil && entry.Reason != removeFromCRL {
		err := v.failCRL(CertRevoked, best.list)
		err.Revoked = entry
		return err
	}
	if !best.allReasons {
		// The list that has the other reasons is missing.
		return v.failCRL(UnableToGetCRL, best.list)
	}
	return nil
}

// removeFromCRL is the CRLReason that takes a certificate off a list again.
const removeFromCRL = 8

func (v *verification) failCRL(n ErrorNumber, l *CRL) *VerifyError {
	err := v.fail(n, 0)
	err.CRL = l
	return err
}

// candidate is a list that may be the one for a certificate.
type candidate struct {
	list       *CRL
	issuer     *facts
	score      int
	allReasons bool
}

// What speaks for a list, in OpenSSL's weights.
const (
	scoreUnderstood = 0x100 // nothing critical in it is unknown
	scoreScope      = 0x080
	scoreTime       = 0x040
	scoreIssuer     = 0x018 // it is that of the certificate's own issuer, not only of the same name
)

// chooseCRL returns the best list of the certificate's issuer, nil if there is none.
func (v *verification) chooseCRL(lists []*CRL, leaf *facts) *candidate {
	var best *candidate
	for _, l := range lists {
		c := v.rate(l, leaf)
		if c == nil || best != nil && (c.score < best.score || c.score == best.score && !l.ThisUpdate.After(best.list.ThisUpdate)) {
			continue
		}
		best = c
	}
	return best
}

// rate says how well a list fits; nil if it is not for this certificate at all.
func (v *verification) rate(l *CRL, leaf *facts) *candidate {
	if l.canonical != leaf.issuer || l.extensions.delta || l.extensions.point.partial {
		return nil
	}
	c := &candidate{list: l}
	own := v.chain[min(1, len(v.chain)-1)]
	if l.extensions.authority.fits(own) {
		c.issuer, c.score = own, scoreIssuer
	} else {
		for _, f := range v.chain[min(2, len(v.chain)):] {
			if f.subject == l.canonical && l.extensions.authority.fits(f) {
				c.issuer = f
				break
			}
		}
	}
	if c.issuer == nil {
		return nil
	}
	if !l.extensions.critical {
		c.score |= scoreUnderstood
	}
	if v.crlTime(l) == OK {
		c.score |= scoreTime
	}
	covered, all := l.extensions.point.covers(leaf)
	if c.allReasons = all || !covered; covered {
		c.score |= scoreScope
	}
	return c
}

// crlTime holds a list against the clock. As in OpenSSL the second of nextUpdate is too late.
func (v *verification) crlTime(l *CRL) ErrorNumber {
	switch {
	case v.now.Before(l.ThisUpdate):
		return CRLNotYetValid
	case !l.NextUpdate.IsZero() && !v.now.Before(l.NextUpdate):
		return CRLHasExpired
	}
	return OK
}

// judgeCRL looks at the list itself, in OpenSSL's order.
func (v *verification) judgeCRL(c *candidate) ErrorNumber {
	issuer := c.issuer
	if issuer.extensions.keyUsage && issuer.cert.KeyUsage&x509.KeyUsageCRLSign == 0 {
		return KeyUsageNoCRLSign
	}
	if c.score&scoreScope == 0 {
		return DifferentCRLScope
	}
	if number := v.crlTime(c.list); number != OK {
		return number
	}
	switch {
	case !isUsableKey(issuer.cert):
		return UnableToDecodeIssuerPublicKey
	case checkSignature(c.list.signed, issuer.cert) != nil:
		return CRLSignatureFailure
	case c.list.extensions.critical:
		return UnhandledCriticalCRLExtension
	}
	return OK
}
