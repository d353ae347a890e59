package tlsdiag_test

import (
	"crypto/x509"
	"fmt"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// TestPredictionsAgree holds what is predicted to what a client of a real mosquitto finds with the same files: the
// setups of TestMosquitto.
func TestPredictionsAgree(t *testing.T) {
	tried := 0
	for i, s := range setups() {
		if s.speaks != 0 || s.openssl != "" {
			continue // a version that no configuration of mosquitto sets
		}
		tried++
		t.Run(fmt.Sprintf("%02d-%s", i, s.id), func(t *testing.T) {
			c := newClient(t, tlstest.Fault{Cause: s.id, Dial: s.dial}, 8881)
			if s.change != nil {
				s.change(&c.settings)
				c.store = certs.NewStore()
			}
			clients := certs.NewStore()
			if s.clientCA != nil {
				if err := clients.AddFile(write(t, t.TempDir(), "clients.crt", tlstest.Bundle(s.clientCA...))); err != nil {
					t.Fatal(err)
				}
			}
			attempt := tlsdiag.Attempt{Settings: c.settings, Verify: c.verify, Own: certificates(s.dial.Chain)}
			offer := tlsdiag.Offer{TLS: !s.plain, Chain: certificates(s.chain), RequireCertificate: strings.Contains(s.conf, "require_certificate"), Clients: clients}
			session, found, ok := tlsdiag.Predict(attempt, offer)
			if ok != (s.id != "") || found.ID != s.id {
				t.Errorf("predicted %q, want %q: %s", found.ID, s.id, found.Headline)
			}
			if ok && !session.Synthetic {
				t.Error("what was never seen is not marked")
			}
		})
	}
	if tried < 10 {
		t.Errorf("%d setups only", tried)
	}
}

func certificates(chain []*tlstest.Identity) []*x509.Certificate {
	var out []*x509.Certificate
	for _, id := range chain {
		out = append(out, id.Certificate)
	}
	return out
}

// TestPredictOthers are offers that TestMosquitto has no setup for.
func TestPredictOthers(t *testing.T) {
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	server := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("localhost"), Issuer: ca, Extensions: tlstest.Server(tlstest.DNS("localhost"))})
	nameless := tlstest.Issue(tlstest.Template{Subject: tlstest.Name{{Type: tlstest.Organization, Value: "Plant"}}, Issuer: ca, Extensions: tlstest.Client()})
	dial := tlstest.Dial{Host: "localhost", Trust: ca.CertPEM(), Chain: []*tlstest.Identity{nameless}}
	clients := certs.NewStore()
	if err := clients.AddFile(write(t, t.TempDir(), "ca.crt", ca.CertPEM())); err != nil {
		t.Fatal(err)
	}
	for want, offer := range map[string]tlsdiag.Offer{
		"server-wants-psk":                  {TLS: true},
		"client-certificate-no-common-name": {TLS: true, Chain: certificates([]*tlstest.Identity{server}), RequireCertificate: true, Clients: clients, LoginByName: true},
		"":                                  {TLS: true, Chain: certificates([]*tlstest.Identity{server}), RequireCertificate: true, Clients: clients},
	} {
		c := newClient(t, tlstest.Fault{Dial: dial}, 8884)
		_, found, ok := tlsdiag.Predict(tlsdiag.Attempt{Settings: c.settings, Verify: c.verify, Own: certificates(dial.Chain)}, offer)
		if found.ID != want || ok != (want != "") {
			t.Errorf("predicted %q, want %q", found.ID, want)
		}
	}
}
