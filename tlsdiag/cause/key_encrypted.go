package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func keyEncrypted() Cause {
	return Cause{
		ID:     "key-encrypted",
		Title:  "the private key is protected by a pass phrase",
		Source: "RFC 5958 section 3: EncryptedPrivateKeyInfo; RFC 1421 section 4.6.1.1: Proc-Type: 4,ENCRYPTED; RFC 7292",
		Match: func(s *evidence.Session) (Finding, bool) {
			f, it := encryptedFile(s)
			if f == nil || it.Opened != evidence.NotObserved {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the %s %s is protected by a pass phrase, and nobody is there to type it", keyOrBundle(f), f.Path),
				Seen:       []string{seenEncrypted(f, it)},
				Hints:      append([]Hint{{Gateway, "give the pass phrase with --key-pass-file FILE or --key-pass-env NAME", ""}}, withoutPassPhrase(f)),
			}, true
		},
	}
}

// encryptedItem returns the encrypted key in a file, or nil.
func encryptedItem(f *evidence.File) *evidence.Item {
	for i := range f.Items {
		if it := &f.Items[i]; it.Kind == KindPrivateKey && it.Encrypted {
			return it
		}
	}
	return nil
}

// encryptedFile returns the file with the encrypted key that was the end of reading the files, or nil.
func encryptedFile(s *evidence.Session) (*evidence.File, *evidence.Item) {
	for _, role := range []evidence.Role{evidence.RoleCertificate, evidence.RoleKey} {
		if f := given(s, role); f != nil {
			if it := encryptedItem(f); it != nil {
				return f, it
			}
		}
	}
	return nil, nil
}

func keyOrBundle(f *evidence.File) string {
	if f.Format == FormatPKCS12 {
		return "PKCS#12 bundle"
	}
	return "private key"
}

func seenEncrypted(f *evidence.File, it *evidence.Item) string {
	if it.Line > 0 {
		return fmt.Sprintf("%s, line %d: the key is encrypted", f.Path, it.Line)
	}
	return option(f) + ": it is encrypted"
}

// withoutPassPhrase is the hint that ends the need for a pass phrase.
func withoutPassPhrase(f *evidence.File) Hint {
	action := "or take the pass phrase off; only its owner may read the new file"
	switch f.Format {
	case FormatPKCS12:
		out := f.Path + ".pem"
		return Hint{Gateway, action, "(umask 077; openssl pkcs12 -in " + file(f.Path) + " -nodes -out " + file(out) + ")"}
	case FormatDER:
		out := newName(f.Path, "-plain.key")
		return Hint{Gateway, action, "(umask 077; openssl pkey -inform der -in " + file(f.Path) + " -out " + file(out) + ")"}
	}
	out := newName(f.Path, "-plain.key")
	return Hint{Gateway, action, "(umask 077; openssl pkey -in " + file(f.Path) + " -out " + file(out) + ")"}
}
