package certs

import (
	"crypto"
	"crypto/ecdsa"
	_ "crypto/md5" // for crypto.MD5
	"crypto/rsa"
	_ "crypto/sha256" // for crypto.SHA224
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
)

// signatureAlgorithm is what a certificate is signed with.
type signatureAlgorithm struct {
	key    x509.PublicKeyAlgorithm // of the signer; unknown if Go does not know it
	digest crypto.Hash             // 0 for Ed25519, and if Go does not know it
}

// signatureOf returns what a certificate is signed with. It knows RSA and ECDSA with SHA-224, which crypto/x509 does not.
func signatureOf(c *x509.Certificate) signatureAlgorithm {
	switch c.SignatureAlgorithm {
	case x509.MD5WithRSA:
		return signatureAlgorithm{x509.RSA, crypto.MD5}
	case x509.SHA1WithRSA:
		return signatureAlgorithm{x509.RSA, crypto.SHA1}
	case x509.SHA256WithRSA, x509.SHA256WithRSAPSS:
		return signatureAlgorithm{x509.RSA, crypto.SHA256}
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS:
		return signatureAlgorithm{x509.RSA, crypto.SHA384}
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS:
		return signatureAlgorithm{x509.RSA, crypto.SHA512}
	case x509.ECDSAWithSHA1:
		return signatureAlgorithm{x509.ECDSA, crypto.SHA1}
	case x509.ECDSAWithSHA256:
		return signatureAlgorithm{x509.ECDSA, crypto.SHA256}
	case x509.ECDSAWithSHA384:
		return signatureAlgorithm{x509.ECDSA, crypto.SHA384}
	case x509.ECDSAWithSHA512:
		return signatureAlgorithm{x509.ECDSA, crypto.SHA512}
	case x509.PureEd25519:
		return signatureAlgorithm{x509.Ed25519, 0}
	case x509.DSAWithSHA1:
		return signatureAlgorithm{x509.DSA, crypto.SHA1}
	case x509.DSAWithSHA256:
		return signatureAlgorithm{x509.DSA, crypto.SHA256}
	}
	switch string(signatureOID(c)) {
	case oidSHA224WithRSA:
		return signatureAlgorithm{x509.RSA, crypto.SHA224}
	case oidECDSAWithSHA224:
		return signatureAlgorithm{x509.ECDSA, crypto.SHA224}
	case oidPSS:
		if digest, _ := pssParameters(c); digest != 0 {
			return signatureAlgorithm{x509.RSA, digest}
		}
	}
	return signatureAlgorithm{}
}

// Signature algorithms, as the contents of their OBJECT IDENTIFIER.
const (
	oidPSS             = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a" // 1.2.840.113549.1.1.10
	oidSHA224WithRSA   = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e" // 1.2.840.113549.1.1.14
	oidECDSAWithSHA224 = "\x2a\x86\x48\xce\x3d\x04\x03\x01"     // 1.2.840.10045.4.3.1
)

// signatureOID returns the contents of the identifier of the signature algorithm.
func signatureOID(c *x509.Certificate) []byte {
	return signatureIdentifier(c).expect(tagOID).contents
}

// signatureIdentifier returns a reader of the AlgorithmIdentifier of the signature.
func signatureIdentifier(c *x509.Certificate) *elements {
	outer := elements{rest: c.Raw}
	certificate := outer.expect(tagSequence).inside()
	certificate.expect(tagSequence)
	return certificate.expect(tagSequence).inside()
}

// keyOID returns the contents of the identifier of the public key's algorithm.
func keyOID(c *x509.Certificate) []byte {
	outer := elements{rest: c.RawSubjectPublicKeyInfo}
	return outer.expect(tagSequence).inside().expect(tagSequence).inside().expect(tagOID).contents
}

// signatureFits reports whether the subject's signature can be one of the issuer's kind of key.
func signatureFits(subject, issuer *x509.Certificate) bool {
	if used := signatureOf(subject).key; used != x509.UnknownPublicKeyAlgorithm && issuer.PublicKeyAlgorithm == used {
		return true
	}
	// Ed448 and keys for RSA-PSS alone share one identifier with their signatures.
	return string(signatureOID(subject)) == string(keyOID(issuer))
}

// pssParameters returns digest and salt length of an RSA-PSS signature (RFC 4055 3.1); the digest is 0 when they are not
// understood, as two different digests in one signature are not. crypto/x509 only takes salts as long as the digest.
func pssParameters(c *x509.Certificate) (digest crypto.Hash, salt int) {
	identifier := signatureIdentifier(c)
	identifier.expect(tagOID)
	var parameters struct {
		Hash    pkix.AlgorithmIdentifier `asn1:"explicit,tag:0,optional"`
		MGF     pkix.AlgorithmIdentifier `asn1:"explicit,tag:1,optional"`
		Salt    int                      `asn1:"explicit,tag:2,optional,default:20"`
		Trailer int                      `asn1:"explicit,tag:3,optional,default:1"`
	}
	if _, err := asn1.Unmarshal(identifier.next().full, &parameters); err != nil || parameters.Trailer != 1 {
		return 0, 0
	}
	var mgfHash pkix.AlgorithmIdentifier
	if _, err := asn1.Unmarshal(parameters.MGF.Parameters.FullBytes, &mgfHash); err != nil ||
		!mgfHash.Algorithm.Equal(parameters.Hash.Algorithm) || parameters.Salt < 0 {
		return 0, 0
	}
	sha2 := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2}
	if id := parameters.Hash.Algorithm; len(id) == len(sha2)+1 && id[:len(sha2)].Equal(sha2) {
		switch id[len(sha2)] {
		case 1:
			digest = crypto.SHA256
		case 2:
			digest = crypto.SHA384
		case 3:
			digest = crypto.SHA512
		}
	}
	return digest, parameters.Salt
}

const errSignature = fault("the signature does not verify")

// checkSignature verifies the subject's signature with the issuer's key. Unlike crypto/x509's verifier it takes every
// digest: whether that is strong enough is a question of the security level.
func checkSignature(subject, issuer *x509.Certificate) error {
	algorithm := signatureOf(subject)
	if subject.SignatureAlgorithm != x509.UnknownSignatureAlgorithm && algorithm.digest != crypto.MD5 {
		return issuer.CheckSignature(subject.SignatureAlgorithm, subject.RawTBSCertificate, subject.Signature)
	}
	if algorithm.digest == 0 {
		return x509.ErrUnsupportedAlgorithm
	}
	h := algorithm.digest.New()
	h.Write(subject.RawTBSCertificate)
	switch key := issuer.PublicKey.(type) {
	case *rsa.PublicKey:
		if string(signatureOID(subject)) == oidPSS {
			_, salt := pssParameters(subject)
			return rsa.VerifyPSS(key, algorithm.digest, h.Sum(nil), subject.Signature, &rsa.PSSOptions{SaltLength: salt})
		}
		return rsa.VerifyPKCS1v15(key, algorithm.digest, h.Sum(nil), subject.Signature)
	case *ecdsa.PublicKey:
		if ecdsa.VerifyASN1(key, h.Sum(nil), subject.Signature) {
			return nil
		}
	}
	return errSignature
}

// SignedBy reports whether the certificate's signature verifies with the issuer's key, whatever the names say.
func SignedBy(c, issuer *x509.Certificate) bool { return checkSignature(c, issuer) == nil }

// isUsableKey reports whether signatures of this public key can be verified here.
func isUsableKey(c *x509.Certificate) bool {
	return KeyBits(c.PublicKey) != 0
}
