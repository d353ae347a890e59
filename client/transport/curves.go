package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/nearest"
)

// group is a group for the key exchange, under the names that people give it: that of NIST or the RFC first, then those of
// OpenSSL and the IANA registry (TLS Supported Groups).
type group struct {
	id    tls.CurveID // 0 for one that crypto/tls does not have
	names []string
}

// groups are those that OpenSSL 3.5 has.
func groups() []group {
	return []group{
		{tls.X25519, []string{"X25519"}},
		{tls.CurveP256, []string{"P-256", "prime256v1", "secp256r1"}},
		{tls.CurveP384, []string{"P-384", "secp384r1"}},
		{tls.CurveP521, []string{"P-521", "secp521r1"}},
		{tls.X25519MLKEM768, []string{"X25519MLKEM768"}},
		{tls.SecP256r1MLKEM768, []string{"SecP256r1MLKEM768"}},
		{tls.SecP384r1MLKEM1024, []string{"SecP384r1MLKEM1024"}},
		{0, []string{"X448"}}, {0, []string{"P-224", "secp224r1"}}, {0, []string{"secp256k1"}},
		{0, []string{"brainpoolP256r1"}}, {0, []string{"brainpoolP384r1"}}, {0, []string{"brainpoolP512r1"}},
		{0, []string{"brainpoolP256r1tls13"}}, {0, []string{"brainpoolP384r1tls13"}}, {0, []string{"brainpoolP512r1tls13"}},
		{0, []string{"ffdhe2048"}}, {0, []string{"ffdhe3072"}}, {0, []string{"ffdhe4096"}}, {0, []string{"ffdhe6144"}}, {0, []string{"ffdhe8192"}},
		{0, []string{"MLKEM512"}}, {0, []string{"MLKEM768"}}, {0, []string{"MLKEM1024"}},
	}
}

// defaultCurves keep the hello small: a key share of 1 kB for ML-KEM makes it two segments, which some brokers and paths do
// not survive.
func defaultCurves() []tls.CurveID {
	return []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
}

// ParseCurves reads a list of groups for the key exchange, between colons as OpenSSL's SSL_CTX_set1_groups_list(3) has them, or
// between commas. Letters may be large or small. The error tells what would be right.
func ParseCurves(list string) ([]tls.CurveID, error) {
	var ids []tls.CurveID
	for name := range strings.FieldsFuncSeq(list, func(c rune) bool { return c == ':' || c == ',' }) {
		id, err := curve(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if ids == nil {
		return nil, errors.New("it names no group")
	}
	return ids, nil
}

func curve(name string) (tls.CurveID, error) {
	near := nearest.New(plainCipher(name), 0)
	for _, g := range groups() {
		for _, n := range g.names {
			switch {
			case !strings.EqualFold(n, name):
				near.Consider(g.names[0], plainCipher(n))
			case g.id != 0:
				return g.id, nil
			default:
				return 0, fmt.Errorf("culex does not have the group %q; it has %s", name, strings.Join(supported(), ", "))
			}
		}
	}
	if right := near.Name(); right != "" {
		return 0, fmt.Errorf("there is no group %q, but %s", name, right)
	}
	return 0, fmt.Errorf("there is no group %q; there are %s", name, strings.Join(supported(), ", "))
}

// supported names the groups that can be used.
func supported() []string {
	var names []string
	for _, g := range groups() {
		if g.id != 0 {
			names = append(names, g.names[0])
		}
	}
	return names
}
