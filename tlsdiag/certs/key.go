package certs

import (
	"crypto"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

func (b *pemBlock) isPrivateKey() bool { return strings.HasSuffix(b.label, "PRIVATE KEY") }

// LoadKey reads the first private key of a file, in PEM or DER: PKCS #8, or the older forms of RSA (PKCS #1) and of curves
// (SEC 1). A key under a pass phrase, in a TPM or in a PKCS #12 bundle is left to the opener, and refused if that is nil. The
// error is a *FileError.
func LoadKey(path string, opener Opener) (crypto.Signer, error) {
	data, err := readFile(optionKey, path)
	if err != nil {
		return nil, err
	}
	return parseKeyFile(path, data, opener)
}

// parseKeyFile finds the private key in the contents of a file. The error is a *FileError.
func parseKeyFile(path string, data []byte, opener Opener) (crypto.Signer, error) {
	var labels []string
	for blocks := newPEMScanner(data); ; {
		b, ok := blocks.next()
		if !ok {
			break
		}
		labels = append(labels, b.label)
		if !b.isPrivateKey() && describeLabel(b.label) != foundTPMKey {
			continue
		}
		key, err := openKey(path, &b, opener)
		if err != nil {
			return nil, keyError(path, &b, err)
		}
		return key, nil
	}
	if len(labels) == 0 {
		switch what := describeDER(data); {
		case what == foundPKCS12 && opener != nil:
			return keyOfBundle(path, data, opener)
		case what == foundPrivateKey, what == foundEncryptedKey:
			return parseKeyDER(path, data, what, opener)
		}
	}
	return nil, without(NoKey, optionKey, path, data, labels)
}

// parseKeyDER reads a private key that is not in PEM.
func parseKeyDER(path string, der []byte, what string, opener Opener) (crypto.Signer, error) {
	b := pemBlock{label: labelOfKey(der), der: der}
	if what == foundEncryptedKey {
		b.label = encryptedPrivateKey
	}
	key, err := openKey(path, &b, opener)
	if err != nil {
		return nil, keyError(path, &b, err)
	}
	return key, nil
}

// labelOfKey returns the PEM label of an unencrypted private key in DER, by what follows its version number.
func labelOfKey(der []byte) string {
	outer := elements{rest: der}
	fields := outer.expect(tagSequence).inside()
	fields.next()
	switch fields.next().tag {
	case tagInteger:
		return "RSA PRIVATE KEY"
	case tagOctetString:
		return "EC PRIVATE KEY"
	}
	return privateKey
}

const (
	errEncrypted   = fault("the key is encrypted")
	errUnsupported = fault("the key is of a kind that is not supported")
	errDamaged     = fault("the key is damaged")
)

// openKey decodes a block with a private key, with the opener's help where it is sealed.
func openKey(path string, b *pemBlock, opener Opener) (crypto.Signer, error) {
	if opener == nil || b.why != "" {
		return parseKey(b)
	}
	sealed := &SealedKey{Path: path, Label: b.label, DEKInfo: b.dekInfo, DER: b.der}
	switch {
	case describeLabel(b.label) == foundTPMKey:
		return opener.OpenTPM(sealed)
	case b.label == encryptedPrivateKey, b.encrypted:
		der, err := opener.Decrypt(sealed)
		if err != nil {
			return nil, err
		}
		if b.label == encryptedPrivateKey {
			b.label = privateKey
		}
		b.der, b.encrypted = der, false
		key, err := parseKey(b)
		if err == nil {
			clear(der) // else what kind of key it is has yet to be found out
		}
		return key, err
	}
	return parseKey(b)
}

// parseKey decodes a block with a private key that is not sealed.
func parseKey(b *pemBlock) (crypto.Signer, error) {
	var key any
	var err error
	switch {
	case b.label == encryptedPrivateKey || b.encrypted && b.why == "":
		return nil, errEncrypted
	case b.why != "":
		return nil, errDamaged
	case b.label == "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(b.der)
	case b.label == "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(b.der)
	case b.label == privateKey:
		key, err = x509.ParsePKCS8PrivateKey(b.der)
	default:
		return nil, errUnsupported
	}
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errUnsupported // X25519
	}
	return signer, nil
}

// keyError says why a block with a private key cannot be used.
func keyError(path string, b *pemBlock, err error) *FileError {
	e := damaged(optionKey, path, b)
	e.Err = err
	if e.sealed(err) {
		return e
	}
	kind := unsupportedKey(b)
	switch {
	case errors.Is(err, errEncrypted):
		e.Problem, e.Found = Encrypted, foundEncryptedKey
	case kind != "":
		e.Problem, e.Found = UnsupportedKey, kind
	case errors.Is(err, errUnsupported):
		e.Problem = UnsupportedKey
	case e.Detail == "":
		e.Detail = "its contents do not decode as a private key"
	}
	return e
}

// unsupportedKey names the kind of a private key that crypto/x509 does not take, from its algorithm identifier.
func unsupportedKey(b *pemBlock) string {
	outer := elements{rest: b.der}
	fields := outer.expect(tagSequence).inside()
	fields.expect(tagInteger)
	switch b.label {
	case "DSA PRIVATE KEY":
		return "DSA"
	case privateKey:
		return unsupportedAlgorithm(fields.expect(tagSequence))
	case "EC PRIVATE KEY":
		fields.expect(tagOctetString)
		parameters, _ := fields.optional(constructedTag(0))
		return unsupportedCurve(parameters.inside().next())
	}
	return ""
}

// unsupportedKeyInfo names the kind of a certificate's key that crypto/x509 does not take.
func unsupportedKeyInfo(certificate []byte) string {
	s, err := parseSkeleton(certificate)
	if err != nil {
		return ""
	}
	outer := elements{rest: s.spki}
	return unsupportedAlgorithm(outer.expect(tagSequence).inside().expect(tagSequence))
}

// unsupportedAlgorithm names the algorithm of an AlgorithmIdentifier, if keys of it are not supported.
func unsupportedAlgorithm(identifier element) string {
	fields := identifier.inside()
	oid := fields.expect(tagOID)
	if fields.err != nil {
		return ""
	}
	switch oid.oid().String() {
	case "1.2.840.113549.1.1.1", "1.3.101.112": // RSA, Ed25519
		return ""
	case "1.2.840.10045.2.1":
		return unsupportedCurve(fields.next())
	}
	return algorithmText(oid.contents)
}

// unsupportedCurve names a curve that is not supported, from the parameters of an elliptic curve key.
func unsupportedCurve(parameters element) string {
	switch parameters.tag {
	case tagSequence:
		return "ECDSA with explicit curve parameters"
	case tagOID:
		switch id := parameters.oid().String(); {
		case id == "1.2.840.10045.3.1.7", id == "1.3.132.0.33", id == "1.3.132.0.34", id == "1.3.132.0.35":
			return "" // P-256, P-224, P-384, P-521
		case id == "1.3.132.0.10":
			return "ECDSA secp256k1"
		case strings.HasPrefix(id, "1.3.36.3.3.2.8.1.1."):
			return "ECDSA on a brainpool curve"
		default:
			return "ECDSA on the curve " + id
		}
	}
	return ""
}

// maxPartnerSize is the size in bytes up to which a file may be somebody's certificate or key.
const maxPartnerSize = 32 << 10

// smallFiles returns the ordinary small files in the directory of a file, a bounded number of them.
func smallFiles(beside string) []string {
	dir := filepath.Dir(beside)
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	entries, _ := f.ReadDir(maxPartners) // a partial list is as good as it gets
	var files []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() <= maxPartnerSize {
			files = append(files, path)
		}
	}
	return files
}
