package tlsdiag_test

import (
	"crypto"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// recipe brings about a cause that no server of tlstest can, because it stands
// in files and options on this side, or cannot be had on the loopback.
type recipe struct {
	id  string
	run func(t testing.TB) *client
	// edit changes what was seen into what would be; such evidence is synthetic.
	edit func(s *evidence.Session)
	// told says that the error is not one that happened.
	told bool
}

// files are the contents of the client's files; nil: not given.
type files struct{ ca, cert, key []byte }

// load reads files as the program does before it connects, and reports the
// error that it ends with.
func load(t testing.TB, f files, change func(*tlsdiag.Settings)) *client {
	t.Helper()
	dir := t.TempDir()
	s := tlsdiag.Settings{Host: "broker.lan", Port: 8883, TLS: true, Program: "mosquitto_pub", Now: tlstest.Now}
	s.Policy.SecurityLevel = 2
	for _, file := range []struct {
		path    *string
		name    string
		content []byte
	}{{&s.Trust.CAFile, "ca.crt", f.ca}, {&s.CertFile, "client.crt", f.cert}, {&s.KeyFile, "client.key", f.key}} {
		if file.content != nil {
			*file.path = write(t, dir, file.name, file.content)
		}
	}
	if change != nil {
		change(&s)
	}
	c := &client{watcher: tlsdiag.Watch(s), settings: s, dir: dir}
	store := certs.NewStore()
	if s.Trust.CAFile != "" {
		c.watcher.Failed(tlsdiag.OpLoad, store.AddFile(s.Trust.CAFile))
	}
	if s.CertFile != "" && s.KeyFile != "" {
		_, err := certs.LoadPair(s.CertFile, s.KeyFile, certs.PairOptions{SecurityLevel: 2, Store: store, Now: s.Now()})
		c.watcher.Failed(tlsdiag.OpLoad, err)
	}
	return c
}

// opener opens nothing, for a reason.
type opener struct{ reason error }

func (o opener) Decrypt(*certs.SealedKey) ([]byte, error)         { return nil, o.reason }
func (o opener) OpenTPM(*certs.SealedKey) (crypto.Signer, error)  { return nil, o.reason }
func (o opener) OpenBundle(string, []byte) (*certs.Bundle, error) { return nil, o.reason }

// sealedBy reads a certificate and a key that do not open.
func sealedBy(f files, reason error) func(testing.TB) *client {
	return func(t testing.TB) *client {
		dir := t.TempDir()
		s := tlsdiag.Settings{Host: "broker.lan", Port: 8883, TLS: true, Program: "mosquitto_pub", Now: tlstest.Now}
		s.Policy.SecurityLevel = 2
		s.CertFile, s.KeyFile = write(t, dir, "client.crt", f.cert), write(t, dir, "client.key", f.key)
		c := &client{watcher: tlsdiag.Watch(s), settings: s, dir: dir}
		_, err := certs.LoadPair(s.CertFile, s.KeyFile, certs.PairOptions{SecurityLevel: 2, Now: s.Now(), Opener: opener{reason}})
		c.watcher.Failed(tlsdiag.OpLoad, err)
		return c
	}
}

// listed reads a file of revocation lists; nil: there is none.
func listed(content []byte) func(testing.TB) *client {
	return func(t testing.TB) *client {
		dir := t.TempDir()
		path := filepath.Join(dir, "crl.pem")
		if content != nil {
			write(t, dir, "crl.pem", content)
		}
		c := load(t, files{}, func(s *tlsdiag.Settings) { s.CRLFiles = []string{path} })
		c.dir = dir
		c.watcher.Failed(tlsdiag.OpLoad, certs.NewStore().AddCRLFile(path))
		return c
	}
}

// fails reports an error that this test cannot bring about, such as a missing
// permission where the tests run as root.
func fails(err error, change func(*tlsdiag.Settings)) func(testing.TB) *client {
	return func(t testing.TB) *client {
		c := load(t, files{}, change)
		c.watcher.Failed(tlsdiag.OpLoad, err)
		return c
	}
}

func unreadable(option, path string, mode fs.FileMode, blocker string) *certs.FileError {
	return &certs.FileError{
		Option: option, Path: path, Problem: certs.Unreadable, Err: fs.ErrPermission,
		Access: &certs.Access{Blocker: blocker, Owner: "root", Group: "root", Mode: mode, User: "mosquitto"},
	}
}

// pair returns a client certificate and its key as PEM, and the CA.
func pair() (cert, key []byte, ca *tlstest.Identity) {
	ca = tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("gateway-7"), Issuer: ca, Extensions: tlstest.Client()})
	return leaf.CertPEM(), leaf.KeyPEM(), ca
}

