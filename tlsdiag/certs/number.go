package certs

// ErrorNumber is the verdict on a certificate chain, as OpenSSL numbers it (X509_V_ERR_…): the numbers that people find
// when they search, and that `openssl verify` prints.
type ErrorNumber int

// The verdicts that Verify gives.
const (
	OK                            ErrorNumber = 0
	Unspecified                   ErrorNumber = 1
	UnableToGetIssuerCert         ErrorNumber = 2
	UnableToGetCRL                ErrorNumber = 3
	UnableToDecodeIssuerPublicKey ErrorNumber = 6
	CertSignatureFailure          ErrorNumber = 7
	CRLSignatureFailure           ErrorNumber = 8
	CertNotYetValid               ErrorNumber = 9
	CertHasExpired                ErrorNumber = 10
	CRLNotYetValid                ErrorNumber = 11
	CRLHasExpired                 ErrorNumber = 12
	DepthZeroSelfSignedCert       ErrorNumber = 18
	SelfSignedCertInChain         ErrorNumber = 19
	UnableToGetIssuerCertLocally  ErrorNumber = 20
	UnableToVerifyLeafSignature   ErrorNumber = 21
	CertChainTooLong              ErrorNumber = 22
	CertRevoked                   ErrorNumber = 23
	PathLengthExceeded            ErrorNumber = 25
	InvalidPurpose                ErrorNumber = 26
	CertRejected                  ErrorNumber = 28
	UnableToGetCRLIssuer          ErrorNumber = 33
	UnhandledCriticalExtension    ErrorNumber = 34
	KeyUsageNoCRLSign             ErrorNumber = 35
	UnhandledCriticalCRLExtension ErrorNumber = 36
	ProxyCertificatesNotAllowed   ErrorNumber = 40
	DifferentCRLScope             ErrorNumber = 44
	PermittedViolation            ErrorNumber = 47
	ExcludedViolation             ErrorNumber = 48
	SubtreeMinMax                 ErrorNumber = 49
	ApplicationVerification       ErrorNumber = 50
	UnsupportedConstraintType     ErrorNumber = 51
	UnsupportedNameSyntax         ErrorNumber = 53
	HostnameMismatch              ErrorNumber = 62
	IPAddressMismatch             ErrorNumber = 64
	EEKeyTooSmall                 ErrorNumber = 66
	CAKeyTooSmall                 ErrorNumber = 67
	CAMDTooWeak                   ErrorNumber = 68
	InvalidCA                     ErrorNumber = 79
	ECKeyExplicitParams           ErrorNumber = 94
)

// String returns the sentence that OpenSSL prints for the number.
func (n ErrorNumber) String() string {
	const unspecified = "unspecified certificate verification error"
	texts := [...]string{
		OK:                            "ok",
		UnableToGetIssuerCert:         "unable to get issuer certificate",
		UnableToGetCRL:                "unable to get certificate CRL",
		UnableToDecodeIssuerPublicKey: "unable to decode issuer public key",
		CertSignatureFailure:          "certificate signature failure",
		CRLSignatureFailure:           "CRL signature failure",
		CertNotYetValid:               "certificate is not yet valid",
		CertHasExpired:                "certificate has expired",
		CRLNotYetValid:                "CRL is not yet valid",
		CRLHasExpired:                 "CRL has expired",
		DepthZeroSelfSignedCert:       "self-signed certificate",
		SelfSignedCertInChain:         "self-signed certificate in certificate chain",
		UnableToGetIssuerCertLocally:  "unable to get local issuer certificate",
		UnableToVerifyLeafSignature:   "unable to verify the first certificate",
		CertChainTooLong:              "certificate chain too long",
		CertRevoked:                   "certificate revoked",
		PathLengthExceeded:            "path length constraint exceeded",
		InvalidPurpose:                "unsuitable certificate purpose",
		CertRejected:                  "certificate rejected",
		UnableToGetCRLIssuer:          "unable to get CRL issuer certificate",
		UnhandledCriticalExtension:    "unhandled critical extension",
		KeyUsageNoCRLSign:             "key usage does not include CRL signing",
		UnhandledCriticalCRLExtension: "unhandled critical CRL extension",
		ProxyCertificatesNotAllowed:   "proxy certificates not allowed, please set the appropriate flag",
		DifferentCRLScope:             "different CRL scope",
		PermittedViolation:            "permitted subtree violation",
		ExcludedViolation:             "excluded subtree violation",
		SubtreeMinMax:                 "name constraints minimum and maximum not supported",
		ApplicationVerification:       "application verification failure",
		UnsupportedConstraintType:     "unsupported name constraint type",
		UnsupportedNameSyntax:         "unsupported or invalid name syntax",
		HostnameMismatch:              "hostname mismatch",
		IPAddressMismatch:             "IP address mismatch",
		EEKeyTooSmall:                 "EE certificate key too weak",
		CAKeyTooSmall:                 "CA certificate key too weak",
		CAMDTooWeak:                   "CA signature digest algorithm too weak",
		InvalidCA:                     "invalid CA certificate",
		ECKeyExplicitParams:           "Certificate public key has explicit ECC parameters",
	}
	if n < 0 || int(n) >= len(texts) || texts[n] == "" {
		return unspecified
	}
	return texts[n]
}

// Alert returns the alert description (RFC 8446 6.2) with which OpenSSL tells the peer of this verdict.
func (n ErrorNumber) Alert() byte {
	const (
		handshakeFailure       = 40
		badCertificate         = 42
		unsupportedCertificate = 43
		certificateRevoked     = 44
		certificateExpired     = 45
		certificateUnknown     = 46
		unknownCA              = 48
		decryptError           = 51
		internalError          = 80
	)
	switch n {
	case OK, Unspecified:
		return internalError
	case UnableToGetIssuerCert, UnableToGetCRL, DepthZeroSelfSignedCert, SelfSignedCertInChain, UnableToGetIssuerCertLocally,
		UnableToVerifyLeafSignature, CertChainTooLong, PathLengthExceeded, UnableToGetCRLIssuer, InvalidCA:
		return unknownCA
	case UnableToDecodeIssuerPublicKey, CertNotYetValid, CRLNotYetValid, CertRejected, HostnameMismatch, IPAddressMismatch,
		EEKeyTooSmall, CAKeyTooSmall, CAMDTooWeak, ECKeyExplicitParams:
		return badCertificate
	case ApplicationVerification:
		return handshakeFailure
	case CertSignatureFailure, CRLSignatureFailure:
		return decryptError
	case CertHasExpired, CRLHasExpired:
		return certificateExpired
	case CertRevoked:
		return certificateRevoked
	case InvalidPurpose:
		return unsupportedCertificate
	}
	return certificateUnknown
}
