package tlsdiag

import (
	"crypto/tls"
	"crypto/x509"
	"errors"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Offer is what a broker's listener answers a client with, as far as its configuration tells.
type Offer struct {
	// TLS says that it speaks TLS; Chain is what it shows then, its own certificate first. A listener that has
	// pre-shared keys only has no Chain.
	TLS   bool
	Chain []*x509.Certificate
	// RequireCertificate says that clients need a certificate; Clients judges it, revocation lists included.
	RequireCertificate bool
	Clients            *certs.Store
	// LoginByName says that the login is the Common Name of the client's certificate.
	LoginByName bool
}

// Attempt is what a client would do.
type Attempt struct {
	Settings Settings
	// Verify judges the broker's certificates.
	Verify func(presented []*x509.Certificate) error
	// Own is what it shows when it is asked for a certificate.
	Own []*x509.Certificate
}

// Predict returns the evidence that an attempt would leave, and the finding about it, without a connection: what the
// catalogue says of a live one. It returns false for an attempt that would succeed.
func Predict(a Attempt, o Offer) (*evidence.Session, Finding, bool) {
	w := Watch(a.Settings)
	p := prediction{flow: record.Seen{Stage: evidence.StageHello}, end: evidence.End{Op: OpHandshake}}
	if !p.meet(&a, &o) {
		return nil, Finding{}, false
	}
	s := w.describeSeen(p.flow, p.seen)
	s.Synthetic, s.Stage, s.End = true, p.flow.Stage, p.end
	s.Connack = p.connack
	f, ok := cause.Find(s)
	return s, f, ok
}

// prediction is a connection that is made up.
type prediction struct {
	flow    record.Seen
	seen    capture.Seen
	end     evidence.End
	connack int
}

// connackBadLogin is the return code of a login that is not known ([MQTT-3.2.2-6], code 4).
const connackBadLogin = 4

// meet runs through the connection and returns false if it succeeds.
func (p *prediction) meet(a *Attempt, o *Offer) (failed bool) {
	secured := a.Settings.TLS
	switch {
	case !secured && !o.TLS:
		return false
	case !secured:
		// OpenSSL closes on plain MQTT; that it speaks TLS is known here.
		p.flow.Stage, p.end = evidence.StagePlain, evidence.End{Op: OpRead, How: evidence.EndFIN}
		p.flow.Flow.Records = []evidence.Record{{From: evidence.SideServer, Type: 21, Version: evidence.TLS12, Length: 2}}
		return true
	case !o.TLS:
		p.end.How = evidence.EndReset
		p.flow.Flow.Stranger = &evidence.Stranger{Protocol: "MQTT"}
		return true
	case len(o.Chain) == 0:
		p.flow.Flow.ServerHello = &evidence.ServerHello{Version: evidence.TLS12, CipherSuite: tlsPSK}
		p.refuse(evidence.StageServerFlight, record.HandshakeFailure)
		return true
	}
	version := uint16(tls.VersionTLS13)
	p.flow.Flow.ServerHello = &evidence.ServerHello{Version: evidence.Version(version), CipherSuite: tls.TLS_AES_256_GCM_SHA384}
	p.seen.Chain, p.seen.State = o.Chain, &tls.ConnectionState{Version: version, CipherSuite: tls.TLS_AES_256_GCM_SHA384}
	if err := a.Verify(o.Chain); err != nil {
		p.flow.Stage, p.seen.Verdict, p.end = evidence.StageVerify, err, evidence.End{Op: OpHandshake, How: evidence.EndLocal, Error: err.Error()}
		return true
	}
	return p.judged(a, o)
}

// tlsPSK is TLS_PSK_WITH_AES_128_GCM_SHA256 (RFC 5487).
const tlsPSK = 0x00a8

// judged is the broker's part: it refuses a client's certificate after the client has accepted its own.
func (p *prediction) judged(a *Attempt, o *Offer) (failed bool) {
	if !o.RequireCertificate {
		return false
	}
	p.seen.Request, p.seen.Answer = &tls.CertificateRequestInfo{}, new(tls.Certificate)
	if len(a.Own) == 0 {
		p.refuse(evidence.StageEstablished, record.CertificateRequired)
		return true
	}
	for _, c := range a.Own {
		p.seen.Answer.Certificate = append(p.seen.Answer.Certificate, c.Raw)
	}
	_, err := certs.Verify(a.Own, certs.Options{Store: o.Clients, Now: a.Settings.Now(), SecurityLevel: certs.DefaultSecurityLevel, Client: true})
	var refusal *certs.VerifyError
	switch {
	case errors.As(err, &refusal):
		p.refuse(evidence.StageEstablished, int(refusal.Number.Alert()))
		return true
	case err != nil:
		p.refuse(evidence.StageEstablished, record.BadCertificate)
		return true
	case o.LoginByName && len(certs.CommonNames(a.Own[0])) == 0:
		p.flow.Stage, p.connack, p.end = evidence.StageConnack, connackBadLogin, evidence.End{Op: OpConnack}
		return true
	}
	return false
}

// refuse ends it with an alert of the broker's.
func (p *prediction) refuse(stage evidence.Stage, code int) {
	p.flow.Stage, p.end.How = stage, evidence.EndAlert
	p.flow.Flow.Alerts = []evidence.Alert{{From: evidence.SideServer, Level: record.LevelFatal, Code: code, Stage: stage}}
	if stage == evidence.StageEstablished {
		p.end.Op = OpRead
	}
}
