package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func unsupportedKeyType() Cause {
	return Cause{
		ID:       "unsupported-key-type",
		Title:    "a certificate has a kind of key that this program cannot use",
		Source:   "crypto/tls has RSA, ECDSA on the NIST curves and Ed25519; RFC 8422 section 5.1.1 rules out explicit curves; OpenSSL error 94",
		Explains: []string{"certificate-malformed", "issuer-not-trusted", "ca-recreated", "no-common-cipher-suite"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if strings.Contains(s.Peer.Unparsed, "elliptic curve") {
				return Finding{
					Confidence: Sure,
					Headline:   "the broker's certificate has a key on a curve that this program cannot use",
					Seen:       facts("parser: "+s.Peer.Unparsed, seenCertificate("broker's certificate", s.Peer.Leaf())),
					Hints:      []Hint{usableKey(CA)},
				}, true
			}
			if c := ownUnusableKey(s); c != nil {
				headline := fmt.Sprintf("%s holds a key of a kind that this program cannot use: %s", c.File, keyKind(c))
				if unreadEncryption(c) {
					headline = fmt.Sprintf("%s cannot be opened: this program has no %s", c.File, c.Key.Type)
				}
				return Finding{
					Confidence: Sure,
					Headline:   headline,
					Seen:       []string{"the kind of key in it: " + keyKind(c)},
					Hints:      []Hint{convertible(c)},
				}, true
			}
			v, c := verdict(s), culprit(s)
			if c == nil || v != certs.ECKeyExplicitParams && v != certs.UnableToDecodeIssuerPublicKey {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the certificate %s has a key that this program cannot use: %s", subject(c), keyKind(c)),
				Seen:       facts(seenCertificate("certificate", c), seenVerdict(s)),
				Hints:      []Hint{usableKey(CA)},
			}, true
		},
	}
}

// keyKind names the kind of a certificate's key.
func keyKind(c *evidence.Certificate) string {
	switch {
	case c.Key.Type == "":
		return "of an unknown kind"
	case c.Key.Curve != "":
		return c.Key.Type + " on the curve " + c.Key.Curve
	}
	return c.Key.Type
}

// ownUnusableKey returns this client's certificate if its key, or the one
// given with it, is why it could not be loaded.
func ownUnusableKey(s *evidence.Session) *evidence.Certificate {
	c := s.Client.Leaf()
	if s.Stage != evidence.StageLocal || c == nil || c.Key.Usable != evidence.No {
		return nil
	}
	return c
}

// unreadEncryption says that not the key but the way in which it is encrypted cannot be used.
func unreadEncryption(c *evidence.Certificate) bool {
	return strings.HasPrefix(c.Key.Type, "encryption with ")
}

func usableKey(party Party) Hint {
	return Hint{party, "use a certificate with an RSA key or an EC key on P-256", ""}
}

// convertible is the hint for a key of this side, which may be a usable one in
// a form that is not read.
func convertible(c *evidence.Certificate) Hint {
	if strings.Contains(c.Key.Type, "OpenSSH") {
		pem := file(c.File + ".pem")
		return Hint{
			Gateway, "convert a copy to PEM, if it is an RSA or EC key, and give the copy",
			"(umask 077; cat " + file(c.File) + " > " + pem + " && ssh-keygen -p -N '' -m PEM -f " + pem + ")",
		}
	}
	switch {
	case strings.Contains(c.Key.Type, "without its TPM"):
		return Hint{Gateway, "may this user open the TPM? Who may is in its group, often tss", "ls -l /dev/tpmrm0"}
	case c.Key.Type == "TPM key":
		return Hint{Gateway, "use a culex built with: go build -tags tpm; this one leaves TPMs out", ""}
	case unreadEncryption(c):
		return Hint{Gateway, "encrypt it anew, as OpenSSL 3 does by itself", "openssl pkcs8 -topk8 -in " + file(c.File) + " -out " + file(newName(c.File, "-new.key"))}
	}
	return usableKey(CA)
}