func block(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

// pfx is the beginning of a PKCS #12 bundle (RFC 7292 section 4).
func pfx() []byte {
	type contentInfo struct {
		Type asn1.ObjectIdentifier
	}
	der, err := asn1.Marshal(struct {
		Version  int
		AuthSafe contentInfo
	}{3, contentInfo{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}}})
	if err != nil {
		panic(err)
	}
	return der
}

// fileRecipes are the causes that stand in files.
func fileRecipes() []recipe {
	cert, key, ca := pair()
	der := func(b []byte) []byte { p, _ := pem.Decode(b); return p.Bytes }
	other := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("other"), Extensions: tlstest.Client()})
	weak := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("gateway-7"), Issuer: ca, Key: tlstest.RSA(1024, 1), Extensions: tlstest.Client()})
	broken := []byte(strings.Replace(string(ca.CertPEM()), "\nMI", "\n!I", 1))
	pkcs7 := []byte{0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0}
	sealed := []byte{0x30, 6, 0x30, 0, 4, 2, 1, 2}
	from := func(f files) func(testing.TB) *client {
		return func(t testing.TB) *client { return load(t, f, nil) }
	}
	options := func(change func(*tlsdiag.Settings)) func(testing.TB) *client {
		return func(t testing.TB) *client { return load(t, files{}, change) }
	}
	in := func(role *string, path string) { *role = path }
	return []recipe{
		{id: "cafile-missing", run: options(func(s *tlsdiag.Settings) { in(&s.Trust.CAFile, "/etc/mosquitto/ca_certificates/ca.crt") })},
		{id: "cafile-unreadable", told: true, run: fails(unreadable("--cafile", "/etc/mosquitto/ca.crt", 0o600, "/etc/mosquitto/ca.crt"), nil)},
		{id: "cafile-unreadable+directory", told: true, run: fails(unreadable("--cafile", "/etc/private/ca.crt", fs.ModeDir|0o700, "/etc/private"), nil)},
		{id: "cafile-is-directory", run: func(t testing.TB) *client {
			dir := t.TempDir()
			c := load(t, files{}, func(s *tlsdiag.Settings) { s.Trust.CAFile = dir })
			c.dir = dir
			return c
		}},
		{id: "cafile-no-certificate", run: from(files{ca: key})},
		{id: "cafile-no-certificate+empty", run: from(files{ca: []byte("\n")})},
		{id: "cafile-no-certificate+html", run: from(files{ca: []byte("<!DOCTYPE html>\n<html><body>404</body></html>\n")})},
		{id: "cafile-no-certificate+device", run: options(func(s *tlsdiag.Settings) { s.Trust.CAFile = "/dev/null" })},
		{id: "cafile-der", run: from(files{ca: pkcs7})},
		{id: "cafile-damaged", run: from(files{ca: append(ca.CertPEM(), broken...)})},
		{id: "certificate-missing", run: options(func(s *tlsdiag.Settings) { s.CertFile, s.KeyFile = "/etc/mosquitto/c.crt", "/etc/mosquitto/c.key" })},
		{id: "certificate-unreadable", told: true, run: fails(unreadable("--cert", "/etc/mosquitto/c.crt", 0o640, "/etc/mosquitto/c.crt"), nil)},
		{id: "certificate-no-certificate", run: from(files{cert: block("CERTIFICATE REQUEST", []byte{0x30, 0}), key: key})},
		{id: "certificate-der", run: from(files{cert: append(der(cert), ca.DER...), key: key})},
		{id: "certificate-damaged", run: from(files{cert: broken, key: key})},
		{id: "certificate-pkcs12", run: from(files{cert: pfx(), key: key})},
		{id: "certificate-pkcs12+cafile", run: from(files{ca: pfx()})},
		{id: "certificate-and-key-swapped", run: from(files{cert: key, key: cert})},
		{id: "certificate-without-key", run: func(t testing.TB) *client {
			c := load(t, files{cert: cert}, nil)
			c.watcher.Failed(tlsdiag.OpLoad, errors.New("--key is missing"))
			return c
		}},
		{id: "key-missing", run: func(t testing.TB) *client {
			return load(t, files{cert: cert}, func(s *tlsdiag.Settings) { s.KeyFile = filepath.Join(filepath.Dir(s.CertFile), "no.key") })
		}},
		{id: "key-unreadable", told: true, run: fails(unreadable("--key", "/etc/mosquitto/c.key", 0o600, "/etc/mosquitto/c.key"), nil)},
		{id: "key-no-key", run: from(files{cert: cert, key: cert})},
		{id: "key-der", run: from(files{cert: cert, key: der(cert)})},
		{id: "key-damaged", run: from(files{cert: cert, key: []byte(strings.Replace(string(key), "\nMI", "\n!I", 1))})},
		{id: "key-encrypted", run: from(files{cert: cert, key: block("ENCRYPTED PRIVATE KEY", []byte{0x30, 0})})},
		{id: "key-encrypted+der", run: from(files{cert: cert, key: sealed})},
		{id: "key-pass-phrase-wrong", run: sealedBy(files{cert: cert, key: block("ENCRYPTED PRIVATE KEY", sealed)}, certs.ErrWrongPassPhrase)},
		{id: "key-pass-phrase-wrong+bundle", run: sealedBy(files{cert: pfx(), key: key}, certs.ErrWrongPassPhrase)},
		{id: "key-encrypted+bundle", run: sealedBy(files{cert: pfx(), key: key}, certs.ErrNoPassPhrase)},
		{id: "certificate-pkcs12+damaged", run: sealedBy(files{cert: pfx(), key: key}, errors.New("its structure does not decode"))},
		{id: "unsupported-key-type+tpm", run: from(files{cert: cert, key: block("TSS2 PRIVATE KEY", []byte{0x30, 0})})},
		{id: "unsupported-key-type+cipher", run: sealedBy(files{cert: cert, key: block("ENCRYPTED PRIVATE KEY", sealed)},
			&certs.UnsupportedError{What: "encryption with the cipher 1.2.392.200011.61.1.1.1.4"})},
		{id: "key-mismatch", run: func(t testing.TB) *client {
			return load(t, files{cert: cert, key: other.KeyPEM()}, func(s *tlsdiag.Settings) {
				dir := filepath.Dir(s.CertFile)
				write(t, dir, "other.crt", other.CertPEM())
				write(t, dir, "right.key", key)
			})
		}},
		{id: "crl-file-missing", run: listed(nil)},
		{id: "crl-file-unreadable", told: true, run: fails(unreadable("--crl-file", "/etc/mosquitto/crl.pem", 0o600, "/etc/mosquitto/crl.pem"), nil)},
		{id: "crl-file-damaged", run: listed(block("X509 CRL", []byte{0x30, 0}))},
		{id: "crl-file-no-crl", run: listed(ca.CertPEM())},
		{id: "crl-file-no-crl+der", run: listed(ca.DER)},
		{id: "client-certificate-weak", run: from(files{cert: weak.CertPEM(), key: weak.KeyPEM()})},
		{id: "unsupported-key-type+openssh", run: from(files{cert: cert, key: block("OPENSSH PRIVATE KEY", []byte("openssh-key-v1\x00"))})},
		{id: "ciphers-option-unknown", told: true, run: fails(errors.New("HIHG is not a known cipher suite or keyword, but HIGH is"), func(s *tlsdiag.Settings) { s.Policy.Ciphers = "HIHG" })},
	}
}

