package options

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// TLSOwn is what culex adds to the options of TLS. A pointer is nil if its option was not given.
type TLSOwn struct {
	// KeyPassFile is a file whose first line is the pass phrase of the key.
	KeyPassFile *string `name:"key-pass-file" noun:"file" placeholder:"FILE" lastwins:"passphrase" since:"culex" help:"Read the pass phrase of the key from the first line of a file."`
	// KeyPassEnv is the environment variable with it.
	KeyPassEnv *string `name:"key-pass-env" noun:"name" placeholder:"NAME" lastwins:"passphrase" since:"culex" help:"Take the pass phrase of the key from an environment variable."`
	// CRLFiles are files with certificate revocation lists.
	CRLFiles Files `name:"crl-file" noun:"file" placeholder:"FILE" since:"culex" help:"Refuse a broker whose certificate is on this revocation list."`
	// Pins are digests of public keys, one of which the broker's chain has to hold.
	Pins Pins `name:"tls-pin" noun:"pin" placeholder:"PIN" since:"culex" help:"Expect this public key in the broker's chain: sha256/BASE64."`
	// Curves lists the groups for the key exchange.
	Curves *string `name:"tls-curves" noun:"list" placeholder:"LIST" since:"culex" help:"The groups for the key exchange (X25519:P-256:P-384:P-521)."`

	passPhrase        *string
	passPhraseExposed bool // others than its owner may read KeyPassFile
	bundle            bool // --cert names a bundle that holds the key, too
}

// PassPhrase is the pass phrase of the key, and false if the options give none.
func (o *TLSOwn) PassPhrase() (phrase string, ok bool) {
	if o.passPhrase == nil {
		return "", false
	}
	return *o.passPhrase, true
}

// Files are names of files, in the order given.
type Files []string

func (v *Files) read(p *pass) error {
	word, err := p.word()
	*v = append(*v, word)
	return err
}

// Pins are SHA-256 digests of the SubjectPublicKeyInfo of certificates (RFC 7469 2.4), in the order given.
type Pins [][sha256.Size]byte

// read also takes curl's way of writing, with two slashes and several pins between semicolons.
func (v *Pins) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	for text := range strings.SplitSeq(word, ";") {
		encoded, ok := strings.CutPrefix(text, "sha256/")
		digest, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(encoded, "/"))
		if err != nil && strings.HasPrefix(encoded, "/") {
			digest, err = base64.StdEncoding.DecodeString(encoded) // one slash, and the digest begins with another
		}
		if !ok || err != nil || len(digest) != sha256.Size {
			return p.client.call.optionError("Invalid pin '%s' given, it must be sha256/ and the base64 of 32 bytes.", text)
		}
		*v = append(*v, [sha256.Size]byte(digest))
	}
	return nil
}

// takePassPhrase reads the pass phrase of --key-pass-file or --key-pass-env.
func (o *Client) takePassPhrase(env Environment) error {
	option := "--key-pass-file"
	switch {
	case o.KeyPassFile == nil && o.KeyPassEnv == nil:
		return nil
	case o.KeyPassFile == nil:
		option = "--key-pass-env"
	}
	if o.Cert == nil {
		return o.call.lineError("%s given, but no --cert that it could be for.", option)
	}
	if o.KeyPassEnv != nil {
		phrase, ok := env.LookupEnv(*o.KeyPassEnv)
		if !ok {
			return o.call.lineError("The environment variable '%s' of --key-pass-env is not set.", *o.KeyPassEnv)
		}
		o.passPhrase = &phrase
		return nil
	}
	content, exposed, err := o.readSecret(env, option, *o.KeyPassFile)
	if err != nil {
		return err
	}
	phrase, _, _ := strings.Cut(content, "\n")
	phrase = strings.TrimSuffix(phrase, "\r")
	if phrase == "" {
		return o.call.lineError("The first line of the file \"%s\" of --key-pass-file is empty.", *o.KeyPassFile)
	}
	o.passPhrase, o.passPhraseExposed = &phrase, exposed
	return nil
}

// checkCurves refuses a list of groups that cannot be used.
func (o *Client) checkCurves(env Environment) error {
	if o.Curves == nil || env.CheckCurves == nil {
		return nil
	}
	if err := env.CheckCurves(*o.Curves); err != nil {
		return o.call.lineError("Invalid list '%s' of --tls-curves: %v.", *o.Curves, err)
	}
	return nil
}

// findBundle looks whether the file of --cert, given without --key, holds the key, too.
func (o *Client) findBundle(env Environment) {
	o.bundle = o.Cert != nil && o.Key == nil && env.IsBundle != nil && env.IsBundle(*o.Cert)
}

// KeyFile is the file of the private key, empty if there is none: that of --key, or the bundle that --cert names.
func (o *Client) KeyFile() string {
	switch {
	case o.Key != nil:
		return *o.Key
	case o.bundle:
		return *o.Cert
	}
	return ""
}
