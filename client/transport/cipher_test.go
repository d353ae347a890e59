package transport

import (
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"testing"
)

// suiteNames are OpenSSL's names of suites, with colons between them.
func suiteNames(ids []uint16) string {
	var names []string
	for _, s := range opensslSuites() {
		if slices.Contains(ids, s.id) {
			names = append(names, s.name)
		}
	}
	return strings.Join(names, ":")
}

func TestParseCiphers(t *testing.T) {
	for _, c := range []struct {
		list        string
		suites      string
		level       int
		unsupported string
	}{
		{"AES128-SHA", "AES128-SHA", 2, ""},
		{"TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA", 2, ""},
		{"aECDSA+AESGCM", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256", 2, ""},
		{"NOPE,AES256-SHA;;AES128-SHA NOPE:", "AES256-SHA:AES128-SHA", 2, ""},
		{"RSA+AES:-SHA256:!AESGCM:AES128-GCM-SHA256:AES128-SHA256",
			"AES128-SHA256:AES256-SHA:AES128-SHA", 2, "AES256-CCM8:AES256-CCM:AES128-CCM8:AES128-CCM"},
		{"DEFAULT:!kECDHE:!kRSA:!PSK:!SRP:!CHACHA20", "", 2, "DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:" +
			"DHE-RSA-AES256-SHA256:DHE-RSA-AES128-SHA256:DHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA"},
		{"DEFAULT-ALL:AES128-SHA@SECLEVEL=1", "AES128-SHA", 1, ""},
		// What Go lacks is no error.
		{"DHE-RSA-AES128-GCM-SHA256", "", 2, "DHE-RSA-AES128-GCM-SHA256"},
		{"ECDHE-ECDSA-AES128-CCM:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-CAMELLIA128-SHA256:PSK-AES128-CBC-SHA", "", 2,
			"ECDHE-ECDSA-AES128-CCM:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-CAMELLIA128-SHA256:PSK-AES128-CBC-SHA"},
		// The level takes suites away without an error.
		{"AES128-SHA@SECLEVEL=3", "", 3, ""},
		{"ECDHE+AES128:ECDHE-RSA-AES256-SHA:CHACHA20+aRSA+kECDHE:@SECLEVEL=4", "ECDHE-RSA-CHACHA20-POLY1305", 4, ""},
		{"NULL-SHA:AES128-SHA@SECLEVEL=0", "AES128-SHA", 0, "NULL-SHA"},
		{"NULL-SHA:AES128-SHA@SECLEVEL=1", "AES128-SHA", 1, ""},
		{"@SECLEVEL=0:AES128-SHA:@SECLEVEL=5:@SECLEVEL=1", "AES128-SHA", 1, ""},
		// What follows an unknown name or a command, up to the separator, is ignored.
		{"AES128-SHA:NOPE@SECLEVEL=1", "AES128-SHA", 2, ""},
		{"AES128-SHA@SECLEVEL=1!AES", "AES128-SHA", 1, ""},
		{"SUITEB192:@SECLEVEL=3", "ECDHE-ECDSA-AES256-GCM-SHA384", 2, ""},
	} {
		got, err := ParseCiphers(c.list)
		if err != nil {
			t.Errorf("%s: %v", c.list, err)
			continue
		}
		if suiteNames(got.Suites) != c.suites || got.Level != c.level || strings.Join(got.Unsupported, ":") != c.unsupported {
			t.Errorf("%s: got %s, level %d, unsupported %v\nwant %s, level %d, unsupported %s",
				c.list, suiteNames(got.Suites), got.Level, got.Unsupported, c.suites, c.level, c.unsupported)
		}
		if got.Suites == nil {
			t.Errorf("%s: nil Suites would mean Go's default", c.list)
		}
	}
}

func TestCipherErrors(t *testing.T) {
	for _, c := range []struct {
		list  string
		fault CipherFault
		text  string
	}{
		{"", CipherNone, `cipher list "": "" adds no cipher suite (right would be "DEFAULT")`},
		{"!aNULL,!MD5", CipherNone,
			`cipher list "!aNULL,!MD5": "!aNULL,!MD5" adds no cipher suite (right would be "DEFAULT:!aNULL:!MD5")`},
		{"@SECLEVEL=0", CipherNone, `cipher list "@SECLEVEL=0": "@SECLEVEL=0" adds no cipher suite (right would be "DEFAULT:@SECLEVEL=0")`},
		{"!ALL", CipherNone, `cipher list "!ALL": "!ALL" adds no cipher suite`},
		{"@SECLEVEL=1:DEFAULT", CipherMisplaced,
			`cipher list "@SECLEVEL=1:DEFAULT": "DEFAULT" counts only at the start (right would be "DEFAULT:@SECLEVEL=1")`},
		{"NOPE", CipherUnknown, `cipher list "NOPE": "NOPE" is not a known cipher suite or keyword`},
		{"HIHG:!aNULL", CipherUnknown,
			`cipher list "HIHG:!aNULL": "HIHG" is not a known cipher suite or keyword (right would be "HIGH")`},
		{"high", CipherUnknown, `cipher list "high": "high" is not a known cipher suite or keyword (right would be "HIGH")`},
		{"AES+TLSv12", CipherUnknown,
			`cipher list "AES+TLSv12": "TLSv12" is not a known cipher suite or keyword (right would be "TLSv1.2")`},
		{"TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256", CipherUnknown, `cipher list "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256": ` +
			`"TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256" is not a known cipher suite or keyword (right would be "ECDHE-RSA-AES128-GCM-SHA256")`},
		{"tls_rsa_with_aes_128_cbc_sha", CipherUnknown, `cipher list "tls_rsa_with_aes_128_cbc_sha": ` +
			`"tls_rsa_with_aes_128_cbc_sha" is not a known cipher suite or keyword (right would be "AES128-SHA")`},
		{"TLS_AES_128_GCM_SHA256", CipherOtherVersion,
			`cipher list "TLS_AES_128_GCM_SHA256": "TLS_AES_128_GCM_SHA256" belongs to another TLS version`},
		{"DES-CBC3-SHA:RC4-SHA", CipherNotBuilt,
			`cipher list "DES-CBC3-SHA:RC4-SHA": "DES-CBC3-SHA" is left out of OpenSSL 3's usual builds`},
		{"MEDIUM", CipherNotBuilt, `cipher list "MEDIUM": "MEDIUM" is left out of OpenSSL 3's usual builds`},
		{"ECDHE+SSLv3", CipherNoMatch, `cipher list "ECDHE+SSLv3": "ECDHE+SSLv3" matches no cipher suite`},
		{"HIGH+FIPS+RSA", CipherNoMatch, `cipher list "HIGH+FIPS+RSA": "HIGH+FIPS" matches no cipher suite`},
		{"AES:-ALL", CipherRemoved, `cipher list "AES:-ALL": "-ALL" leaves no cipher suite`},
		{"!AES:AES128-SHA", CipherRemoved, `cipher list "!AES:AES128-SHA": "!AES" leaves no cipher suite`},
		{"AES|RSA", CipherCharacter, `cipher list "AES|RSA": "|" cannot stand in a cipher list`},
		{"AES:é", CipherCharacter, `cipher list "AES:é": "é" cannot stand in a cipher list`},
		{"AES:\x00", CipherCharacter, `cipher list "AES:\x00": "\x00" cannot stand in a cipher list`},
		{"AES+", CipherNameMissing, `cipher list "AES+": "AES+" lacks a name`},
		{"AES:!:RSA", CipherNameMissing, `cipher list "AES:!:RSA": "!" lacks a name`},
		{"AES:@SECLEVEL=6", CipherCommand,
			`cipher list "AES:@SECLEVEL=6": "@SECLEVEL=6" is neither @STRENGTH nor one of @SECLEVEL=0 to @SECLEVEL=5`},
	} {
		got, err := ParseCiphers(c.list)
		var e *CipherError
		if !errors.As(err, &e) {
			t.Errorf("%q: %+v, %v", c.list, got, err)
			continue
		}
		if e.Fault != c.fault || e.Error() != c.text {
			t.Errorf("%q: fault %d\n got %s\nwant %s", c.list, e.Fault, e, c.text)
		}
	}
}

func TestCipherFaultsHaveTexts(t *testing.T) {
	texts := map[string]bool{}
	for f := CipherCharacter; f <= CipherNone; f++ {
		texts[f.String()] = true
		if strings.Contains(f.String(), "fault") {
			t.Errorf("fault %d has no text", f)
		}
	}
	if len(texts) != int(CipherNone) {
		t.Errorf("%d faults share %d texts", CipherNone, len(texts))
	}
	if CipherFault(200).String() != "has fault 200" {
		t.Error(CipherFault(200))
	}
}

func TestDefaultCiphers(t *testing.T) {
	want, err := ParseCiphers("DEFAULT")
	if err != nil {
		t.Fatal(err)
	}
	got := DefaultCiphers()
	if !slices.Equal(got.Suites, want.Suites) || got.Level != want.Level {
		t.Errorf("got %s, level %d\nwant %s, level %d", suiteNames(got.Suites), got.Level, suiteNames(want.Suites), want.Level)
	}
}

// TestSharedSuites compares what we believe Go to have with what it says, and with its names, which are IANA's.
func TestSharedSuites(t *testing.T) {
	var want []uint16
	all := opensslSuites()
	for _, c := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		i := slices.IndexFunc(all, func(s suite) bool { return s.id == c.ID })
		if i < 0 {
			continue // TLS 1.3, RC4 and 3DES
		}
		want = append(want, c.ID)
		if all[i].standardName() != c.Name {
			t.Errorf("%s: got %s, want %s", all[i].name, all[i].standardName(), c.Name)
		}
	}
	got := sharedSuites()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %s\nwant %s", suiteNames(got), suiteNames(want))
	}
}

