package transport

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// opensslProgram is the path of OpenSSL 3's command.
func opensslProgram(t *testing.T) (path, version string) {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("CI") != "" {
		missing = t.Fatalf
	}
	path, err := exec.LookPath("openssl")
	if err != nil {
		missing("the reference is missing: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), path, "version").Output()
	version = strings.TrimSpace(string(out))
	if err != nil || !strings.HasPrefix(version, "OpenSSL 3.") {
		missing("the reference is OpenSSL 3, not %q (%v)", version, err)
	}
	t.Log(version)
	return path, version
}

// referee asks OpenSSL what it makes of a list.
type referee struct {
	path string
	// exact is set for the version that the table of suites describes; of others, only what Go has too is compared.
	exact bool
}

func newReferee(t *testing.T) referee {
	path, version := opensslProgram(t)
	return referee{path: path, exact: strings.HasPrefix(version, "OpenSSL 3.0.")}
}

// run gives the names that "openssl ciphers" prints, or false if it refuses the list.
func (r referee) run(t *testing.T, arguments ...string) ([]string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, r.path, append([]string{"ciphers", "-s"}, arguments...)...)
	command.Env = append(os.Environ(), "OPENSSL_CONF="+os.DevNull)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		text := stderr.String()
		if !strings.Contains(text, "no cipher match") && !strings.Contains(text, "invalid command") {
			t.Fatalf("openssl %q: %v: %s", arguments, err, text)
		}
		return nil, false
	}
	return strings.FieldsFunc(string(out), func(c rune) bool { return c == ':' || c == '\n' }), true
}

// openSSLNames puts OpenSSL's names of suites in the place of IANA's, which OpenSSL reads in a cipher list since 3.2.
func openSSLNames(list string) string {
	return regexp.MustCompile(`TLS_\w+`).ReplaceAllStringFunc(list, func(word string) string {
		for _, s := range opensslSuites() {
			if s.standardName() == word {
				return s.name
			}
		}
		return word
	})
}

// compare reports whether a list means to us what it means to OpenSSL, and whether OpenSSL accepts it.
func (r referee) compare(t *testing.T, list string) (accepted bool) {
	t.Helper()
	want, accepted := r.run(t, "-tls1_2", "-psk", "-srp", "--", openSSLNames(list))
	c, err := ParseCiphers(list)
	if accepted != (err == nil) {
		t.Errorf("%q: OpenSSL accepts it: %v; we say %v", list, accepted, err)
	}
	if err != nil || !accepted {
		return accepted
	}
	got := strings.FieldsFunc(suiteNames(c.Suites), func(c rune) bool { return c == ':' })
	if r.exact {
		got = append(got, c.Unsupported...)
	} else {
		shared := strings.Split(suiteNames(sharedSuites()), ":")
		want = slices.DeleteFunc(want, func(name string) bool { return !slices.Contains(shared, name) })
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q:\n got %v\nwant %v", list, got, want)
	}
	return accepted
}

