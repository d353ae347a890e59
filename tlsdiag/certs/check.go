package certs

import (
	"crypto/x509"
	"encoding/asn1"
)

// checkExtensions looks at what the certificates of the chain say about themselves, end-entity first.
func (v *verification) checkExtensions() *VerifyError {
	below := 0 // CA certificates below the one at hand, self-issued ones not counted
	for i, f := range v.chain {
		if id := f.extensions.unknownCritical; id != nil {
			return v.failExtension(UnhandledCriticalExtension, i, id)
		}
		if f.extensions.proxy {
			return v.fail(ProxyCertificatesNotAllowed, i)
		}
		if i > 0 {
			if kind := f.caKind(); kind == notCA || kind != fullCA && i+1 < len(v.chain) {
				return v.fail(InvalidCA, i)
			}
		}
		if id := v.purposeFault(i); id != nil {
			return v.failExtension(InvalidPurpose, i, id)
		}
		if limit := f.pathLen(); i > 1 && limit >= 0 && below > limit {
			return v.fail(PathLengthExceeded, i)
		}
		if i > 0 && !f.selfIssued {
			below++
		}
	}
	return nil
}

func (v *verification) failExtension(n ErrorNumber, depth int, id asn1.ObjectIdentifier) *VerifyError {
	err := v.fail(n, depth)
	err.ExtensionID = id
	return err
}

// caKind says with what right a certificate issues others.
type caKind int

const (
	notCA       caKind = iota
	tolerableCA        // by the ways of before basicConstraints, which count for an anchor only
	fullCA             // basicConstraints says so
)

// Bits of the Netscape certificate type.
const (
	netscapeClient = 0x80
	netscapeServer = 0x40
	netscapeTLSCA  = 0x04
	netscapeAnyCA  = 0x07
)

func (f *facts) caKind() caKind {
	x := &f.extensions
	switch {
	case x.keyUsage && f.cert.KeyUsage&x509.KeyUsageCertSign == 0:
		return notCA
	case f.cert.BasicConstraintsValid && f.cert.IsCA:
		return fullCA
	case f.cert.BasicConstraintsValid:
		return notCA
	case f.cert.Version == 1 && f.selfSigned, x.keyUsage, x.netscapeType && x.netscapeBits&netscapeAnyCA != 0:
		return tolerableCA
	}
	return notCA
}

// pathLen returns how many CAs may stand below this one, -1 if it does not say.
func (f *facts) pathLen() int {
	if !f.cert.BasicConstraintsValid {
		return -1
	}
	return f.cert.MaxPathLen
}

// purposeFault returns the extension for which a certificate of the chain does not serve the purpose, nil if it does.
func (v *verification) purposeFault(depth int) asn1.ObjectIdentifier {
	f := v.chain[depth]
	if f.anchor != nil && f.anchor.trust.about(v.options.Client) == trusted {
		return nil
	}
	extKeyUsages, keyUsages, netscape := serverPurpose()
	if v.options.Client {
		extKeyUsages, keyUsages, netscape = clientPurpose()
	}
	x := &f.extensions
	switch {
	case x.extKeyUsage && !hasAny(f.cert.ExtKeyUsage, extKeyUsages):
		return asn1.ObjectIdentifier{2, 5, 29, ceExtKeyUsage}
	case depth > 0:
		// What makes a CA was checked before, but for the Netscape kind: that one must be a CA for TLS.
		if !f.cert.BasicConstraintsValid && f.cert.Version != 1 && !x.keyUsage && x.netscapeBits&netscapeTLSCA == 0 {
			return netscapeCertType()
		}
	case x.netscapeType && x.netscapeBits&netscape == 0:
		return netscapeCertType()
	case x.keyUsage && f.cert.KeyUsage&keyUsages == 0:
		return asn1.ObjectIdentifier{2, 5, 29, ceKeyUsage}
	}
	return nil
}

func serverPurpose() ([]x509.ExtKeyUsage, x509.KeyUsage, byte) {
	return []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageNetscapeServerGatedCrypto, x509.ExtKeyUsageMicrosoftServerGatedCrypto},
		x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement, netscapeServer
}

func clientPurpose() ([]x509.ExtKeyUsage, x509.KeyUsage, byte) {
	return []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, x509.KeyUsageDigitalSignature | x509.KeyUsageKeyAgreement, netscapeClient
}

func hasAny(have, want []x509.ExtKeyUsage) bool {
	for _, h := range have {
		for _, w := range want {
			if h == w {
				return true
			}
		}
	}
	return false
}

func netscapeCertType() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 1, 1}
}

// checkKey looks at the strength of one certificate's key.
func (v *verification) checkKey(depth int, n ErrorNumber) *VerifyError {
	c := v.chain[depth].cert
	if !isUsableKey(c) {
		// For OpenSSL a key that it cannot read is a weak one. It reads more kinds, so another number tells the truth.
		return v.fail(UnableToDecodeIssuerPublicKey, depth)
	}
	if bits := SecurityBits(c.PublicKey); bits < LevelBits(v.options.SecurityLevel) {
		err := v.fail(n, depth)
		err.Bits = bits
		return err
	}
	return nil
}

// checkStrength looks at the keys of all CAs, and at all signatures but the anchor's own.
func (v *verification) checkStrength() *VerifyError {
	for i, f := range v.chain {
		if i > 0 {
			if err := v.checkKey(i, CAKeyTooSmall); err != nil {
				return err
			}
		}
		if i == len(v.chain)-1 {
			break
		}
		if bits := SignatureBits(f.cert); bits < LevelBits(v.options.SecurityLevel) {
			err := v.fail(CAMDTooWeak, i)
			err.Bits = bits
			return err
		}
	}
	return nil
}

// checkSignatures looks at dates and signatures, from the anchor down. An anchor that did not sign itself was put there
// by a label, and its dates do not count.
func (v *verification) checkSignatures() *VerifyError {
	last := len(v.chain) - 1
	first := last
	if !v.options.AssumeTrusted && !mayIssue(v.chain[last], v.chain[last]) {
		if last == 0 {
			return v.fail(UnableToVerifyLeafSignature, 0)
		}
		first--
	}
	for i := first; i >= 0; i-- {
		c := v.chain[i].cert
		if i < last && checkSignature(c, v.chain[i+1].cert) != nil {
			return v.fail(CertSignatureFailure, i)
		}
		switch {
		case v.now.Before(c.NotBefore):
			return v.fail(CertNotYetValid, i)
		case !v.now.Before(c.NotAfter):
			return v.fail(CertHasExpired, i)
		}
	}
	return nil
}