func TestParseCiphersuites(t *testing.T) {
	const first, second, third = tls.TLS_AES_128_GCM_SHA256, tls.TLS_AES_256_GCM_SHA384, tls.TLS_CHACHA20_POLY1305_SHA256
	for _, c := range []struct {
		list string
		want []uint16
		text string
	}{
		{"TLS_AES_128_GCM_SHA256", []uint16{first}, ""},
		{" TLS_CHACHA20_POLY1305_SHA256 : NOPE::\tTLS_AES_256_GCM_SHA384", []uint16{third, second}, ""},
		{"TLS_AES_128_CCM_SHA256:TLS_AES_256_GCM_SHA384", []uint16{second}, ""},
		{"TLS_AES_128_CCM_SHA256", nil, `cipher list "TLS_AES_128_CCM_SHA256": "TLS_AES_128_CCM_SHA256" is not supported`},
		{"HIGH", nil, `cipher list "HIGH": "HIGH" belongs to another TLS version`},
		{"NOPE", nil, `cipher list "NOPE": "NOPE" is not a known cipher suite or keyword`},
		{"TLS_RSA_WITH_AES_128_CBC_SHA", nil,
			`cipher list "TLS_RSA_WITH_AES_128_CBC_SHA": "TLS_RSA_WITH_AES_128_CBC_SHA" belongs to another TLS version`},
		{"TLS13-AES128-GCM-SHA256", nil, `cipher list "TLS13-AES128-GCM-SHA256": "TLS13-AES128-GCM-SHA256" ` +
			`is not a known cipher suite or keyword (right would be "TLS_AES_128_GCM_SHA256")`},
		{"TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384", nil, `cipher list "TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384": ` +
			`"TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384" is not a known cipher suite or keyword`},
		{"", nil, `cipher list "": "" adds no cipher suite`},
		{" : ", nil, `cipher list " : ": " : " adds no cipher suite`},
	} {
		got, err := ParseCiphersuites(c.list)
		text := ""
		if e := (*CipherError)(nil); errors.As(err, &e) {
			text = e.Error()
		}
		if !slices.Equal(got, c.want) || text != c.text {
			t.Errorf("%q: got %v, %s\nwant %v, %s", c.list, got, text, c.want, c.text)
		}
	}
}