func TestCiphersAsOpenSSL(t *testing.T) {
	r := newReferee(t)
	for _, list := range []string{
		"", " ", ":", "DEFAULT", "DEFAULT:", "DEFAULTX", "DEFAULT-AES", "DEFAULT!AES", "DEFAULT+AES", "AES:DEFAULT", "default",
		"ALL", "ALL:COMPLEMENTOFALL", "COMPLEMENTOFDEFAULT", "COMPLEMENTOFALL:@SECLEVEL=0", "ALL:eNULL@SECLEVEL=0",
		"HIGH", "HIGH:!aNULL:!MD5", "HIGH:MEDIUM:!aNULL:!kRSA", "HIGH+FIPS", "FIPS", "MEDIUM", "LOW", "3DES", "RC4", "IDEA", "SEED",
		"HIGH:!DH:!aNULL", "EECDH+AESGCM:EDH+AESGCM", "ECDHE:!COMPLEMENTOFDEFAULT", "kEECDH+aECDSA+AES128",
		"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256",
		"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "TLS_PSK_DHE_WITH_AES_128_CCM_8", "TLS_DHE_PSK_WITH_AES_128_CCM_8",
		"TLS_ECDH_anon_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_AES_128_GCM_SHA256",
		"DHE-RSA-AES256-SHA256", "ECDHE-ECDSA-AES256-CCM8", "ECDHE-RSA-AES256-SHA384", "CAMELLIA128-SHA", "PSK", "SRP", "aPSK+AES",
		"AES128-SHA+AES256-SHA", "AES128-SHA+AES", "AES+AES128-SHA", "ECDHE-RSA-AES128-SHA+TLSv1.2", "RSA+SSLv3+AES", "TLSv1+TLSv1.2",
		"AES128-SHA+NULL-SHA", "NULL-SHA+HIGH", "PSK-NULL-SHA+FIPS",
		"AES:!AES", "AES:-AES:AES128", "AES:!AES128:AES128", "!AES", "-AES", "+AES", "+AES:AES", "--AES:RSA", "-AES:AES128-SHA",
		"NOPE", "NOPE:AES", "AES:NOPE!AES", "AES+NOPE", "NOPE+AES", "NOPE@SECLEVEL=0:aNULL:AES", "NOPE:!NOPE:-NOPE:+NOPE",
		"@STRENGTH", "AES@STRENGTH", "AES:@STRENGTH:+SHA256", "@STRENGTHS:AES", "AES@", "AES@@STRENGTH", "AES@STRENGTH!AES",
		"@SECLEVEL=0:ALL", "ALL@SECLEVEL=1", "ALL@SECLEVEL=2", "ALL@SECLEVEL=3", "ALL@SECLEVEL=4", "ALL@SECLEVEL=5",
		"ALL@SECLEVEL=6", "ALL@SECLEVEL=", "ALL@SECLEVEL=10", "ALL@SECLEVEL=-1", "ALL@seclevel=1", "SECLEVEL=1", "AES128-SHA@SECLEVEL=3",
		"@SECLEVEL=1@SECLEVEL=3:ALL", "ALL:COMPLEMENTOFALL@SECLEVEL=0", "ALL:COMPLEMENTOFALL@SECLEVEL=1",
		"SUITEB128", "SUITEB128ONLY:AES", "SUITEB128C2", "SUITEB192", "SUITEB192x@SECLEVEL=0", "AES:SUITEB192", "SUITEB1",
		"AES RSA,ECDHE;DHE", "AES,,;;  ::RSA", "AES|RSA", "AES:#", "AES:!", "AES:!:RSA", "AES:+", "AES+:RSA", "AES++RSA", "+", "!",
		"COMPLEMENTOFDEFAULT+HIGH", "HIGH+COMPLEMENTOFDEFAULT", "COMPLEMENTOFDEFAULT+AES128-SHA", "COMPLEMENTOFDEFAULT+AES+FIPS",
		"AES128-SHA:eNULL+FIPS@SECLEVEL=3", "AES128-SHA:eNULL+HIGH@SECLEVEL=3",
		"AES128-SHA:3DES@SECLEVEL=3", "AES128-SHA:LOW+3DES@SECLEVEL=3", "AES128-SHA:RC4@SECLEVEL=3", "AES128-SHA:LOW+MEDIUM@SECLEVEL=3",
		"AES128-SHA:3DES+CBC@SECLEVEL=3", "AES128-SHA:3DES+eNULL@SECLEVEL=3", "AES128-SHA:NULL-SHA+LOW@SECLEVEL=3",
		"AES128-SHA:EDH-RSA-DES-CBC3-SHA+HIGH@SECLEVEL=3", "AES128-SHA:EDH-DSS-DES-CBC3-SHA+MEDIUM@SECLEVEL=3",
		"AES\tRSA", "AES:é", "AES:!é", "AES.=_-", "A:B:C:AES128-SHA",
	} {
		r.compare(t, list)
	}
}