// against runs a client with other settings into a fault.
func against(f tlstest.Fault, version uint16, change func(t testing.TB, s *tlsdiag.Settings)) func(testing.TB) *client {
	return func(t testing.TB) *client {
		l, err := f.Listen(version)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		c := newClient(t, f, l.Port())
		change(t, &c.settings)
		c.watcher = tlsdiag.Watch(c.settings)
		c.store = certs.NewStore()
		if c.settings.Trust.CAPath != "" {
			c.store.AddDir(c.settings.Trust.CAPath)
		}
		c.run(l.Addr())
		return c
	}
}

// inDirectory moves the CA file's certificate to where --capath points.
func inDirectory(place func(dir, ca string) string) func(testing.TB, *tlsdiag.Settings) {
	return func(t testing.TB, s *tlsdiag.Settings) {
		dir := filepath.Join(filepath.Dir(s.Trust.CAFile), "ca_certificates")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		s.Trust.CAPath = place(dir, s.Trust.CAFile)
		s.Trust.CAFile = ""
	}
}

// otherRecipes are the causes that stand in options, in directories and in
// what the loopback does not do.
func otherRecipes() []recipe {
	sound, tlsPort := tlstest.Sound(), tlstest.TLSPort()
	return []recipe{
		{id: "capath-is-file", run: against(sound, 0x0304, inDirectory(func(_, ca string) string { return ca }))},
		{id: "capath-missing", run: against(sound, 0x0304, inDirectory(func(dir, _ string) string { return dir + "-old" }))},
		{id: "capath-not-hashed", run: against(sound, 0x0304, inDirectory(func(dir, ca string) string {
			if err := os.Rename(ca, filepath.Join(dir, "plant.crt")); err != nil {
				panic(err)
			}
			return dir
		}))},
		{id: "capath-unreadable", run: against(sound, 0x0304, inDirectory(func(dir, _ string) string { return dir })),
			edit: func(s *evidence.Session) {
				f := s.Local.File(evidence.RoleCAPath)
				f.Readable, s.Local.User = evidence.No, "mosquitto"
				f.Owner = evidence.Owner{User: "root", Group: "root", Mode: "0700"}
			}},
		{id: "certificate-ignored", run: against(tlsPort, 0x0303, func(_ testing.TB, s *tlsdiag.Settings) {
			s.CertFile, s.KeyFile = "client.crt", "client.key"
		})},
		{id: "tls-not-enabled", run: against(tlsPort, 0x0303, func(_ testing.TB, s *tlsdiag.Settings) { s.Policy.Insecure = true })},
		{id: "connection-refused", run: func(t testing.TB) *client {
			l, err := sound.Listen(0x0304)
			if err != nil {
				t.Fatal(err)
			}
			l.Close()
			c := newClient(t, sound, l.Port())
			c.run(l.Addr())
			return c
		}},
		{id: "client-hello-too-large", run: faulty(tlstest.Silent(), 0x0303), edit: func(s *evidence.Session) { s.Flow.ClientHello.Size = 1501 }},
		{id: "no-common-curve", run: faulty(tlstest.Corrupted(), 0x0303), edit: func(s *evidence.Session) {
			s.End.Error = "tls: server selected unsupported curve"
		}},
		{id: "no-common-signature-algorithm", run: faulty(tlstest.Corrupted(), 0x0303), edit: func(s *evidence.Session) {
			s.End.Error = "tls: certificate used with invalid signature algorithm"
		}},
		{id: "name-in-common-name-only", run: faulty(tlstest.CommonNameOnly(), 0x0304)},
		{id: "server-certificate-expires-soon", run: faulty(tlstest.CommonNameOnly(), 0x0304), edit: func(s *evidence.Session) {
			s.Peer.Chain[0].Dates.NotAfter = s.Local.Clock.Now.AddDate(0, 0, 9)
		}},
		{id: "psk-identity-unknown", run: faulty(tlstest.NameUnknown(), 0x0303), edit: psk(115, evidence.StageHello)},
		{id: "psk-key-wrong", run: faulty(tlstest.Corrupted(), 0x0303), edit: psk(20, evidence.StageClientFlight)},
		{id: "server-wants-certificates", run: faulty(tlstest.NoSuite(), 0x0303), edit: psk(40, evidence.StageHello)},
		{id: "client-certificate-no-common-name", run: func(t testing.TB) *client {
			f := tlstest.Nameless()
			c := meet(t, f, 0x0304)
			c.watcher.Refused(5)
			return c
		}},
		{id: "unclassified+unknown-error", run: func(t testing.TB) *client {
			c := newClient(t, sound, 8883)
			c.watcher.Failed(tlsdiag.OpHandshake, errors.New("tls: something new"))
			return c
		}},
	}
}

