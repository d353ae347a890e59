package client

import (
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerconf"
)

// verdictAgainst is whether given options can connect.
type verdictAgainst struct {
	listener int // index; -1 if none has the port
	address  string
	failed   bool
	finding  tlsdiag.Finding
	session  *evidence.Session
}

// tryAgainst answers --against: the session that such a connection would give is put before the catalogue.
func (d *confDiagnosis) tryAgainst() error {
	o, err := options.ParseConnection(*d.o.Against, d.env.options())
	if err != nil {
		return err
	}
	c := &connector{env: d.env, o: o, program: "culex pub"}
	c.dialer = transport.Dialer{Host: o.Host, Port: int(o.EffectivePort()), Watch: c.settings()}
	a := &verdictAgainst{listener: d.listenerOf(c.dialer.Port, o.Host), address: c.dialer.Address()}
	d.against = a
	if err := c.secure(); err != nil {
		return d.unloaded(c, err)
	}
	if err := c.unsupported(); err != nil {
		return err
	}
	if a.listener < 0 {
		a.failed = true
		a.finding = noListener(c.dialer.Port, d.config)
		return nil
	}
	l := &d.config.Listeners[a.listener]
	offer, err := offerOf(l)
	if err != nil {
		return err
	}
	attempt := tlsdiag.Attempt{Settings: c.dialer.Watch, Verify: c.dialer.Verify, Own: c.dialer.Own()}
	a.session, a.finding, a.failed = tlsdiag.Predict(attempt, offer)
	if a.failed {
		seen := []string{"predicted from " + l.Place.String() + " (" + l.Name() + "); nothing was sent"}
		if attempt.Settings.TLS == offer.TLS {
			seen = append(seen, a.finding.Seen...)
		}
		a.finding.Seen = seen
	}
	return nil
}

// unloaded tells of a file of the client's that cannot be used: it fails before any connection.
func (d *confDiagnosis) unloaded(c *connector, err error) error {
	c.blame(err)
	finding, ok := c.watcher.Finding()
	if !ok {
		return err
	}
	d.against.failed, d.against.finding, d.against.session = true, finding, c.watcher.Evidence()
	return nil
}

// listenerOf is the listener that a connection to the port reaches: the first that is not bound to another address.
func (d *confDiagnosis) listenerOf(port int, host string) int {
	found := -1
	for i := range d.config.Listeners {
		l := &d.config.Listeners[i]
		if l.Port != port || port == 0 {
			continue
		}
		if l.Bind == host {
			return i
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

func noListener(port int, config *brokerconf.Config) tlsdiag.Finding {
	var names []string
	for i := range config.Listeners {
		names = append(names, config.Listeners[i].Name())
	}
	return tlsdiag.Finding{
		ID: "connection-refused", Confidence: "sure", Headline: fmt.Sprintf("no listener has port %d", port), Seen: names,
		Hints: []cause.Hint{{Party: "gateway", Action: "dial the port of a listener: -p PORT"}},
	}
}

// offerOf is what a listener answers with. Its error is that of a file without which the broker does not start.
func offerOf(l *brokerconf.Listener) (tlsdiag.Offer, error) {
	o := tlsdiag.Offer{
		TLS: l.Secured() || l.WithKey(), RequireCertificate: l.Secured() && l.RequireCertificate.True(),
		LoginByName: l.IdentityAsUsername.True(), Clients: certs.NewStore(),
	}
	if !l.Secured() {
		return o, nil
	}
	var err error
	if o.Chain, err = certs.LoadChain(l.CertFile.Text, certs.PairOptions{}); err != nil {
		return o, listenerError(l.CertFile, err)
	}
	if l.CAFile.Given() {
		if err := o.Clients.AddFile(l.CAFile.Text); err != nil {
			return o, listenerError(l.CAFile, err)
		}
	}
	if l.CAPath.Given() {
		o.Clients.AddDir(l.CAPath.Text)
	}
	if l.CRLFile.Given() {
		if err := o.Clients.AddCRLFile(l.CRLFile.Text); err != nil {
			return o, listenerError(l.CRLFile, err)
		}
	}
	if len(o.Chain) == 1 {
		o.Chain = withIssuers(o.Chain, o.Clients)
	}
	return o, nil
}

// withIssuers completes a chain of one certificate with what the CA file has above it: the broker's OpenSSL sends these, too.
func withIssuers(chain []*x509.Certificate, store *certs.Store) []*x509.Certificate {
	const most = 8
	for top := chain[0]; len(chain) < most && !certs.LooksSelfSigned(top); {
		issuers := store.WithSubject(top.RawIssuer)
		if len(issuers) == 0 || !certs.MayIssue(issuers[0].Certificate, top) {
			break
		}
		top = issuers[0].Certificate
		chain = append(chain, top)
	}
	return chain
}

func listenerError(v brokerconf.Value, err error) error {
	var file *certs.FileError
	if errors.As(err, &file) {
		return fmt.Errorf("the listener cannot be tried: %s %s %s (%s)", v.Option, v.Text, file.Problem, v.Place)
	}
	return fmt.Errorf("the listener cannot be tried: %s: %w (%s)", v.Option, err, v.Place)
}
