package transport

import (
	"crypto/tls"
	"slices"
	"strings"
)

// defaultSecurityLevel is what Debian and most others build OpenSSL 3 with.
const defaultSecurityLevel = 2

// Ciphers is what a cipher list allows.
type Ciphers struct {
	// Suites are the suites of TLS 1.2 and below that can be offered, for the CipherSuites of a [tls.Config]. It is
	// never nil, for that would mean Go's default; where it is empty, only TLS 1.3 is left, as with OpenSSL. Go ignores
	// the order.
	Suites []uint16
	// PSK are the suites with a pre-shared key that can be offered, the one that OpenSSL prefers first.
	PSK []uint16
	// Level is OpenSSL's security level, 0 to 5: 2, or what @SECLEVEL=n says. Suites keeps to it.
	Level int
	// Unsupported are the suites that the list allows at this level and Go lacks, by OpenSSL's name, those of PSK included.
	// OpenSSL would offer them, those with PSK and SRP if it had a key or a password for them.
	Unsupported []string
}

// DefaultCiphers is what OpenSSL 3 offers by default at level 2, as far as Go can. Its Unsupported is left empty.
func DefaultCiphers() *Ciphers {
	return &Ciphers{Level: defaultSecurityLevel, Suites: sharedSuites()}
}

// sharedSuites are the suites that both OpenSSL 3's usual builds and Go have. OpenSSL's default list has them all.
func sharedSuites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
		tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA,
	}
}

// ParseCiphers reads a cipher list as OpenSSL 3 does, which skips unknown words. Its error is a *CipherError, and there
// is one exactly where OpenSSL refuses the list; to have only suites that Go lacks is none. IANA's names of suites are
// read as well, as OpenSSL does since 3.2.
func ParseCiphers(list string) (*Ciphers, error) {
	r := newCipherReader(list)
	if replaced := suiteB(list); replaced != "" {
		r.read(replaced)
	} else if rest, ok := strings.CutPrefix(list, "DEFAULT"); ok {
		r.read("ALL:!COMPLEMENTOFDEFAULT:!eNULL")
		r.read(rest)
	} else {
		r.read(list)
	}
	if err := r.verdict(); err != nil {
		return nil, err
	}
	c := &Ciphers{Suites: []uint16{}, Level: r.level}
	shared, withPSK := sharedSuites(), pskSuites()
	for i, s := range r.suites {
		switch {
		case r.states[i] != chosen || !s.classified().atLevel(r.level):
		case slices.Contains(shared, s.id):
			c.Suites = append(c.Suites, s.id)
		default:
			c.Unsupported = append(c.Unsupported, s.name)
			if slices.Contains(withPSK, s.id) {
				c.PSK = append(c.PSK, s.id)
			}
		}
	}
	return c, nil
}

// suiteB is what OpenSSL puts in the place of a whole list that begins with a name of RFC 6460's profiles, or "".
func suiteB(list string) string {
	const aes128, aes256 = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"
	switch {
	case strings.HasPrefix(list, "SUITEB128ONLY"):
		return aes128
	case strings.HasPrefix(list, "SUITEB128C2"), strings.HasPrefix(list, "SUITEB192"):
		return aes256
	case strings.HasPrefix(list, "SUITEB128"):
		return aes128 + ":" + aes256
	default:
		return ""
	}
}

// ParseCiphersuites reads a list of TLS 1.3 suites (RFC 8446 B.4): IANA's names with colons between them, of which
// unknown ones are skipped. Go always offers all three that it has, so the result serves to check a list, or to refuse a
// connection that negotiated another suite. The error is a *CipherError: the list names no suite of TLS 1.3, or none that
// Go has. OpenSSL also takes an empty list and suites of older versions, and then fails when it connects.
func ParseCiphersuites(list string) ([]uint16, error) {
	var suites []uint16
	var cause *CipherError
	for name := range strings.SplitSeq(list, ":") {
		name = strings.Trim(name, " \t\n\v\f\r")
		switch i := slices.Index(tls13Names(), name); {
		case i >= 0 && i < firstTLS13Unsupported:
			suites = append(suites, tls.TLS_AES_128_GCM_SHA256+uint16(i))
		case cause == nil && i >= 0:
			cause = &CipherError{List: list, Word: name, Fault: CipherUnsupported}
		case cause == nil && name != "":
			cause = unknownCiphersuite(list, name)
		}
	}
	switch {
	case len(suites) > 0:
		return suites, nil
	case cause == nil:
		cause = &CipherError{List: list, Word: list, Fault: CipherNone}
	}
	return nil, cause
}

// firstTLS13Unsupported is the place in tls13Names of the first suite that Go lacks.
const firstTLS13Unsupported = 3

// tls13Names are the suites of RFC 8446 B.4, by rising number from 0x1301.
func tls13Names() []string {
	return []string{
		"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
		"TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256",
	}
}
