package certs_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"math/big"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// chainCase is one chain and the verdict on it: ours must be the one that stands here, and openssl's too.
type chainCase struct {
	name   string
	chain  []*tlstest.Identity // what the peer sends
	cas    []*tlstest.Identity // the CA file
	caPEM  []byte              // the CA file, when it is not simply cas
	host   string              // no name check if empty
	level  int                 // noLevel is 0, 0 is the default
	client bool
	now    time.Time // tlstest.Now if zero
	want   certs.ErrorNumber
	depth  int
	byCN   bool
}

const noLevel = -1

func (c *chainCase) options() certs.Options {
	o := certs.Options{Host: c.host, SkipName: c.host == "", Now: c.now, SecurityLevel: c.level, Client: c.client}
	if o.Now.IsZero() {
		o.Now = tlstest.Now()
	}
	switch c.level {
	case 0:
		o.SecurityLevel = certs.DefaultSecurityLevel
	case noLevel:
		o.SecurityLevel = 0
	}
	return o
}

func (c *chainCase) bundle() []byte {
	if c.caPEM != nil {
		return c.caPEM
	}
	return tlstest.Bundle(c.cas...)
}

func runChainCases(t *testing.T, cases []chainCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			cafile := filepath.Join(dir, "ca.pem")
			writeFile(t, cafile, c.bundle())
			o := c.options()
			o.Store = certs.NewStore()
			if len(c.bundle()) > 0 {
				if err := o.Store.AddFile(cafile); err != nil {
					t.Fatal(err)
				}
			}
			var presented []*x509.Certificate
			for i, id := range c.chain {
				if id.Certificate == nil {
					_, err := x509.ParseCertificate(id.DER)
					t.Fatalf("certificate %d: %v", i, err)
				}
				presented = append(presented, id.Certificate)
			}
			result, err := certs.Verify(presented, o)
			number, depth := verdict(t, err)
			if number != c.want || depth != c.depth {
				t.Errorf("got %d (%s) at depth %d, want %d (%s) at depth %d", number, number, depth, c.want, c.want, c.depth)
			}
			if err == nil && result.NameInCommonNameOnly != c.byCN {
				t.Errorf("matched by common name only: %v, want %v", result.NameInCommonNameOnly, c.byCN)
			}
			if theirs, theirDepth := opensslVerdict(t, dir, cafile, &c, o); theirs != c.want || theirDepth != c.depth {
				t.Errorf("openssl verify says %d (%s) at depth %d, want %d at depth %d", theirs, theirs, theirDepth, c.want, c.depth)
			}
		})
	}
}

func verdict(t *testing.T, err error) (certs.ErrorNumber, int) {
	if err == nil {
		return certs.OK, 0
	}
	var v *certs.VerifyError
	if !errors.As(err, &v) {
		t.Fatal(err)
	}
	if v.Certificate != v.Chain[v.Depth] {
		t.Error("the certificate at fault is not the one at that depth")
	}
	return v.Number, v.Depth
}

// openssl returns the program, or skips the test without it.
func openssl(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("openssl is not installed")
	}
	return path
}

// opensslVerdict asks openssl for the number and depth of the first error.
func opensslVerdict(t *testing.T, dir, cafile string, c *chainCase, o certs.Options) (certs.ErrorNumber, int) {
	leaf, rest := filepath.Join(dir, "leaf.pem"), filepath.Join(dir, "rest.pem")
	writeFile(t, leaf, c.chain[0].CertPEM())
	args := []string{"verify", "-no-CApath", "-no-CAstore", "-auth_level", strconv.Itoa(o.SecurityLevel),
		"-attime", strconv.FormatInt(o.Now.Unix(), 10)}
	if len(c.bundle()) > 0 {
		args = append(args, "-CAfile", cafile)
	} else {
		args = append(args, "-no-CAfile")
	}
	if len(c.chain) > 1 {
		writeFile(t, rest, tlstest.Bundle(c.chain[1:]...))
		args = append(args, "-untrusted", rest)
	}
	purpose := "sslserver"
	if o.Client {
		purpose = "sslclient"
	}
	args = append(args, "-purpose", purpose)
	if !o.SkipName {
		if _, err := netip.ParseAddr(o.Host); err == nil {
			args = append(args, "-verify_ip", o.Host)
		} else {
			args = append(args, "-verify_hostname", o.Host)
		}
	}
	var out bytes.Buffer
	cmd := exec.Command(openssl(t), append(args, leaf)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	match := regexp.MustCompile(`error (\d+) at (\d+) depth lookup: (.*)`).FindSubmatch(out.Bytes())
	switch {
	case match != nil:
		number, _ := strconv.Atoi(string(match[1]))
		depth, _ := strconv.Atoi(string(match[2]))
		if text := certs.ErrorNumber(number).String(); text != string(match[3]) {
			t.Errorf("number %d is %q for openssl, not %q", number, match[3], text)
		}
		return certs.ErrorNumber(number), depth
	case err != nil:
		t.Fatalf("%s: %v\n%s", cmd, err, out.Bytes())
	}
	return certs.OK, 0
}

func writeFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// list makes the rows short.
func list(ids ...*tlstest.Identity) []*tlstest.Identity { return ids }

func bigInt(n int64) *big.Int { return big.NewInt(n) }
