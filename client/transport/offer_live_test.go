package transport

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/probe"
)

// TestOffersOfOpenSSL asks servers of OpenSSL's what they take, and compares with what they were told to take.
func TestOffersOfOpenSSL(t *testing.T) {
	path, _ := opensslProgram(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	certificate := certificateFile(t, key)
	for _, test := range []struct {
		name      string
		arguments string
		spoken    string
		suites    string // OpenSSL's names, in the order of the server's picks
		groups    string
		signature string // one of them
		psk       bool
	}{
		{"DHE only", "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA256", "TLS 1.2",
			"DHE-RSA-AES128-GCM-SHA256 DHE-RSA-AES256-SHA256", "", "rsa_pss_rsae_sha256", false},
		{"CCM, CBC-SHA384 and Camellia", "-tls1_2 -cipher ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-CCM:ECDHE-RSA-CAMELLIA128-SHA256 -curves X448:P-521", "TLS 1.2",
			"ECDHE-RSA-AES256-SHA384 DHE-RSA-AES256-CCM ECDHE-RSA-CAMELLIA128-SHA256", "X448 P-521", "rsa_pkcs1_sha512", false},
		{"TLS 1.3 only", "-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256:TLS_CHACHA20_POLY1305_SHA256 -curves P-384:ffdhe2048", "TLS 1.3",
			"TLS_AES_128_CCM_SHA256 TLS_CHACHA20_POLY1305_SHA256", "P-384 ffdhe2048", "rsa_pss_rsae_sha384", false},
		{"a pre-shared key", "-tls1_2 -nocert -psk 0102 -cipher PSK-AES128-CBC-SHA256", "TLS 1.2",
			"PSK-AES128-CBC-SHA256", "", "", true},
		{"old versions", "-tls1_1 -cipher ECDHE-RSA-AES128-SHA:@SECLEVEL=0", "TLS 1.1", "ECDHE-RSA-AES128-SHA", "X25519 P-256", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			arguments := append(strings.Fields(test.arguments), "-serverpref")
			if !test.psk {
				arguments = append(arguments, "-cert", certificate)
			}
			got := offersOf(t, serveTLS(t, path, arguments...))
			var versions, suites []string
			for _, v := range got.Offers.Versions {
				if v.Spoken == evidence.Yes {
					versions = append(versions, v.Version.String())
				}
			}
			for _, s := range got.Offers.Suites {
				suites = append(suites, s.OpenSSL)
			}
			groups, signatures := parameterNames(got.Offers.Groups), parameterNames(got.Offers.Signatures)
			if s := strings.Join(versions, " "); s != test.spoken {
				t.Errorf("versions %s, want %s", s, test.spoken)
			}
			if s := strings.Join(suites, " "); s != test.suites {
				t.Errorf("suites %s, want %s", s, test.suites)
			}
			for _, want := range strings.Fields(test.groups) {
				if !slices.Contains(groups, want) {
					t.Errorf("groups %s, want %s", groups, want)
				}
			}
			if test.signature != "" && !slices.Contains(signatures, test.signature) {
				t.Errorf("signature algorithms %s, want %s", signatures, test.signature)
			}
			if psk := got.Run(evidence.ProbePSK).Answered(); psk != test.psk {
				t.Errorf("a pre-shared key is taken: %v", psk)
			}
			if got.CutShort != "" {
				t.Error(got.CutShort)
			}
		})
	}
}

func offersOf(t *testing.T, address string) evidence.Probes {
	return probe.Run(context.Background(), probe.Config{
		Dial: func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		},
		Suites: OpenSSLSuites(), Each: 5 * time.Second, Total: 30 * time.Second, Now: time.Now, Random: rand.Reader,
	})
}

func parameterNames(list []evidence.Parameter) []string {
	var out []string
	for _, p := range list {
		out = append(out, p.Name)
	}
	return out
}
