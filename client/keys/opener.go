package keys

import (
	"crypto"
	"encoding/asn1"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// Opener is a [certs.Opener]. It asks for a pass phrase at most once for each file.
type Opener struct {
	ask func(path string) ([]byte, error)
	// last is the pass phrase of the file that was opened last: the certificates and the key of a bundle are read one after
	// the other.
	last struct {
		path   string
		phrase []byte
	}
	iterations int    // more are refused
	tcti       string // where the TPM is
}

// maxIterations is a thousand times what OpenSSL uses: minutes on a gateway.
const maxIterations = 10_000_000

// New returns an Opener that takes the pass phrase of a file from ask, whose error is [certs.ErrNoPassPhrase] where there is
// none. tcti says where the TPM is, in the words of the TPM2 software stack: device:/dev/tpmrm0, which is also meant by an empty
// one, or swtpm:path=SOCKET.
func New(ask func(path string) ([]byte, error), tcti string) *Opener {
	return &Opener{ask: ask, iterations: maxIterations, tcti: tcti}
}

// Forget overwrites the pass phrase. It is called when all files are read.
func (o *Opener) Forget() {
	clear(o.last.phrase)
	o.last.path, o.last.phrase = "", nil
}

// phrase returns the pass phrase of a file.
func (o *Opener) phrase(path string) ([]byte, error) {
	if o.last.phrase != nil && o.last.path == path {
		return o.last.phrase, nil
	}
	phrase, err := o.ask(path)
	if err != nil {
		return nil, err
	}
	if phrase == nil {
		phrase = []byte{}
	}
	o.Forget()
	o.last.path, o.last.phrase = path, phrase
	return phrase, nil
}

// Decrypt opens an encrypted key of a PEM or DER file.
func (o *Opener) Decrypt(k *certs.SealedKey) ([]byte, error) {
	if k.DEKInfo != "" {
		return o.decryptPEM(k)
	}
	return o.decryptPKCS8(k.DER, func() ([]byte, error) { return o.phrase(k.Path) })
}

// decryptPKCS8 opens an EncryptedPrivateKeyInfo (RFC 5958 3). What is wrong with it is told before anybody is asked for a
// pass phrase.
func (o *Opener) decryptPKCS8(der []byte, phrase func() ([]byte, error)) ([]byte, error) {
	var info struct {
		Algorithm algorithm
		Data      []byte
	}
	if err := unmarshal(der, &info); err != nil {
		return nil, err
	}
	scheme, err := o.scheme(info.Algorithm)
	if err != nil {
		return nil, err
	}
	secret, err := phrase()
	if err != nil {
		return nil, err
	}
	return scheme.open(secret, info.Data)
}

// OpenTPM opens a key of a TPM.
func (o *Opener) OpenTPM(k *certs.SealedKey) (crypto.Signer, error) {
	return openTPM(k, o.tcti, func() ([]byte, error) { return o.phrase(k.Path) })
}

// algorithm is an AlgorithmIdentifier (RFC 5280 4.1.1.2).
type algorithm struct {
	ID         asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// fault is an error that is nothing but its text.
type fault string

func (f fault) Error() string { return string(f) }

const errStructure = fault("its structure does not decode")

// unmarshal decodes DER that has nothing behind it.
func unmarshal(der []byte, v any) error {
	if rest, err := asn1.Unmarshal(der, v); err != nil || len(rest) > 0 {
		return errStructure
	}
	return nil
}

func unsupported(what string, id asn1.ObjectIdentifier) error {
	return &certs.UnsupportedError{What: what + " " + id.String()}
}
