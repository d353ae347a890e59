package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// The files that the lab writes. Those of the broker are there to be looked at: its keys stay in memory.
const (
	caFile           = "ca.crt"
	clientCertFile   = "client.crt"
	clientKeyFile    = "client.key"
	localhostFile    = "localhost.crt"
	serverFile       = "server.crt"
	namesakeCAFile   = "same-name-ca.crt"
	namesakeCertFile = "same-name-server.crt"
)

// lifetime is how long the certificates are valid, as long as in most tutorials.
const lifetime = 3650 * 24 * time.Hour

// keys are those of the three parties.
type keys struct{ ca, broker, client crypto.Signer }

// freshKeys makes RSA keys of 2048 bits, side by side: it is most of what the lab's start takes.
func freshKeys() (keys, error) {
	var made [3]*rsa.PrivateKey
	var errs [3]error
	var working sync.WaitGroup
	for i := range made {
		working.Go(func() { made[i], errs[i] = rsa.GenerateKey(rand.Reader, 2048) })
	}
	working.Wait()
	return keys{made[0], made[1], made[2]}, errors.Join(errs[:]...)
}

// pki is the certificates of the lab, all as `openssl x509 -req` makes them without further options: X.509 version 1, a
// Common Name and no extension.
type pki struct {
	ca, localhost, server, client *tlstest.Identity
	namesakeCA, namesake          *tlstest.Identity // a CA called localhost, and what it issued to localhost
}

func newPKI(k keys, now time.Time) *pki {
	issue := func(name string, key crypto.Signer, issuer *tlstest.Identity) *tlstest.Identity {
		return tlstest.Issue(tlstest.Template{
			Version: 1, Subject: tlstest.CN(name), Key: key, Issuer: issuer,
			NotBefore: now.Add(-time.Hour).Truncate(time.Second), // a program that was built a moment ago is no sign of a wrong clock
			NotAfter:  now.Add(lifetime).Truncate(time.Second),
		})
	}
	p := &pki{ca: issue("ca", k.ca, nil), namesakeCA: issue("localhost", k.ca, nil)}
	p.localhost = issue("localhost", k.broker, p.ca)
	p.server = issue("server", k.broker, p.ca)
	p.client = issue("client", k.client, p.ca)
	p.namesake = issue("localhost", k.broker, p.namesakeCA)
	return p
}

// write puts the files into dir.
func (p *pki) write(dir string) error {
	files := map[string][]byte{
		caFile:           p.ca.CertPEM(),
		clientCertFile:   p.client.CertPEM(),
		clientKeyFile:    p.client.KeyPEM(),
		localhostFile:    p.localhost.CertPEM(),
		serverFile:       p.server.CertPEM(),
		namesakeCAFile:   p.namesakeCA.CertPEM(),
		namesakeCertFile: p.namesake.CertPEM(),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// serve is a listener's side of TLS with that certificate, up to the highest version that is given.
func serve(id *tlstest.Identity, highest uint16) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{id.TLS()}, MinVersion: tls.VersionTLS12, MaxVersion: highest}
}

// serveMutual is serve for a listener that requires a client certificate of the lab's CA.
func (p *pki) serveMutual(highest uint16) *tls.Config {
	c := serve(p.localhost, highest)
	c.ClientAuth = tls.RequireAndVerifyClientCert
	c.ClientCAs = x509.NewCertPool()
	c.ClientCAs.AddCert(p.ca.Certificate)
	return c
}
