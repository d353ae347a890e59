package transport

import "crypto/x509"

// Verify reaches the verdict on a broker's certificates, its own first, that a connection to it would; nil accepts them.
// Without TLS it is nil.
func (d *Dialer) Verify(presented []*x509.Certificate) error {
	if d.TLS == nil {
		return nil
	}
	return d.TLS.verify(presented, d)
}

// Own returns the certificates that a connection would show if the broker asked; nil if there are none.
func (d *Dialer) Own() []*x509.Certificate {
	if d.TLS == nil || d.TLS.pair == nil {
		return nil
	}
	var chain []*x509.Certificate
	for _, der := range d.TLS.pair.Certificate.Certificate {
		if c, err := x509.ParseCertificate(der); err == nil {
			chain = append(chain, c)
		}
	}
	return chain
}
