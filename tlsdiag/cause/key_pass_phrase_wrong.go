package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func keyPassPhraseWrong() Cause {
	return Cause{
		ID:     "key-pass-phrase-wrong",
		Title:  "the pass phrase does not open the private key",
		Source: "RFC 8018 section 6: what is decrypted with another key has no valid padding; RFC 7292 section 5.1: the MAC",
		Match: func(s *evidence.Session) (Finding, bool) {
			f, it := encryptedFile(s)
			if f == nil || it.Opened != evidence.No {
				return Finding{}, false
			}
			command := "openssl pkey -noout -in " + file(f.Path)
			switch f.Format {
			case FormatPKCS12:
				command = "openssl pkcs12 -noout -in " + file(f.Path)
			case FormatDER:
				command = "openssl pkey -noout -inform der -in " + file(f.Path)
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the pass phrase that was given does not open the %s %s", keyOrBundle(f), f.Path),
				Seen:       []string{seenEncrypted(f, it), "decrypting it with the pass phrase gives no key"},
				Hints: []Hint{
					{Gateway, "correct the pass phrase; a space or a line end in it counts", ""},
					{Gateway, "what settles it: does OpenSSL take the pass phrase?", command},
				},
			}, true
		},
	}
}
