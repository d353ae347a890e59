package brokerconf

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

func hintsOf(action string) []cause.Hint { return []cause.Hint{{Party: cause.Broker, Action: action}} }

// certificate judges the listener's own certificate, as its clients will.
func (j *judge) certificate(l *Listener, chain []*x509.Certificate) {
	if len(chain) == 0 {
		return
	}
	leaf, at := chain[0], l.CertFile.Place
	j.dates(l, chain)
	subject, issuer := certs.NameText(leaf.RawSubject), certs.NameText(leaf.RawIssuer)
	switch {
	case certs.SelfIssued(leaf) && !certs.SignedBy(leaf, leaf):
		if certs.LooksSelfSigned(leaf) {
			j.add(at, Broken, "every client on OpenSSL, also with --insecure", "ca-and-server-same-subject",
				fmt.Sprintf("the certificate carries its CA's own name (%s), so OpenSSL takes it for self-signed and refuses it", subject),
				"issue it again with another subject, for example CN=the broker's host name")
		}
	case certs.SelfIssued(leaf):
		j.add(at, Note, "clients without this very certificate in --cafile", "server-self-signed",
			"the certificate is self-signed: each client has to have it in --cafile")
	case len(chain) == 1 || !j.linked(chain):
		j.incomplete(l, chain, issuer)
	}
	j.names(l, leaf)
}

// dates judges each certificate of the chain.
func (j *judge) dates(l *Listener, chain []*x509.Certificate) {
	now := j.options.Now
	for i, c := range chain {
		who, id := "the certificate of the broker", "server-certificate-expired"
		if i > 0 {
			who, id = "the CA certificate "+certs.NameText(c.RawSubject), "intermediate-expired"
		}
		left := c.NotAfter.Sub(now)
		switch {
		case left < 0:
			j.add(l.CertFile.Place, Broken, everyone, id, fmt.Sprintf("%s in %s expired on %s", who, l.CertFile.Text, c.NotAfter.UTC().Format("2006-01-02")),
				"renew it and send SIGHUP to the broker")
		case now.Before(c.NotBefore):
			j.add(l.CertFile.Place, Broken, everyone, "server-certificate-not-yet-valid", fmt.Sprintf("%s in %s is valid from %s only", who, l.CertFile.Text, c.NotBefore.UTC().Format(time.RFC3339)),
				"check the clocks of the CA and of the broker: date -u")
		case left < Soon:
			j.add(l.CertFile.Place, Warning, everyone+", from then on", CertificateEnds, fmt.Sprintf("%s in %s ends in %d days, on %s", who, l.CertFile.Text, int(left.Hours()/24), c.NotAfter.UTC().Format("2006-01-02")),
				"renew it and send SIGHUP to the broker")
		}
	}
}

// linked tells whether each certificate of a chain is issued by the next.
func (j *judge) linked(chain []*x509.Certificate) bool {
	for i := 1; i < len(chain); i++ {
		if !certs.MayIssue(chain[i], chain[i-1]) {
			return false
		}
	}
	return true
}

// incomplete judges a chain that ends below its root.
func (j *judge) incomplete(l *Listener, chain []*x509.Certificate, issuer string) {
	if len(chain) > 1 {
		j.add(l.CertFile.Place, Warning, "clients that have the root only", "intermediate-missing",
			"the certificates in "+l.CertFile.Text+" do not follow from each other: the broker's own has to come first, then each one's issuer",
			"put them in order: server, intermediates")
		return
	}
	store := certs.NewStore()
	if l.CAFile.Given() {
		_ = store.AddFile(l.CAFile.Text) // what is wrong with it is told elsewhere
	}
	if l.CAPath.Given() {
		store.AddDir(l.CAPath.Text)
	}
	if len(store.WithSubject(chain[0].RawIssuer)) > 0 {
		return // the broker's OpenSSL sends what it finds there, too
	}
	j.add(l.CertFile.Place, Note, "", "issuer-not-trusted", "clients need the CA "+issuer+" in --cafile; if that is an intermediate, append it to certfile")
}

// names tells by which names clients may dial.
func (j *judge) names(l *Listener, leaf *x509.Certificate) {
	names := certs.Names(leaf)
	if len(names) == 0 {
		names = certs.CommonNames(leaf)
		if len(names) == 0 {
			j.add(l.CertFile.Place, Broken, everyone, "server-name-mismatch", "the certificate has no name at all: clients connect with --insecure only",
				"issue it again with the host name in subjectAltName")
			return
		}
		j.add(l.CertFile.Place, Warning, "clients on Go, Java, Python and browsers", "name-in-common-name-only",
			"the name stands in the Common Name only: clients may dial "+strings.Join(names, ", ")+" with mosquitto and OpenSSL, others refuse it",
			"issue it again with the host name in subjectAltName")
		return
	}
	if len(names) > 8 {
		names = append(names[:8:8], fmt.Sprintf("%d more", len(names)-8))
	}
	j.add(l.CertFile.Place, Note, "", CertificateNames, "clients may dial "+strings.Join(names, ", "))
}

// ciphers judges the lists of cipher suites, also against the certificate's key.
func (j *judge) ciphers(l *Listener, chain []*x509.Certificate) {
	if v := l.Ciphers13; v.Given() && j.options.Ciphersuites != nil {
		if err := j.options.Ciphersuites(v.Text); err != nil {
			j.add(v.Place, Broken, NoStart, "ciphers-option-unknown", "ciphers_tls1.3: "+err.Error(), "remove it, or write TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256")
		}
	}
	v := l.Ciphers
	if !v.Given() || j.options.Ciphers == nil {
		return
	}
	suites, err := j.options.Ciphers(v.Text)
	if err != nil {
		j.add(v.Place, Broken, NoStart, "ciphers-option-unknown", "ciphers: "+err.Error(), "remove it, or look at openssl ciphers -v LIST")
		return
	}
	if len(chain) == 0 {
		return
	}
	for _, suite := range suites {
		if fits(suite, chain[0]) {
			return
		}
	}
	whom := "clients with TLS 1.2"
	if l.PSKHint.Given() {
		whom += " and certificates"
	}
	j.add(v.Place, Broken, whom, CiphersUnfit, fmt.Sprintf("none of the %d suites of TLS 1.2 in ciphers goes with the certificate's %s key: only TLS 1.3 is left", len(suites), certs.KeyText(chain[0])),
		"remove ciphers, or add suites for that kind of key")
}

// fits tells whether a suite authenticates with a key of that kind. Suites without a word for it use RSA.
func fits(suite string, c *x509.Certificate) bool {
	for _, other := range []string{"PSK", "SRP", "ADH", "AECDH", "_anon_"} {
		if strings.Contains(suite, other) {
			return false
		}
	}
	ecdsaSuite := strings.Contains(suite, "ECDSA")
	switch c.PublicKey.(type) {
	case *rsa.PublicKey:
		return !ecdsaSuite
	case *ecdsa.PublicKey:
		return ecdsaSuite
	}
	return ecdsaSuite // Ed25519 counts as ECDSA (RFC 8422 section 5.10)
}
