package certs

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"
)

// PairOptions says how a certificate and its key are judged.
type PairOptions struct {
	SecurityLevel int       // OpenSSL's: 0 to 5
	Store         *Store    // completes a chain of which the file holds the end-entity alone; may be nil
	Now           time.Time // prefers valid certificates in that
	Opener        Opener    // opens what is sealed; nil refuses it
}

// Pair is a client's certificate and its private key.
type Pair struct {
	Certificate tls.Certificate     // the chain to send, and the key
	Chain       []*x509.Certificate // what the certificate file holds, end-entity first
}

// The options that the errors of this package name.
const (
	optionCAFile = "--cafile"
	optionCAPath = "--capath"
	optionCert   = "--cert"
	optionKey    = "--key"
	optionCRL    = "--crl-file"
)

// LoadPair reads a certificate chain and the private key of its first certificate, each in PEM, or in DER, or in a PKCS #12
// bundle if o has an Opener; one file may hold both.
// A file that does not open is reported before one that is no good. The error is a *FileError.
func LoadPair(certFile, keyFile string, o PairOptions) (*Pair, error) {
	if err := CheckFile(optionCert, certFile); err != nil {
		return nil, err
	}
	if err := CheckFile(optionKey, keyFile); err != nil {
		return nil, err
	}
	chain, err := LoadChain(certFile, o)
	if err != nil {
		return nil, swapped(err, keyFile)
	}
	key, err := LoadKey(keyFile, o.Opener)
	if err != nil {
		return nil, err
	}
	if !belongs(key, chain[0]) {
		return nil, &FileError{Option: optionKey, Path: keyFile, Problem: KeyMismatch, Certificate: chain[0],
			Partner: findPartner(certFile, keyFile, chain[0], key)}
	}
	return NewPair(chain, key, o), nil
}

// NewPair joins a chain and the key of its first certificate, which must belong together.
func NewPair(chain []*x509.Certificate, key crypto.Signer, o PairOptions) *Pair {
	send := chain
	if len(chain) == 1 {
		send = o.Store.complete(chain[0], o.Now)
	}
	p := &Pair{Certificate: tls.Certificate{PrivateKey: key, Leaf: chain[0]}, Chain: chain}
	for _, c := range send {
		p.Certificate.Certificate = append(p.Certificate.Certificate, c.Raw)
	}
	return p
}

// complete returns the certificate and the intermediates above it that the store holds. OpenSSL looks for them too when
// a client's file has but one certificate. The anchor is left out: who needs it has it.
func (s *Store) complete(c *x509.Certificate, now time.Time) []*x509.Certificate {
	chain := []*x509.Certificate{c}
	for top := newFacts(c); !top.selfSigned && len(chain) < maxDepth; {
		top = s.issuer(top, now)
		if top == nil || top.selfSigned {
			break
		}
		chain = append(chain, top.cert)
	}
	return chain
}

// LoadChain reads the certificates of a client's certificate file, end-entity first, and refuses what OpenSSL would not load
// at that security level. The error is a *FileError.
func LoadChain(path string, o PairOptions) ([]*x509.Certificate, error) {
	data, err := readFile(optionCert, path)
	if err != nil {
		return nil, err
	}
	var entries []*entry
	if o.Opener != nil && IsBundle(data) {
		entries, err = entriesOfBundle(path, data, o.Opener)
	} else {
		entries, err = parseEntries(optionCert, path, data)
	}
	if err != nil {
		return nil, err
	}
	return judge(entries, path, o.SecurityLevel)
}

// judge returns the certificates of a client's chain, or a *FileError for the first that cannot be used at that security level.
func judge(entries []*entry, path string, level int) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for i, e := range entries {
		fail := &FileError{Option: optionCert, Path: path, Block: e.block, Line: e.line}
		f, err := e.load()
		if err != nil {
			fail.Problem, fail.Found, fail.Detail, fail.Err = Damaged, foundCertificate, strings.TrimPrefix(err.Error(), "x509: "), err
			if kind := unsupportedKeyInfo(e.der); kind != "" {
				fail.Problem, fail.Found = UnsupportedKey, kind
			}
			return nil, fail
		}
		fail.Certificate = f.cert
		switch needed := LevelBits(level); {
		case !isUsableKey(f.cert):
			fail.Problem, fail.Found = UnsupportedKey, KeyText(f.cert)
			return nil, fail
		case SecurityBits(f.cert.PublicKey) < needed:
			fail.Problem, fail.Found = Weak, KeyText(f.cert)+" key"
			return nil, fail
		case !f.selfSigned && SignatureBits(f.cert) < needed:
			fail.Problem, fail.Found = Weak, signatureText(f.cert)+" signature"
			return nil, fail
		}
		chain = append(chain, entries[i].facts.cert)
	}
	return chain, nil
}

// swapped turns the error about a certificate file that holds a key into another, if the key file holds a certificate.
func swapped(err error, keyFile string) error {
	var e *FileError
	if !errors.As(err, &e) || e.Problem != NoCertificate && e.Problem != IsDER || e.Found != foundPrivateKey && e.Found != foundEncryptedKey {
		return err
	}
	if _, keyErr := readEntries(optionKey, keyFile); keyErr == nil {
		e.Problem = Swapped
	}
	return e
}

// belongs reports whether the private key is the certificate's.
func belongs(key crypto.Signer, c *x509.Certificate) bool {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(c.PublicKey)
}

// maxPartners bounds how many files are looked at in search of a partner.
const maxPartners = 256

// findPartner looks for the other halves of a certificate and a key that do not match, beside them.
func findPartner(certFile, keyFile string, c *x509.Certificate, key crypto.Signer) *Partner {
	p := &Partner{}
	files := append(smallFiles(keyFile), smallFiles(certFile)...)
	slices.Sort(files)
	for _, path := range slices.Compact(files) {
		data, err := readFile(optionKey, path)
		if err != nil {
			continue
		}
		for blocks := newPEMScanner(data); ; {
			b, ok := blocks.next()
			if !ok {
				break
			}
			switch {
			case b.why != "":
			case b.isCertificate():
				if other, err := x509.ParseCertificate(b.der); err == nil && p.CertificateOfKey == "" && belongs(key, other) {
					p.CertificateOfKey = path
				}
			case b.isPrivateKey():
				if other, err := parseKey(&b); err == nil && p.KeyOfCertificate == "" && belongs(other, c) {
					p.KeyOfCertificate = path
				}
			}
		}
	}
	return p
}
