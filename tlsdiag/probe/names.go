package probe

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// parameter is a number of a registry. Those that Go has are marked.
type parameter struct {
	id   uint16
	name string
	here bool
}

// groups are the key exchange groups (IANA: TLS Supported Groups), those that
// are usual first.
func groups() []parameter {
	return []parameter{
		{0x001d, "X25519", true}, {0x0017, "P-256", true}, {0x0018, "P-384", true}, {0x0019, "P-521", true},
		{0x001e, "X448", false}, {0x11ec, "X25519MLKEM768", true}, {0x11eb, "SecP256r1MLKEM768", true},
		{0x11ed, "SecP384r1MLKEM1024", true}, {0x001f, "brainpoolP256r1tls13", false},
		{0x0020, "brainpoolP384r1tls13", false}, {0x0021, "brainpoolP512r1tls13", false},
		{0x001a, "brainpoolP256r1", false}, {0x001b, "brainpoolP384r1", false}, {0x001c, "brainpoolP512r1", false},
		{0x0016, "secp256k1", false}, {0x0015, "P-224", false}, {0x0013, "P-192", false},
		{0x0100, "ffdhe2048", false}, {0x0101, "ffdhe3072", false}, {0x0102, "ffdhe4096", false},
		{0x0103, "ffdhe6144", false}, {0x0104, "ffdhe8192", false},
	}
}

// x25519 is the group of the key share in a first ClientHello.
const x25519 = 0x001d

// signatures are the signature algorithms (IANA: TLS SignatureScheme).
func signatures() []parameter {
	return []parameter{
		{0x0403, "ecdsa_secp256r1_sha256", true}, {0x0503, "ecdsa_secp384r1_sha384", true}, {0x0603, "ecdsa_secp521r1_sha512", true},
		{0x0807, "ed25519", true}, {0x0808, "ed448", false},
		{0x0804, "rsa_pss_rsae_sha256", true}, {0x0805, "rsa_pss_rsae_sha384", true}, {0x0806, "rsa_pss_rsae_sha512", true},
		{0x0809, "rsa_pss_pss_sha256", false}, {0x080a, "rsa_pss_pss_sha384", false}, {0x080b, "rsa_pss_pss_sha512", false},
		{0x0401, "rsa_pkcs1_sha256", true}, {0x0501, "rsa_pkcs1_sha384", true}, {0x0601, "rsa_pkcs1_sha512", true},
		{0x0303, "ecdsa_sha224", false}, {0x0301, "rsa_pkcs1_sha224", false}, {0x0402, "dsa_sha256", false},
		{0x0302, "dsa_sha224", false}, {0x0203, "ecdsa_sha1", false}, {0x0201, "rsa_pkcs1_sha1", false}, {0x0202, "dsa_sha1", false},
	}
}

func allSignatures() []uint16 { return numbers(signatures()) }

func numbers(list []parameter) []uint16 {
	out := make([]uint16, len(list))
	for i, p := range list {
		out[i] = p.id
	}
	return out
}

// named describes a number of one of the lists above.
func named(list []parameter, id uint16) evidence.Parameter {
	for _, p := range list {
		if p.id == id {
			return evidence.Parameter{ID: id, Name: p.name, Here: evidence.Of(p.here)}
		}
	}
	return evidence.Parameter{ID: id, Name: fmt.Sprintf("0x%04x", id)}
}

// Suite is a cipher suite as OpenSSL calls it.
type Suite struct {
	ID   uint16 // as assigned by IANA
	Name string // OpenSSL's
	// Here says whether this program has it.
	Here bool
}

// describe gives a suite both its names.
func (s Suite) describe(v evidence.Version) evidence.CipherSuite {
	return evidence.CipherSuite{Version: v, ID: s.ID, OpenSSL: s.Name, IANA: IANAName(s.Name), Here: evidence.Of(s.Here)}
}

// psk says that a suite needs a pre-shared key (RFC 4279 and its kin).
func (s Suite) psk() bool { return strings.Contains(s.Name, "PSK-") }

// IANAName is the registry's name of a cipher suite that OpenSSL names
// (ciphers(1), "CIPHER SUITE NAMES"). A name of TLS 1.3 is the registry's own.
func IANAName(openssl string) string {
	if strings.HasPrefix(openssl, "TLS_") {
		return openssl
	}
	exchange, rest := splitExchange(openssl)
	cipher, mac := splitMAC(rest)
	name := "TLS_" + exchange + "_WITH_" + cipherName(cipher)
	if mac != "" {
		name += "_" + mac
	}
	return name
}

// splitExchange takes the key exchange off the front of OpenSSL's name, which
// leaves plain RSA out.
func splitExchange(name string) (exchange, rest string) {
	for _, x := range [...]struct{ openssl, iana string }{
		{"ECDHE-ECDSA-", "ECDHE_ECDSA"}, {"ECDHE-RSA-", "ECDHE_RSA"}, {"ECDHE-PSK-", "ECDHE_PSK"}, {"ECDHE-ARIA", "ECDHE_RSA"},
		{"DHE-RSA-", "DHE_RSA"}, {"DHE-DSS-", "DHE_DSS"}, {"DHE-PSK-", "DHE_PSK"}, {"RSA-PSK-", "RSA_PSK"}, {"PSK-", "PSK"},
		{"AECDH-", "ECDH_anon"}, {"ADH-", "DH_anon"}, {"SRP-DSS-", "SRP_SHA_DSS"}, {"SRP-RSA-", "SRP_SHA_RSA"}, {"SRP-", "SRP_SHA"},
	} {
		after, ok := strings.CutPrefix(name, x.openssl)
		switch {
		case ok && strings.HasSuffix(x.openssl, "ARIA"):
			return x.iana, "ARIA" + after
		case ok && x.iana == "DHE_PSK" && strings.HasSuffix(after, "CCM8"):
			return "PSK_DHE", after // the registry has these two the other way round
		case ok:
			return x.iana, after
		}
	}
	return "RSA", name
}

func splitMAC(rest string) (cipher, mac string) {
	i := strings.LastIndexByte(rest, '-')
	last := rest[i+1:]
	switch {
	case strings.HasPrefix(last, "SHA"), last == "MD5":
		return rest[:max(i, 0)], last
	case last == "POLY1305":
		return rest, "SHA256"
	}
	return rest, ""
}

// cipherName writes AES128 as AES_128, and CBC where it goes without saying.
func cipherName(cipher string) string {
	name := strings.NewReplacer("AES-128", "AES128", "AES-256", "AES256").Replace(cipher)
	switch name {
	case "CHACHA20-POLY1305":
		return "CHACHA20_POLY1305"
	case "NULL":
		return "NULL"
	}
	name = strings.ReplaceAll(name, "-", "_")
	mode := strings.ContainsAny(name, "_")
	for _, algorithm := range [...]string{"AES", "CAMELLIA", "ARIA"} {
		if size, ok := strings.CutPrefix(name, algorithm); ok {
			name = algorithm + "_" + size
			break
		}
	}
	if !mode {
		name += "_CBC"
	}
	return strings.ReplaceAll(name, "CCM8", "CCM_8")
}
