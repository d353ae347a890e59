//go:build tpm && linux

package keys

import (
	"bytes"
	"crypto"
	"io"
	"strings"

	keyfile "github.com/foxboron/go-tpm-keyfiles"
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// tpmKey is a private key that a TPM uses on our behalf. The TPM is open only while it signs, so that others can use it.
type tpmKey struct {
	key    *keyfile.TPMKey
	public crypto.PublicKey
	tcti   string
	auth   []byte // what the TPM asks for before it uses the key; empty for nothing
}

// openTPM reads a TPM 2.0 key file, asks for the key's pass phrase if it has one, and looks whether the TPM is there.
func openTPM(k *certs.SealedKey, tcti string, phrase func() ([]byte, error)) (crypto.Signer, error) {
	key, err := keyfile.Parse(k.DER)
	if err != nil {
		return nil, errStructure
	}
	public, err := key.PublicKey()
	if err != nil || !key.HasSigner() {
		return nil, &certs.UnsupportedError{What: "TPM key that does not sign"}
	}
	t := &tpmKey{key: key, public: public, tcti: tcti}
	device, err := t.open()
	if err != nil {
		return nil, &certs.UnsupportedError{What: "TPM key without its TPM (" + err.Error() + ")"}
	}
	_ = device.Close()
	if key.HasAuth() {
		secret, err := phrase()
		if err != nil {
			return nil, err
		}
		t.auth = bytes.Clone(secret)
	}
	return t, nil
}

// defaultTPM is the kernel's TPM with its resource manager.
const defaultTPM = "/dev/tpmrm0"

// open opens the TPM that a string of the TPM2 software stack names: device:PATH, or swtpm:path=SOCKET for one in software.
func (t *tpmKey) open() (transport.TPMCloser, error) {
	if path, ok := strings.CutPrefix(t.tcti, "swtpm:path="); ok {
		return linuxudstpm.Open(path)
	}
	if path, ok := strings.CutPrefix(t.tcti, "device:"); ok && path != "" {
		return linuxtpm.Open(path)
	}
	return linuxtpm.Open(defaultTPM)
}

// Public returns the public half.
func (t *tpmKey) Public() crypto.PublicKey { return t.public }

// Sign has the TPM sign.
func (t *tpmKey) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	device, err := t.open()
	if err != nil {
		return nil, err
	}
	defer device.Close()
	signer, err := t.key.Signer(device, nil, t.auth)
	if err != nil {
		return nil, err
	}
	return signer.Sign(random, digest, opts)
}
