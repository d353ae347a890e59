package tlsdiag

import (
	"crypto/tls"
	"errors"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// ExactAlert lets the server know why its certificate was refused, with the
// alert that OpenSSL would send (RFC 8446 section 6.2), so that its log says
// so too: crypto/tls alone sends bad_certificate whatever the reason. It acts on
// errors of package certs, and is called after Conn and Config, with the same
// cfg.
func (w *Watcher) ExactAlert(cfg *tls.Config) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		capture.ExactAlert(cfg, w.conn, alertFor)
	}
}

// alertFor returns the alert for an error of a verification.
func alertFor(err error) (byte, bool) {
	var refusal *certs.VerifyError
	if !errors.As(err, &refusal) || refusal.Number == certs.OK || refusal.Number == certs.Unspecified {
		// OpenSSL sends internal_error for the latter, which blames the wrong side.
		return 0, false
	}
	return refusal.Number.Alert(), true
}

// alertSent returns the code of the alert with which this side refused the
// server's certificate. w.mu is held.
func (w *Watcher) alertSent() int {
	if w.conn != nil {
		if code, ok := w.conn.AlertSent(); ok {
			return int(code)
		}
	}
	// crypto/tls sends this for whatever VerifyConnection returns.
	return record.BadCertificate
}
