package certs

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"time"
)

// DefaultSecurityLevel is the OpenSSL security level of Debian and its relatives: at least 112 bits, so RSA from 2048
// bits on, and no SHA-1.
const DefaultSecurityLevel = 2

// Options says what a chain is verified for.
type Options struct {
	Store         *Store              // the trust anchors; nil trusts nothing
	Host          string              // what was dialled: a name, or an IPv4 or IPv6 address without brackets
	SkipName      bool                // do not compare Host with the certificate
	Now           time.Time           // the clock
	SecurityLevel int                 // 0 to 5, as OpenSSL's; 0 has no demands on keys and digests
	Client        bool                // judge a client's certificate; Host is then not used
	Pins          [][sha256.Size]byte // digests of public keys, as for MatchPin
	AssumeTrusted bool                // take what the chain ends in for trusted, where the store of whoever judged is not known
}

// Result is what Verify found out about a chain that it accepts.
type Result struct {
	Chain                []*x509.Certificate // end-entity first, trust anchor last
	NameInCommonNameOnly bool                // Host matched the Common Name, for want of a dNSName in the certificate
}

// VerifyError is the refusal of a chain.
type VerifyError struct {
	Number        ErrorNumber
	Depth         int                 // the index in Chain of the certificate at fault
	Certificate   *x509.Certificate   // the certificate at fault
	Chain         []*x509.Certificate // what was built until then, end-entity first
	Untrusted     int                 // how many elements of Chain, from the first on, came from the peer
	Host          string              // Options.Host
	Now           time.Time           // Options.Now
	SecurityLevel int                 // Options.SecurityLevel
	VerifyDetail
}

// VerifyDetail is what a VerifyError says beyond its number. Which fields are set depends on that.
type VerifyDetail struct {
	Bits        int                   // EEKeyTooSmall, CAKeyTooSmall, CAMDTooWeak: the strength found, in bits of security
	ExtensionID asn1.ObjectIdentifier // UnhandledCriticalExtension: which
	Name        string                // a name constraint's verdicts: the name that it is about
	Constraint  string                // and the subtree that excludes it, or the permitted ones
	CRL         *CRL                  // the verdicts about revocation lists: the list, nil for UnableToGetCRL where there is none
	Revoked     *Revocation           // CertRevoked: the entry
}

// Error returns the number, OpenSSL's sentence and the certificate.
func (e *VerifyError) Error() string {
	subject := ""
	if e.Certificate != nil {
		subject = ", " + NameText(e.Certificate.RawSubject)
	}
	return fmt.Sprintf("certificate verify error %d: %s (depth %d%s)", int(e.Number), e.Number, e.Depth, subject)
}

// Verify judges the certificates that a peer presented, end-entity first, as OpenSSL 3 does on behalf of libmosquitto 2.1.
// It returns the chain that it built, or a *VerifyError with the first fault in OpenSSL's order.
func Verify(presented []*x509.Certificate, o Options) (*Result, error) {
	if len(presented) == 0 {
		return nil, fault("certs: no certificate to verify")
	}
	// OpenSSL counts whole seconds.
	v := &verification{options: o, now: o.Now.Truncate(time.Second)}
	peer := make([]*facts, len(presented))
	for i, c := range presented {
		peer[i] = newFacts(c)
	}
	v.chain, v.untrusted = peer[:1:1], 1
	match, err := v.run(peer)
	if err != nil {
		return nil, err
	}
	result := &Result{Chain: certificates(v.chain), NameInCommonNameOnly: match == MatchCommonName}
	if err := MatchPin(result.Chain, o.Pins); err != nil {
		return nil, err
	}
	return result, nil
}

// run makes the checks in OpenSSL's order: it decides which of several faults is reported.
func (v *verification) run(peer []*facts) (NameMatch, *VerifyError) {
	if err := v.checkKey(0, EEKeyTooSmall); err != nil {
		return NoMatch, err
	}
	for _, step := range []func() *VerifyError{func() *VerifyError { return v.build(peer) }, v.checkExtensions, v.checkStrength} {
		if err := step(); err != nil {
			return NoMatch, err
		}
	}
	match, err := v.checkName()
	if err != nil {
		return match, err
	}
	for _, step := range []func() *VerifyError{v.checkRevocation, v.checkSignatures} {
		if err := step(); err != nil {
			return match, err
		}
	}
	return match, v.checkNameConstraints()
}
