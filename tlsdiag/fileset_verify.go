package tlsdiag

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// verify judges the chain as the other side would that trusts the given CAs. What stands behind a wrong date, or a wrong
// name, is looked for with these set right.
func (f *fileJudge) verify() {
	if !f.trusted {
		f.out.Remarks = append(f.out.Remarks, Remark{Place: evidence.Place{File: f.set.Settings.CertFile},
			Text: "the chain was not judged: that takes --cafile, --capath or --tls-use-os-certs"})
		return
	}
	leaf := f.chain[0]
	at := []time.Time{f.now}
	if !inDate(leaf, f.now) {
		at = append(at, midway(leaf))
	}
	hosts := []string{f.set.Settings.Host}
	if f.set.Broker && f.set.Settings.Host != "" {
		hosts = append(hosts, "")
	}
	for _, now := range at {
		for _, host := range hosts {
			f.predict(now, host)
		}
	}
}

// predict adds what a connection at that time, to that name, would find.
func (f *fileJudge) predict(now time.Time, host string) {
	s := f.set.Settings
	s.TLS, s.Now = true, func() time.Time { return now }
	a := Attempt{Settings: s, Verify: func([]*x509.Certificate) error { return nil }}
	o := Offer{TLS: true, Chain: f.chain}
	if f.set.Broker {
		a.Settings.CertFile, a.Settings.KeyFile = "", ""
		a.Verify = func(chain []*x509.Certificate) error {
			_, err := certs.Verify(chain, certs.Options{Store: f.store, Host: host, SkipName: host == "", Now: now, SecurityLevel: s.Policy.SecurityLevel})
			return err
		}
	} else {
		a.Own, o.RequireCertificate, o.Clients = f.chain, true, f.store
	}
	_, found, failed := Predict(a, o)
	switch {
	case !failed:
	case !f.set.Broker && slices.Contains(trustedElsewhere(), found.ID):
		if len(f.out.Doubts) == 0 {
			f.out.Doubts = append(f.out.Doubts, found)
		}
	default:
		f.add(found)
	}
}

// trustedElsewhere are the causes that only say that the CA which issued a client's certificate is not among those that
// the client trusts: a broker may well have another.
func trustedElsewhere() []string {
	return []string{"client-issuer-not-trusted", "client-intermediate-missing"}
}
