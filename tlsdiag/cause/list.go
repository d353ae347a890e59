package cause

// List returns the catalogue in its order: what is decided without a packet
// comes first, then what failed on the way,
// then what this side decided about the broker's certificate,
// then negotiation and path, then what the broker said about the client's
// certificate. The first cause that matches and is not explained by another
// one is the finding.
func List() []Cause {
	var all []Cause
	for _, group := range [][]Cause{files(), way(), serverCertificate(), serverName(), clientCertificate(), negotiation()} {
		all = append(all, group...)
	}
	return all
}

// files are the causes that stand in options and files.
func files() []Cause {
	return []Cause{
		certificateWithoutKey(),
		certificateAndKeySwapped(),
		cafileMissing(),
		cafileIsDirectory(),
		cafileUnreadable(),
		certificatePKCS12(),
		cafileDER(),
		cafileDamaged(),
		cafileNoCertificate(),
		certificateMissing(),
		certificateUnreadable(),
		certificateDER(),
		certificateDamaged(),
		certificateNoCertificate(),
		keyMissing(),
		keyUnreadable(),
		keyDER(),
		keyEncrypted(),
		keyPassPhraseWrong(),
		keyDamaged(),
		keyNoKey(),
		keyMismatch(),
		crlFileMissing(),
		crlFileUnreadable(),
		crlFileDamaged(),
		crlFileNoCRL(),
		clientCertificateWeak(),
		ciphersOptionUnknown(),
		capathMissing(),
		capathUnreadable(),
		capathIsFile(),
		capathNotHashed(),
		certificateIgnored(),
		tlsNotEnabled(),
	}
}

// serverCertificate are the causes that stand in the broker's chain and in
// what is trusted here.
func serverCertificate() []Cause {
	return []Cause{
		sniDefaultCertificate(),
		unsupportedKeyType(),
		certificateMalformed(),
		caAndServerSameSubject(),
		serverSelfSignedReplaced(),
		serverSelfSigned(),
		clockBehind(),
		clockAhead(),
		serverCertificateExpired(),
		serverCertificateNotYetValid(),
		intermediateExpired(),
		caExpired(),
		issuerMayNotSign(),
		issuerNotACA(),
		pathLengthExceeded(),
		serverCertificatePurpose(),
		serverCertificateKeyUsage(),
		weakKey(),
		weakSignature(),
		nameConstraintViolated(),
		unknownCriticalExtension(),
		serverCertificateRevoked(),
		crlMissing(),
		crlExpired(),
		crlNotYetValid(),
		crlSignatureInvalid(),
		crlIssuerMayNotSign(),
		crlUnusable(),
		pinMismatch(),
		caRejectedByLabel(),
		authorityKeyIDMismatch(),
		certificateSignatureInvalid(),
		cafileEndEntity(),
		cafileIntermediateOnly(),
		cloudRootChanged(),
		caRecreated(),
		connectionIntercepted(),
		intermediateMissing(),
		privateCANotGiven(),
		issuerNotTrusted(),
	}
}

// serverName are the causes that stand in the name that was dialled.
func serverName() []Cause {
	return []Cause{
		serverNameTrailingDot(),
		serverNameIsAddress(),
		serverNameWildcard(),
		serverNameMismatch(),
		clientRefusedCertificate(),
	}
}

// clientCertificate are the causes for which a broker refuses a client's
// certificate.
func clientCertificate() []Cause {
	return []Cause{
		alpnMissing(),
		clientCertificateRequired(),
		clientCertificateRefused(),
		clientCertificateSameSubject(),
		clientCertificateExpired(),
		clientCertificateNotYetValid(),
		clientCertificateRevoked(),
		clientCertificatePurpose(),
		clientCertificateCriticalExtension(),
		clientCertificateSignatureInvalid(),
		clientCANotListed(),
		clientIntermediateMissing(),
		brokerCafileIntermediateOnly(),
		clientIssuerNotTrusted(),
		brokerCRLExpired(),
		brokerCRLUnusable(),
		clientCertificateNoCommonName(),
	}
}

// negotiation are the causes that stand in the two sides' parameters and in
// the path between them.
func negotiation() []Cause {
	return []Cause{
		connectionRefused(),
		peerIsHTTPS(),
		peerIsHTTP(),
		tlsToPlainPort(),
		peerNotTLS(),
		peerNotMQTT(),
		plainToTLSPort(),
		clientTLSVersionTooNew(),
		serverTLSVersionTooOld(),
		serverTLSVersionTooNew(),
		alpnRefused(),
		serverNameUnknown(),
		pskIdentityUnknown(),
		pskKeyWrong(),
		serverWantsPSK(),
		serverWantsCertificates(),
		noCommonCurve(),
		noCommonSignatureAlgorithm(),
		noCommonCipherSuite(),
		closedAfterClientHello(),
		clientHelloTooLarge(),
		serverFlightStalled(),
		peerSilent(),
		bytesCorrupted(),
		noConnack(),
		closedAfterConnect(),
	}
}
