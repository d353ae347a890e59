package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func keyEncrypted() Cause {
	return Cause{
		ID:     "key-encrypted",
		Title:  "the private key is protected by a pass phrase",
		Source: "RFC 5958 section 3: EncryptedPrivateKeyInfo; RFC 1421 section 4.6.1.1: Proc-Type: 4,ENCRYPTED",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleKey)
			if f == nil {
				return Finding{}, false
			}
			for _, it := range f.Items {
				if it.Kind == KindPrivateKey && it.Encrypted {
					return encrypted(f, it), true
				}
			}
			return Finding{}, false
		},
	}
}

func encrypted(f *evidence.File, it evidence.Item) Finding {
	plain := newName(f.Path, "-plain.key")
	return Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("the private key %s is protected by a pass phrase, and nobody is there to type it", f.Path),
		Seen:       []string{fmt.Sprintf("%s, line %d: the key is encrypted", f.Path, it.Line)},
		Hints: []Hint{{
			Gateway, "take the pass phrase off; only its owner may read the new file",
			"(umask 077; openssl pkey -in " + file(f.Path) + " -out " + file(plain) + ")",
		}},
	}
}
