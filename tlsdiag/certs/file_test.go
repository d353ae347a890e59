package certs_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

func block(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

// edit applies a replacement, which must change something.
func edit(t *testing.T, text []byte, old, new string) []byte {
	t.Helper()
	out := bytes.Replace(text, []byte(old), []byte(new), 1)
	if bytes.Equal(out, text) {
		t.Fatalf("%q is not in the text", old)
	}
	return out
}

func TestCAFiles(t *testing.T) {
	p := newPlant()
	ca, inter := p.root.CertPEM(), p.inter.CertPEM()
	lines := strings.Split(strings.TrimSpace(string(ca)), "\n")
	body := lines[1 : len(lines)-1]
	oneLine := lines[0] + "\n" + strings.Join(body, "") + "\n" + lines[len(lines)-1] + "\n"
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	tests := []struct {
		name    string
		data    []byte
		count   int // certificates, when it is fine
		problem certs.Problem
		found   string
		detail  string // a part of it
		block   int
		line    int
	}{
		{name: "one", data: ca, count: 1},
		{name: "two, text around", data: join([]byte("Subject: CN=Plant Root\n"), ca, []byte("and\n\n"), inter, []byte("end")), count: 2},
		{name: "twice the same", data: join(ca, ca), count: 1},
		{name: "CRLF", data: bytes.ReplaceAll(ca, []byte("\n"), []byte("\r\n")), count: 1},
		{name: "no line end at the end", data: bytes.TrimSpace(ca), count: 1},
		{name: "base64 in one line", data: []byte(oneLine), count: 1},
		{name: "spaces at line ends", data: bytes.ReplaceAll(ca, []byte("\n"), []byte("  \n")), count: 1},
		{name: "spaces before data", data: []byte(lines[0] + "\n  " + strings.Join(body, "\n  ") + "\n" + lines[len(lines)-1]), count: 1},
		{name: "beside a private key", data: join(p.root.KeyPEM(), ca), count: 1},
		{name: "DER followed by other bytes", data: block("CERTIFICATE", append(bytes.Clone(p.root.DER), 1, 2, 3)), count: 1},
		{name: "an unknown block", data: join(block("SOMETHING", []byte("abc")), ca), count: 1},

		{name: "empty", data: nil, problem: certs.Empty},
		{name: "white space", data: []byte(" \n\n"), problem: certs.Empty},
		{name: "DER", data: p.root.DER, count: 1},
		{name: "DER, two of them", data: join(p.root.DER, p.inter.DER), problem: certs.IsDER, found: "certificate"},
		{name: "DER key", data: keyDER(t, p.root), problem: certs.IsDER, found: "private key"},
		{name: "private key", data: p.root.KeyPEM(), problem: certs.NoCertificate, found: "private key"},
		{name: "request and key", data: join(block("CERTIFICATE REQUEST", []byte("x")), p.root.KeyPEM()), problem: certs.NoCertificate,
			found: "certificate signing request and a private key"},
		{name: "public key", data: block("PUBLIC KEY", []byte("x")), problem: certs.NoCertificate, found: "public key"},
		{name: "PKCS #7", data: block("PKCS7", []byte("x")), problem: certs.NoCertificate, found: "PKCS #7 bundle"},
		{name: "HTML", data: []byte("<!DOCTYPE html><html><body>404"), problem: certs.NoCertificate, found: "HTML page"},
		{name: "text", data: []byte("not a certificate\n"), problem: certs.NoCertificate, found: "text"},
		{name: "binary", data: []byte{0, 1, 2, 3, 0xff}, problem: certs.NoCertificate, found: "piece of binary data"},
		{name: "NULs", data: make([]byte, 100), problem: certs.NoCertificate, found: "row of NUL bytes"},
		{name: "UTF-16", data: []byte("\xff\xfe-\x00-\x00"), problem: certs.NoCertificate, found: "text in UTF-16"},
		{name: "base64 alone", data: []byte(strings.Join(body, "\n")), problem: certs.NoCertificate, found: "piece of base64 without a BEGIN line"},

		{name: "line breaks lost", data: []byte(strings.Join(lines, " ")), problem: certs.Damaged, detail: "line breaks are lost", block: 1, line: 1},
		{name: "line breaks as \\n", data: []byte(strings.Join(lines, `\n`)), problem: certs.Damaged, detail: `written as \n`, block: 1, line: 1},
		{name: "carriage returns", data: bytes.ReplaceAll(ca, []byte("\n"), []byte("\r")), problem: certs.Damaged, detail: "carriage returns", block: 1, line: 1},
		{name: "indented", data: []byte("x:\n  " + strings.Join(lines, "\n  ")), problem: certs.Damaged, detail: "indented", block: 1, line: 2},
		{name: "quoted", data: []byte(`"` + string(ca)), problem: certs.Damaged, detail: "before its BEGIN", block: 1, line: 1},
		{name: "four dashes", data: edit(t, ca, "-----\n", "----\n"), problem: certs.Damaged, detail: "not complete", block: 1, line: 1},
		{name: "END missing", data: edit(t, ca, lines[len(lines)-1], ""), problem: certs.Damaged, found: "certificate", detail: "END line is missing", block: 1, line: 1},
		{name: "END missing, another follows", data: join(edit(t, ca, lines[len(lines)-1]+"\n", ""), inter), count: 1},
		{name: "END missing, a key follows", data: join(edit(t, ca, lines[len(lines)-1]+"\n", ""), p.root.KeyPEM()), problem: certs.Damaged,
			found: "certificate", detail: "END line is missing", block: 1, line: 1},
		{name: "another END", data: join(ca, edit(t, inter, "END CERTIFICATE", "END PRIVATE KEY")), problem: certs.Damaged, found: "certificate",
			detail: "reads \"-----END PRIVATE KEY-----\"", block: 2, line: 1 + len(lines)},
		{name: "bad character", data: edit(t, ca, body[2], body[2][:5]+"?"+body[2][6:]), problem: certs.Damaged, found: "certificate",
			detail: "line 4 has the character '?'", block: 1, line: 1},
		{name: "letter lost", data: edit(t, ca, body[2], body[2][:9]), problem: certs.Damaged, found: "certificate", detail: "something is missing", block: 1, line: 1},
		{name: "line lost", data: edit(t, ca, body[2]+"\n", ""), problem: certs.Damaged, found: "certificate", detail: "cut short", block: 1, line: 1},
		{name: "quoted-printable", data: edit(t, ca, body[0], body[0][:20]+"=\n"+body[0][20:]), problem: certs.Damaged, found: "certificate",
			detail: "goes on after the end", block: 1, line: 1},
		{name: "nothing inside", data: []byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), problem: certs.Damaged, found: "certificate",
			detail: "nothing between", block: 1, line: 1},
		{name: "mail headers", data: edit(t, ca, "\n", "\nComment: x\n\n"), problem: certs.Damaged, found: "certificate", detail: "where base64 is expected", block: 1, line: 1},
		{name: "key under the wrong label", data: block("CERTIFICATE", keyDER(t, p.root)), problem: certs.Damaged, found: "certificate",
			detail: "it holds a private key", block: 1, line: 1},
		{name: "second one damaged", data: join(ca, block("CERTIFICATE", p.inter.DER[:100])), problem: certs.Damaged, found: "certificate",
			detail: "cut short: 100 of", block: 2, line: 1 + len(lines)},
		{name: "trust settings damaged", data: block("TRUSTED CERTIFICATE", append(bytes.Clone(p.root.DER), 1, 2, 3)), problem: certs.Damaged,
			found: "certificate", detail: "trust settings", block: 1, line: 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ca.pem")
			writeFile(t, path, test.data)
			s := certs.NewStore()
			err := s.AddFile(path)
			if test.problem == 0 {
				if err != nil {
					t.Error(err)
				}
				if got := len(s.Certificates()); got != test.count {
					t.Errorf("%d certificates, want %d", got, test.count)
				}
			} else if e := fileError(t, err); e.Problem != test.problem || e.Found != test.found || e.Block != test.block || e.Line != test.line ||
				!strings.Contains(e.Detail, test.detail) || (e.Detail == "") != (test.detail == "") || e.Option != "--cafile" || e.Path != path || e.NotOpened() {
				t.Errorf("got %+v (%v)", e, e)
			} else if len(s.Certificates()) != 0 {
				t.Error("the file is refused and its certificates are in the store")
			}
			if loads := opensslLoads(t, path); loads != (test.problem == 0 && test.name != "DER") { // which is read here only
				t.Errorf("openssl loads the file: %v", loads)
			}
		})
	}
}

