package certs

import (
	"bytes"
	"crypto/x509"
	"slices"
	"time"
)

// maxDepth is how many certificates a chain may have below its anchor: OpenSSL's default of 100 CAs, and the end-entity.
const maxDepth = 101

// verification is one run of Verify.
type verification struct {
	options   Options
	now       time.Time
	chain     []*facts
	untrusted int // how many elements of the chain, from the first on, came from the peer
}

func (v *verification) top() *facts { return v.chain[len(v.chain)-1] }

// fail returns the error for a certificate of the chain.
func (v *verification) fail(n ErrorNumber, depth int) *VerifyError {
	return &VerifyError{Number: n, Depth: depth, Certificate: v.chain[depth].cert, Chain: certificates(v.chain), Untrusted: v.untrusted,
		Host: v.options.Host, Now: v.options.Now, SecurityLevel: v.options.SecurityLevel}
}

func certificates(chain []*facts) []*x509.Certificate {
	out := make([]*x509.Certificate, len(chain))
	for i, f := range chain {
		out[i] = f.cert
	}
	return out
}

// validAt reports whether now is within the certificate's dates. As in OpenSSL, the second of notAfter is too late.
func validAt(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && now.Before(c.NotAfter)
}

// build extends the chain from the end-entity certificate up to a trust anchor. At each step the trust store comes
// first; as soon as it has given one element, what the peer sent is not looked at any more.
func (v *verification) build(presented []*facts) *VerifyError {
	rest := slices.Clone(presented)
	fromPeer := true
	for {
		done, extended := v.extendFromStore()
		if done {
			return v.judgeAnchor()
		}
		if extended {
			fromPeer = false
			continue
		}
		if !fromPeer {
			return v.incomplete()
		}
		at := v.issuerAmong(rest)
		if at < 0 {
			return v.incomplete()
		}
		v.chain = append(v.chain, rest[at])
		v.untrusted++
		rest = slices.Delete(rest, at, at+1)
	}
}

// extendFromStore adds the issuer of the topmost certificate from the trust store, or puts the store's own copy in the
// place of a self-signed one. done reports that the new element decides the matter.
func (v *verification) extendFromStore() (done, extended bool) {
	if len(v.chain) > maxDepth {
		return false, false
	}
	issuer := v.options.Store.issuer(v.top(), v.now)
	switch {
	case issuer == nil:
		return false, false
	case !v.top().selfSigned:
		v.chain = append(v.chain, issuer)
	case !bytes.Equal(v.top().cert.Raw, issuer.cert.Raw):
		// A self-signed certificate that only looks like an anchor.
		return false, false
	default:
		v.chain[len(v.chain)-1] = issuer
		v.untrusted = len(v.chain) - 1
	}
	if issuer.anchor.trust.about(v.options.Client) != silent || issuer.selfSigned {
		return true, false
	}
	return false, true
}

// judgeAnchor looks at the label of the anchor at the chain's top.
func (v *verification) judgeAnchor() *VerifyError {
	if v.top().anchor.trust.about(v.options.Client) == rejected {
		return v.fail(CertRejected, len(v.chain)-1)
	}
	return nil
}

// issuerAmong returns the index of the certificate that OpenSSL takes for the issuer of the chain's topmost, of those that
// the peer sent; -1 if there is none.
func (v *verification) issuerAmong(rest []*facts) int {
	best := -1
	if v.top().selfSigned || len(v.chain) > maxDepth {
		return best
	}
	for i, f := range rest {
		if !mayIssue(f, v.top()) || v.inChain(f) {
			continue
		}
		if validAt(f.cert, v.now) {
			return i
		}
		if best < 0 || f.cert.NotAfter.After(rest[best].cert.NotAfter) {
			best = i
		}
	}
	return best
}

func (v *verification) inChain(f *facts) bool {
	return slices.ContainsFunc(v.chain, func(other *facts) bool { return bytes.Equal(other.cert.Raw, f.cert.Raw) })
}

// incomplete says why a chain does not end in an anchor.
func (v *verification) incomplete() *VerifyError {
	depth := len(v.chain) - 1
	if v.options.AssumeTrusted {
		return nil
	}
	switch {
	case len(v.chain) > maxDepth:
		return v.fail(CertChainTooLong, depth)
	case v.top().selfSigned && depth == 0:
		return v.fail(DepthZeroSelfSignedCert, depth)
	case v.top().selfSigned:
		return v.fail(SelfSignedCertInChain, depth)
	case v.untrusted < len(v.chain):
		return v.fail(UnableToGetIssuerCert, depth)
	}
	return v.fail(UnableToGetIssuerCertLocally, depth)
}
