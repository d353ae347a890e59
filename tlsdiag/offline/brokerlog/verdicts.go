package brokerlog

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// verdictView is the meaning of a refused certificate by who refused it and OpenSSL's number; 0 if that is not told.
func verdictView(judge evidence.Side, number int) view {
	for _, row := range verdicts() {
		if row.number != certs.ErrorNumber(number) {
			continue
		}
		v := view{causes: row.server, confidence: row.confidence, settle: askClient}
		owner := "broker"
		if judge == evidence.SideServer {
			v.causes, owner, v.settle = row.client, "client", askVerify
		}
		v.headline = fmt.Sprintf("the %s refused the %s's certificate: %s", people(judge), owner, row.meaning)
		v.hints = row.hints
		if judge == evidence.SideServer {
			v.hints = checkClientFiles
		}
		if len(v.causes) == 0 {
			v.confidence = cause.Guess
		}
		if v.confidence == cause.Sure && len(v.causes) < 2 {
			v.settle = ""
		}
		return v
	}
	owner, settle := "broker", askClient
	if judge == evidence.SideServer {
		owner, settle = "client", askVerify
	}
	return view{
		headline: fmt.Sprintf("the %s refused the %s's certificate: OpenSSL error %d (%s)", people(judge), owner, number, certs.ErrorNumber(number)),
		settle:   settle, confidence: cause.Guess, hints: compareChains,
	}
}

type verdictRow struct {
	number         certs.ErrorNumber
	meaning        string
	server, client []string // the causes where the broker's certificate was refused, and where the client's was
	confidence     cause.Confidence
	hints          []cause.Hint
}

// verdicts are OpenSSL's numbers; OK stands for one that a line does not tell.
func verdicts() []verdictRow {
	date := hints(broker("look at the dates: openssl x509 -noout -dates -in certfile"), gateway("check the clock: date -u"))
	reissue := hints(authority("issue the certificate again"))
	name := hints(gateway("dial a name that is in the broker's certificate"), authority("or issue it with the dialled name as DNS, or the address as IP, in subjectAltName"))
	return []verdictRow{
		{certs.OK, "the line does not tell the reason", causes("issuer-not-trusted", "server-name-mismatch", "server-certificate-expired", "ca-recreated", "intermediate-missing",
			"ca-and-server-same-subject", "server-self-signed", "cafile-intermediate-only", "server-certificate-not-yet-valid", "server-certificate-purpose", "clock-behind", "weak-key"),
			causes("client-issuer-not-trusted", "client-certificate-expired", "client-intermediate-missing", "client-certificate-purpose", "broker-cafile-intermediate-only",
				"client-certificate-not-yet-valid", "client-certificate-revoked", "broker-crl-expired", "client-certificate-same-subject", "client-certificate-signature-invalid",
				"client-certificate-critical-extension", "broker-crl-unusable"), cause.Guess, compareChains},
		{certs.UnableToGetIssuerCert, "the chain ends at an intermediate whose root is not trusted", causes("cafile-intermediate-only"), causes("broker-cafile-intermediate-only"), cause.Sure, compareChains},
		{certs.UnableToGetCRL, "there is no revocation list of its CA", nil, causes("broker-crl-unusable"), cause.Likely, compareChains},
		{certs.CertSignatureFailure, "the signature does not verify with the CA's key", causes("certificate-signature-invalid", "ca-recreated"),
			causes("client-certificate-signature-invalid"), cause.Likely, compareChains},
		{certs.CRLSignatureFailure, "the revocation list's signature does not verify", nil, causes("broker-crl-unusable"), cause.Likely, compareChains},
		{certs.CertNotYetValid, "it is not valid yet by the clock of who judged", causes("server-certificate-not-yet-valid", "clock-behind"), causes("client-certificate-not-yet-valid"), cause.Likely, date},
		{certs.CertHasExpired, "it has expired by the clock of who judged", causes("server-certificate-expired", "ca-expired", "intermediate-expired", "clock-ahead"), causes("client-certificate-expired"), cause.Likely, date},
		{certs.CRLNotYetValid, "the revocation list is not valid yet", nil, causes("broker-crl-unusable"), cause.Likely, date},
		{certs.CRLHasExpired, "the revocation list is out of date", nil, causes("broker-crl-expired"), cause.Sure, date},
		{certs.DepthZeroSelfSignedCert, "it is self-signed, or carries its CA's own name, and is not trusted", causes("server-self-signed", "ca-and-server-same-subject", "server-self-signed-replaced"),
			causes("client-certificate-same-subject", "client-issuer-not-trusted"), cause.Likely, compareChains},
		{certs.SelfSignedCertInChain, "the chain ends at a root that is not trusted", causes("issuer-not-trusted", "private-ca-not-given", "ca-recreated"),
			causes("client-issuer-not-trusted"), cause.Likely, compareChains},
		{certs.UnableToGetIssuerCertLocally, "the CA that issued it is not known", causes("issuer-not-trusted", "intermediate-missing", "private-ca-not-given", "ca-recreated", "capath-not-hashed", "capath-is-file"),
			causes("client-issuer-not-trusted", "client-intermediate-missing"), cause.Likely, compareChains},
		{certs.UnableToVerifyLeafSignature, "it came alone and its CA is not known", causes("issuer-not-trusted", "intermediate-missing"),
			causes("client-issuer-not-trusted", "client-intermediate-missing"), cause.Likely, compareChains},
		{certs.CertRevoked, "it is revoked", nil, causes("client-certificate-revoked"), cause.Sure, reissue},
		{certs.PathLengthExceeded, "a CA above it allows fewer CAs below itself", causes("path-length-exceeded"), nil, cause.Sure, reissue},
		{certs.InvalidPurpose, "it is made for another purpose", causes("server-certificate-purpose", "server-certificate-key-usage"), causes("client-certificate-purpose"), cause.Likely, reissue},
		{certs.CertRejected, "the CA is marked as rejected for this purpose", causes("ca-rejected-by-label"), nil, cause.Sure, compareChains},
		{certs.UnhandledCriticalExtension, "it has a critical extension that is not understood", causes("unknown-critical-extension"), causes("client-certificate-critical-extension"), cause.Sure, reissue},
		{certs.PermittedViolation, "its CA may not certify this name", causes("name-constraint-violated"), nil, cause.Sure, reissue},
		{certs.ExcludedViolation, "its CA may not certify this name", causes("name-constraint-violated"), nil, cause.Sure, reissue},
		{certs.HostnameMismatch, "it does not have the host name that was dialled", causes("server-name-mismatch", "server-name-wildcard"), nil, cause.Sure, name},
		{certs.IPAddressMismatch, "it does not have the address that was dialled", causes("server-name-is-address"), nil, cause.Sure, name},
		{certs.EEKeyTooSmall, "its key is too weak", causes("weak-key"), causes("client-certificate-weak"), cause.Sure, reissue},
		{certs.CAKeyTooSmall, "a CA's key is too weak", causes("weak-key"), causes("client-certificate-weak"), cause.Sure, reissue},
		{certs.CAMDTooWeak, "a signature's digest is too weak", causes("weak-signature"), causes("client-certificate-weak"), cause.Sure, reissue},
		{certs.InvalidCA, "what issued it is not marked as a CA", causes("issuer-not-a-ca", "issuer-may-not-sign"), nil, cause.Likely, reissue},
		{certs.ECKeyExplicitParams, "its curve is written out instead of named", causes("unsupported-key-type"), nil, cause.Sure, reissue},
	}
}