func fileError(t *testing.T, err error) *certs.FileError {
	t.Helper()
	var e *certs.FileError
	if !errors.As(err, &e) {
		t.Fatalf("got the error %v", err)
	}
	return e
}

func keyDER(t *testing.T, id *tlstest.Identity) []byte {
	b, _ := pem.Decode(id.KeyPEM())
	return b.Bytes
}

// opensslLoads asks openssl whether it takes a file for a CA file.
func opensslLoads(t *testing.T, path string) bool {
	t.Helper()
	out, _ := exec.Command(openssl(t), "verify", "-no-CApath", "-no-CAstore", "-CAfile", path, os.DevNull).CombinedOutput()
	return !strings.Contains(string(out), "Error loading file")
}

func TestFilesThatDoNotOpen(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	writeFile(t, plain, []byte("x"))
	large := filepath.Join(dir, "large")
	writeFile(t, large, nil)
	if err := os.Truncate(large, certs.MaxFileSize+1); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path      string
		problem   certs.Problem
		notOpened bool
		err       error
	}{
		{filepath.Join(dir, "none"), certs.Missing, true, fs.ErrNotExist},
		{filepath.Join(plain, "below"), certs.Missing, true, syscall.ENOTDIR},
		{"", certs.Missing, true, fs.ErrNotExist},
		{dir, certs.IsDirectory, true, syscall.EISDIR},
		{os.DevNull, certs.IsDevice, true, nil},
		{"/dev/zero", certs.IsDevice, true, nil},
		{large, certs.TooLarge, false, nil},
	}
	for _, test := range tests {
		e := fileError(t, certs.NewStore().AddFile(test.path))
		if e.Problem != test.problem || e.NotOpened() != test.notOpened || test.err != nil && !errors.Is(e, test.err) {
			t.Errorf("%q: got %+v", test.path, e)
		}
		err := certs.CheckFile("--key", test.path)
		if (err != nil) != test.notOpened || err != nil && fileError(t, err).Option != "--key" {
			t.Errorf("%q: looked at before it is used: %v", test.path, err)
		}
	}
}

