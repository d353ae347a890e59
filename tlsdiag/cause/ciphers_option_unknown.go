package cause

import (
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func ciphersOptionUnknown() Cause {
	return Cause{
		ID:     "ciphers-option-unknown",
		Title:  "--ciphers names nothing that this build knows",
		Source: "openssl-ciphers(1); SSL_CTX_set_cipher_list(3)",
		Match: func(s *evidence.Session) (Finding, bool) {
			if s.Stage != evidence.StageLocal || s.Asked.Ciphers == "" || s.Local.UnknownCiphers != evidence.Yes {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   "--ciphers cannot be used: " + s.End.Error,
				Seen:       []string{"--ciphers " + quote(s.Asked.Ciphers)},
				Hints: []Hint{{
					Gateway, "leave --ciphers out, or correct the list; the names that OpenSSL knows:", "openssl ciphers -v",
				}},
			}, true
		},
	}
}