// TestEveryCipherName asks about each keyword, and about all suites at each level, and compares their names and order.
func TestEveryCipherName(t *testing.T) {
	r := newReferee(t)
	if !r.exact {
		t.Skip("the table describes OpenSSL 3.0")
	}
	for _, k := range keywords() {
		r.compare(t, k.name+"@SECLEVEL=0")
	}
	out, err := exec.CommandContext(t.Context(), r.path, "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string // number, IANA's name, OpenSSL's name
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); f[5] != "TLSv1.3" {
			want = append(want, f[0]+" "+f[2]+" "+f[4])
		}
	}
	var got []string
	every := ""
	for _, s := range opensslSuites() {
		every += ":" + s.name
		got = append(got, fmt.Sprintf("0x%02X,0x%02X %s %s", s.id>>8, s.id&0xff, s.standardName(), s.name))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for level := range 6 {
		r.compare(t, fmt.Sprintf("%s@SECLEVEL=%d", every, level))
	}
}

// TestRandomCiphersAsOpenSSL compares lists that are put together by chance, always the same ones.
func TestRandomCiphersAsOpenSSL(t *testing.T) {
	r := newReferee(t)
	const lists = 300
	source := rand.New(rand.NewPCG(20, 26))
	accepted := 0
	for range lists {
		if r.compare(t, randomCiphers(source)) {
			accepted++
		}
	}
	if accepted < lists/3 || accepted > lists*19/20 {
		t.Errorf("%d of %d lists were accepted: not a good sample", accepted, lists)
	}
}

func randomCiphers(source *rand.Rand) string {
	words, suites := keywords(), opensslSuites()
	var list strings.Builder
	for range 1 + source.IntN(6) {
		list.WriteString(pick(source, "", "", "", "", "!", "-", "+"))
		for terms := 1 + source.IntN(8)/5; terms > 0; terms-- {
			switch s := suites[source.IntN(len(suites))]; source.IntN(16) {
			case 0:
				list.WriteString(pick(source, "NOPE", "3DES", "aes", "DEFAULT", "TLSv1.3", "TLS_AES_128_GCM_SHA256"))
			case 1, 2:
				list.WriteString(s.standardName())
			case 3, 4, 5:
				list.WriteString(s.name)
			default:
				list.WriteString(words[source.IntN(len(words))].name)
			}
			if terms > 1 {
				list.WriteByte('+')
			}
		}
		switch source.IntN(16) {
		case 0:
			list.WriteString("@STRENGTH")
		case 1, 2:
			fmt.Fprintf(&list, "@SECLEVEL=%d", source.IntN(7))
		case 3:
			list.WriteString(pick(source, "@", "#", "+", "", ""))
		}
		list.WriteString(pick(source, ":", ":", ":", ":", ",", " ", ";", ": "))
	}
	if source.IntN(4) == 0 {
		return "DEFAULT" + pick(source, ":", "", " ") + list.String()
	}
	return list.String()
}

func pick(source *rand.Rand, from ...string) string { return from[source.IntN(len(from))] }

func TestCiphersuitesAsOpenSSL(t *testing.T) {
	r := newReferee(t)
	for _, list := range []string{
		"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256", "NOPE:TLS_CHACHA20_POLY1305_SHA256", "NOPE",
		" TLS_AES_128_GCM_SHA256 :\tTLS_AES_256_GCM_SHA384\n", "TLS_AES_128_GCM_SHA256::", ":", " ", "tls_aes_128_gcm_sha256",
		"TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384", "HIGH", "TLS13",
		"TLS_AES_128_GCM_SHA256:TLS_AES_128_GCM_SHA256", "!TLS_AES_128_GCM_SHA256",
	} {
		want, accepted := r.run(t, "-tls1_3", "-ciphersuites", list)
		ids, err := ParseCiphersuites(list)
		if accepted != (err == nil) {
			t.Errorf("%q: OpenSSL accepts it: %v; we say %v", list, accepted, err)
		}
		var got []string
		for _, id := range ids {
			got = append(got, tls13Names()[id-0x1301])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", list, got, want)
		}
	}
}