// What people put into the place of a certificate in PEM is named.
func TestFound(t *testing.T) {
	p := newPlant()
	request, err := x509.CreateCertificateRequest(nil, &x509.CertificateRequest{}, p.root.Key)
	if err != nil {
		t.Fatal(err)
	}
	crl, err := x509.CreateRevocationList(nil, &x509.RevocationList{Number: bigInt(1), NextUpdate: tlstest.Now(), RevokedCertificateEntries: nil},
		p.root.Certificate, p.root.Key)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(tlstest.P256("x"))
	if err != nil {
		t.Fatal(err)
	}
	rsaKey := tlstest.RSA(2048, 1)
	tests := []struct {
		name  string
		data  []byte
		p     certs.Problem
		found string
	}{
		{"request", request, certs.IsDER, "certificate signing request"},
		{"revocation list", crl, certs.IsDER, "certificate revocation list"},
		{"SEC 1", sec1, certs.IsDER, "private key"},
		{"PKCS #1", x509.MarshalPKCS1PrivateKey(rsaKey), certs.IsDER, "private key"},
		{"PKCS #1 public", x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey), certs.IsDER, "public key"},
		{"public", p.root.Certificate.RawSubjectPublicKeyInfo, certs.IsDER, "public key"},
		{"encrypted", []byte{0x30, 6, 0x30, 0, 4, 2, 1, 2}, certs.IsDER, "encrypted private key"},
		{"PKCS #7", []byte{0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0}, certs.IsDER, "PKCS #7 bundle"},
		{"some other structure", []byte{0x30, 4, 2, 1, 5, 5}, certs.NoCertificate, "piece of binary data"},
		{"Java", []byte{0xfe, 0xed, 0xfe, 0xed, 0, 0}, certs.NoCertificate, "Java keystore"},
		{"gzip", []byte{0x1f, 0x8b, 8, 0}, certs.NoCertificate, "gzip archive"},
		{"OpenSSH", block("OPENSSH PRIVATE KEY", []byte("x")), certs.NoCertificate, "private key in OpenSSH's own format"},
		{"TPM", block("TSS2 PRIVATE KEY", []byte("x")), certs.NoCertificate, "TPM key"},
		{"parameters", block("DH PARAMETERS", []byte("x")), certs.NoCertificate, "set of key parameters"},
		{"something", block("SOME THING", []byte("x")), certs.NoCertificate, "PEM block of type SOME THING"},
		{"list in PEM", block("X509 CRL", crl), certs.NoCertificate, "certificate revocation list"},
	}
	for _, test := range tests {
		path := filepath.Join(t.TempDir(), "x")
		writeFile(t, path, test.data)
		if e := fileError(t, certs.NewStore().AddFile(path)); e.Problem != test.p || e.Found != test.found {
			t.Errorf("%s: got %v", test.name, e)
		}
	}
}

func TestPipe(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	root := newPlant().root
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(fifo, root.CertPEM(), 0) }()
	s := certs.NewStore()
	if err := s.AddFile(fifo); err != nil {
		t.Error(err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
	if got := s.Certificates(); len(got) != 1 || !got[0].Certificate.Equal(root.Certificate) {
		t.Errorf("got %d certificates", len(got))
	}
}
