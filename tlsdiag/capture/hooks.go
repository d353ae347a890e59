package capture

import (
	"crypto/tls"
	"crypto/x509"
	"sync"
)

// Hooks are what a tls.Config tells during the handshake, also where the wire
// is encrypted.
type Hooks struct {
	mu   sync.Mutex
	seen Seen
}

// Seen is what the hooks were told.
type Seen struct {
	// Request is the server's CertificateRequest, nil if there was none.
	Request *tls.CertificateRequestInfo
	// Answer is the certificate given in reply; it has no Certificate when
	// there was nothing to give.
	Answer *tls.Certificate
	// Chain is what the server sent.
	Chain []*x509.Certificate
	// State is the connection's state at the time of the verdict, nil if it
	// did not come to one.
	State *tls.ConnectionState
	// Verdict is the error of the verification, nil when it passed or was not
	// reached.
	Verdict error
}

// Install adds the hooks to cfg. With verify not nil, crypto/tls's own
// verification is switched off and verify judges the server's chain instead;
// its error ends the handshake. With verify nil crypto/tls judges as cfg says.
//
// A client certificate in cfg.Certificates is sent whenever one is requested,
// also when the server's list of CAs does not name its issuer, as OpenSSL does.
func (h *Hooks) Install(cfg *tls.Config, verify func([]*x509.Certificate) error) {
	if verify != nil {
		cfg.InsecureSkipVerify = true
	}
	nextVerify := cfg.VerifyConnection
	cfg.VerifyConnection = func(cs tls.ConnectionState) error {
		h.note(func(s *Seen) { s.State, s.Chain = &cs, cs.PeerCertificates })
		var err error
		if verify != nil {
			err = verify(cs.PeerCertificates)
		}
		if err == nil && nextVerify != nil {
			err = nextVerify(cs)
		}
		if err != nil {
			h.note(func(s *Seen) { s.Verdict = err })
		}
		return err
	}
	next := cfg.GetClientCertificate
	certificates := cfg.Certificates
	cfg.GetClientCertificate = func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		answer, err := answer(r, next, certificates)
		h.note(func(s *Seen) { s.Request, s.Answer = r, answer })
		return answer, err
	}
}

// Seen returns what the hooks were told so far.
func (h *Hooks) Seen() Seen {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen
}

func (h *Hooks) note(f func(*Seen)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(&h.seen)
}

func answer(r *tls.CertificateRequestInfo, next func(*tls.CertificateRequestInfo) (*tls.Certificate, error),
	certificates []tls.Certificate) (*tls.Certificate, error) {
	if next != nil {
		return next(r)
	}
	for i := range certificates {
		if r.SupportsCertificate(&certificates[i]) == nil {
			return &certificates[i], nil
		}
	}
	if len(certificates) > 0 {
		return &certificates[0], nil
	}
	return new(tls.Certificate), nil
}
