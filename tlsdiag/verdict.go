package tlsdiag

import (
	"crypto/x509"
	"errors"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// describeVerdict tells of the error that a verification ended with, by the
// rules of OpenSSL or by those of crypto/x509; nil if err is neither.
func describeVerdict(err error, host string, now time.Time) *evidence.Verdict {
	var own *certs.VerifyError
	if errors.As(err, &own) {
		v := &evidence.Verdict{
			Error: int(own.Number), Text: own.Number.String(), Depth: own.Depth, Judge: "OpenSSL's rules",
		}
		if own.Certificate != nil {
			v.Certificate = fingerprint(own.Certificate.Raw)
		}
		switch {
		case own.ExtensionID != nil:
			v.Detail = own.ExtensionID.String()
		case own.Name != "":
			v.Detail = own.Name
		}
		describeRevocation(v, own)
		return v
	}
	number, c := goVerdict(err, host, now)
	if number == certs.OK {
		return nil
	}
	v := &evidence.Verdict{Error: int(number), Text: err.Error(), Judge: cause.JudgeGo}
	if c != nil {
		v.Certificate = fingerprint(c.Raw)
	}
	return v
}

// goVerdict returns OpenSSL's number for an error of crypto/x509.
func goVerdict(err error, host string, now time.Time) (certs.ErrorNumber, *x509.Certificate) {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var extension x509.UnhandledCriticalExtension
	switch {
	case errors.As(err, &authority):
		if c := authority.Cert; c != nil && certs.SameName(c.RawSubject, c.RawIssuer) {
			return certs.DepthZeroSelfSignedCert, c
		}
		return certs.UnableToGetIssuerCertLocally, authority.Cert
	case errors.As(err, &name):
		if strings.Trim(host, "0123456789.") == "" || strings.Contains(host, ":") {
			return certs.IPAddressMismatch, name.Certificate
		}
		return certs.HostnameMismatch, name.Certificate
	case errors.As(err, &invalid):
		return goInvalid(invalid, now), invalid.Cert
	case errors.As(err, &extension):
		return certs.UnhandledCriticalExtension, nil
	}
	return certs.OK, nil
}

func goInvalid(e x509.CertificateInvalidError, now time.Time) certs.ErrorNumber {
	switch e.Reason {
	case x509.Expired:
		if e.Cert != nil && now.Before(e.Cert.NotBefore) {
			return certs.CertNotYetValid
		}
		return certs.CertHasExpired
	case x509.NotAuthorizedToSign:
		return certs.InvalidCA
	case x509.TooManyIntermediates:
		return certs.PathLengthExceeded
	case x509.IncompatibleUsage:
		return certs.InvalidPurpose
	case x509.CANotAuthorizedForThisName, x509.CANotAuthorizedForExtKeyUsage:
		return certs.PermittedViolation
	}
	return certs.UnableToGetIssuerCertLocally
}
