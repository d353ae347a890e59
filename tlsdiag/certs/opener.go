package certs

import (
	"crypto"
	"crypto/x509"
	"errors"
	"slices"
)

// Opener opens what this package cannot: keys under a pass phrase or in a TPM, and PKCS #12 bundles. Its errors are
// ErrNoPassPhrase, ErrWrongPassPhrase, an *UnsupportedError, or tell of damage.
type Opener interface {
	// Decrypt returns what is encrypted in a key of a PEM or DER file: PKCS #8 for the label ENCRYPTED PRIVATE KEY, else the
	// structure of the label.
	Decrypt(k *SealedKey) (der []byte, err error)
	// OpenTPM returns a key that stays in a TPM.
	OpenTPM(k *SealedKey) (crypto.Signer, error)
	// OpenBundle returns what is in a PKCS #12 bundle (RFC 7292).
	OpenBundle(path string, der []byte) (*Bundle, error)
}

// SealedKey is a private key that takes an Opener.
type SealedKey struct {
	Path    string
	Label   string // of the PEM block, ENCRYPTED PRIVATE KEY for a DER file
	DEKInfo string // the header of that name of the older PEM encryption (RFC 1421 4.6.1.3), else empty
	DER     []byte
}

// Bundle is the contents of a PKCS #12 bundle.
type Bundle struct {
	Key          []byte   // PKCS #8; nil if there is none
	Certificates [][]byte // DER, in the bundle's order
}

// What an Opener may lack.
const (
	ErrNoPassPhrase    = fault("there is no pass phrase")
	ErrWrongPassPhrase = fault("the pass phrase is wrong")
)

// UnsupportedError is a way of encrypting, or a kind of key, that an Opener does not have.
type UnsupportedError struct {
	What string // "encryption with the algorithm 1.2.3", "TPM key"
}

// Error names it.
func (e *UnsupportedError) Error() string { return e.What + " is not supported" }

// sealed puts an Opener's error into e. It reports whether err is one of those that say more than damage.
func (e *FileError) sealed(err error) bool {
	var unsupported *UnsupportedError
	switch {
	case errors.Is(err, ErrNoPassPhrase):
		e.Problem, e.Found = Encrypted, foundEncryptedKey
	case errors.Is(err, ErrWrongPassPhrase):
		e.Problem, e.Found = WrongPassPhrase, foundEncryptedKey
	case errors.As(err, &unsupported):
		e.Problem, e.Found = UnsupportedKey, unsupported.What
	default:
		return false
	}
	return true
}

// bundleError says why a bundle cannot be used.
func bundleError(option, path string, err error) *FileError {
	e := &FileError{Option: option, Path: path, Problem: IsPKCS12, Err: err}
	if !e.sealed(err) {
		e.Detail = err.Error()
	}
	if e.Problem != UnsupportedKey {
		e.Found = foundPKCS12
	}
	return e
}

// keyOfBundle returns the private key in a PKCS #12 bundle.
func keyOfBundle(path string, data []byte, opener Opener) (crypto.Signer, error) {
	bundle, err := opener.OpenBundle(path, data)
	if err != nil {
		return nil, bundleError(optionKey, path, err)
	}
	if bundle.Key == nil {
		return nil, &FileError{Option: optionKey, Path: path, Problem: NoKey, Found: foundPKCS12}
	}
	defer clear(bundle.Key)
	b := pemBlock{label: privateKey, der: bundle.Key}
	key, err := parseKey(&b)
	if err != nil {
		return nil, keyError(path, &b, err)
	}
	return key, nil
}

// entriesOfBundle returns the certificates in a PKCS #12 bundle, that of the bundle's key first, its issuers after it.
func entriesOfBundle(path string, data []byte, opener Opener) ([]*entry, error) {
	bundle, err := opener.OpenBundle(path, data)
	if err != nil {
		return nil, bundleError(optionCert, path, err)
	}
	defer clear(bundle.Key)
	key, _ := parseKey(&pemBlock{label: privateKey, der: bundle.Key}) // the key file may be another
	var rest []*entry
	for _, der := range bundle.Certificates {
		e, why := newEntry(&pemBlock{label: labelCertificate, der: der}, path)
		if e == nil {
			return nil, &FileError{Option: optionCert, Path: path, Problem: Damaged, Found: foundCertificate, Detail: why}
		}
		rest = append(rest, e)
	}
	if len(rest) == 0 {
		return nil, &FileError{Option: optionCert, Path: path, Problem: NoCertificate, Found: foundPKCS12}
	}
	return inOrder(rest, key), nil
}

// inOrder returns the certificate of the key, or without one the first that is no CA's, and each one's issuer after it. What is no part of
// that chain is left out, and so is a root: who needs it has it.
func inOrder(rest []*entry, key crypto.Signer) []*entry {
	first := slices.IndexFunc(rest, func(e *entry) bool {
		c, err := x509.ParseCertificate(e.der)
		return key != nil && err == nil && belongs(key, c)
	})
	if first < 0 {
		first = slices.IndexFunc(rest, func(e *entry) bool {
			f, err := e.load()
			return err == nil && !f.cert.IsCA
		})
	}
	chain := []*entry{rest[max(first, 0)]}
	for len(chain) <= maxDepth {
		last, err := chain[len(chain)-1].load()
		if err != nil || last.selfSigned {
			break
		}
		next := slices.IndexFunc(rest, func(e *entry) bool {
			f, err := e.load()
			return err == nil && !f.selfSigned && mayIssue(f, last) && !slices.Contains(chain, e)
		})
		if next < 0 {
			break
		}
		chain = append(chain, rest[next])
	}
	return chain
}