// FuzzParseCiphers looks for lists whose result breaks a promise: the reader ends, offers what Go has and the level allows,
// names what the list has, gives the same for the names of what it chose, and proposes nothing that is wrong itself.
func FuzzParseCiphers(f *testing.F) {
	f.Fuzz(func(t *testing.T, list string) {
		c, err := ParseCiphers(list)
		if e := (*CipherError)(nil); errors.As(err, &e) {
			checkCipherError(t, list, e)
			return
		}
		if err != nil || c.Suites == nil || c.Level < 0 || c.Level > 5 {
			t.Fatalf("%+v, %v", c, err)
		}
		names := append(slices.Clone(c.Unsupported), suiteNames(c.Suites))
		level := "@SECLEVEL=" + string(rune('0'+c.Level))
		again, err := ParseCiphers(level + ":" + strings.Join(names, ":"))
		if none := len(c.Suites)+len(c.Unsupported) == 0; none != (err != nil) {
			t.Fatalf("%v for %v", err, names)
		} else if none {
			return
		}
		if !slices.Equal(again.Suites, c.Suites) || !slices.Equal(again.Unsupported, c.Unsupported) || again.Level != c.Level {
			t.Fatalf("%+v\n%+v", c, again)
		}
		for _, id := range c.Suites {
			if !slices.Contains(sharedSuites(), id) {
				t.Fatalf("Go lacks %04x", id)
			}
		}
	})
}

func checkCipherError(t *testing.T, list string, e *CipherError) {
	if e.List != list || !strings.Contains(list, e.Word) || strings.Contains(e.Fault.String(), "fault") {
		t.Fatalf("%+v", e)
	}
	if e.Right == "" {
		return
	}
	_, err := ParseCiphers(e.Right)
	if err != nil {
		t.Fatalf("%+v: %v", e, err)
	}
}