func faulty(f tlstest.Fault, version uint16) func(testing.TB) *client {
	return func(t testing.TB) *client { return meet(t, f, version) }
}

func recipes() []recipe {
	return slices.Concat(fileRecipes(), otherRecipes(), lookupRecipes(), proxyRecipes(), webSocketRecipes())
}

// evidenceOf runs a recipe and returns what it shows.
func evidenceOf(t testing.TB, r recipe) *evidence.Session {
	t.Helper()
	c := r.run(t)
	s := normal(t, c)
	if r.edit != nil {
		r.edit(s)
	}
	s.Synthetic = r.edit != nil || r.told
	return s
}

func TestRecipesAreNamed(t *testing.T) {
	for _, r := range recipes() {
		t.Run(r.id, func(t *testing.T) {
			want, _, _ := strings.Cut(r.id, "+")
			found := find(evidenceOf(t, r))
			if found.ID != want {
				t.Errorf("found %q: %s", found.ID, found.Headline)
			}
		})
	}
}

// addressOf is host and port of a test's listener, wherever it stands in text.
func addressOf(s *evidence.Session) string {
	if s.Target.Address != "" {
		return s.Target.Address
	}
	_, text, _ := strings.Cut(s.End.Error, "dial tcp ")
	address, _, _ := strings.Cut(text, ": ")
	if _, _, err := net.SplitHostPort(address); err != nil {
		return ""
	}
	return address
}

// psk makes evidence look like that of a client with a pre-shared key, which
// crypto/tls does not have.
func psk(code int, stage evidence.Stage) func(*evidence.Session) {
	return func(s *evidence.Session) {
		s.Asked.PSKIdentity = "gateway-7"
		s.Stage = stage
		s.Flow.Alerts = []evidence.Alert{{From: evidence.SideServer, Level: 2, Code: code, Stage: stage}}
		s.End = evidence.End{Op: evidence.OpHandshake, How: evidence.EndAlert, Error: "remote error"}
	}
}
