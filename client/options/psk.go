package options

import (
	"crypto/tls"
	"encoding/hex"
	"strings"
)

// The longest key and identity of a pre-shared key that OpenSSL 3 takes, in bytes.
const (
	maxPSK         = 512
	maxPSKIdentity = 256
)

// PSKKey is the pre-shared key. As in the reference its digits are a number, before which only whole bytes of zeros count:
// abc is 0abc, and 0abcd is abcd.
func (o *Client) PSKKey() []byte {
	if o.PSK == nil {
		return nil
	}
	digits, zeros := *o.PSK, 0
	for strings.HasPrefix(digits, "00") {
		digits, zeros = digits[2:], zeros+1
	}
	digits = strings.TrimLeft(digits, "0")
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	number, err := hex.DecodeString(digits)
	if err != nil {
		return nil
	}
	return append(make([]byte, zeros), number...)
}

// pskFault returns the error about a pre-shared key that cannot be used, empty if there is none.
func (o *Client) pskFault() string {
	const problem = "Error: Problem setting TLS-PSK options."
	if o.PSK == nil {
		return ""
	}
	key := o.PSKKey()
	lowest := uint16(0)
	if o.MinVersion != nil {
		lowest, _ = o.MinVersion.Min()
	}
	switch {
	case strings.Trim(*o.PSK, "0123456789abcdefABCDEF") != "":
		return problem
	case o.Trust() != TrustKey:
		return ""
	case len(key) == 0:
		return problem + "\ntls: the key of --psk is empty"
	case len(key) > maxPSK:
		return problem + "\ntls: the key of --psk is longer than 512 bytes"
	case o.PSKIdentity != nil && len(*o.PSKIdentity) > maxPSKIdentity:
		return problem + "\ntls: the name of --psk-identity is longer than 256 bytes"
	case lowest == tls.VersionTLS13:
		return problem + "\ntls: --psk is for TLS 1.2, which --tls-version " + string(*o.MinVersion) + " leaves out"
	}
	return ""
}

// checkPSK refuses options of culex that are about certificates where there are none.
func (o *Client) checkPSK() error {
	if o.Trust() != TrustKey {
		return nil
	}
	names := given([]needsTLS{
		{o.NoVerify, "--tls-no-verify"}, {o.CRLFiles != nil, "--crl-file"}, {o.Pins != nil, "--tls-pin"},
		{o.SessionDir != nil, "--tls-session-dir"},
	})
	if len(names) == 0 {
		return nil
	}
	return o.call.lineError("%s cannot be combined with --psk.", names[0])
}
