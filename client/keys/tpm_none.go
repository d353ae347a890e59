//go:build !tpm

package keys

import (
	"crypto"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// openTPM refuses: a TPM takes a build with the tag tpm.
func openTPM(*certs.SealedKey, func() ([]byte, error)) (crypto.Signer, error) {
	return nil, &certs.UnsupportedError{What: "TPM key"}
}
