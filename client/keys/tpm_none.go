//go:build !tpm || !linux

package keys

import (
	"crypto"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// openTPM refuses: a TPM takes Linux and a build with the tag tpm.
func openTPM(*certs.SealedKey, string, func() ([]byte, error)) (crypto.Signer, error) {
	return nil, &certs.UnsupportedError{What: "TPM key"}
}
