package capture_test

import (
	"cmp"
	"crypto/tls"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// openssl starts an s_server and returns its port and what it prints.
func openssl(t *testing.T, args ...string) (address string, lines chan string) {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	id := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Key: tlstest.RSA(2048, 1), Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	os.WriteFile(dir+"/server.pem", append(id.CertPEM(), id.KeyPEM()...), 0o600)
	cmd := exec.Command(path, append([]string{"s_server", "-accept", "127.0.0.1:0", "-cert", dir + "/server.pem"}, args...)...)
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = in, in, 5*time.Second
	// At the end of its standard input s_server hangs up.
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines = make(chan string, 100)
	go splitLines(out, lines)
	done := make(chan struct{})
	go func() {
		defer close(done)
		in.CloseWithError(cmp.Or(cmd.Wait(), io.EOF))
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-done
	})
	return "127.0.0.1:" + hear(t, lines, "ACCEPT 127.0.0.1:"), lines
}

func splitLines(r io.Reader, lines chan string) {
	defer close(lines)
	var rest string
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		rest += string(buf[:n])
		for line, after, ok := strings.Cut(rest, "\n"); ok; line, after, ok = strings.Cut(rest, "\n") {
			rest = after
			lines <- line
		}
		if err != nil {
			return
		}
	}
}

// hear waits for a line with a text and returns what follows it.
func hear(t *testing.T, lines chan string, text string) string {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case line, ok := <-lines:
			if _, after, found := strings.Cut(line, text); found {
				return after
			}
			if !ok {
				t.Fatalf("the server ended before it said %q", text)
			}
		case <-limit:
			t.Fatalf("the server did not say %q", text)
		}
	}
}

// TestExactAlertReachesOpenSSL: its log has the number of each alert, with every suite that TLS 1.3 has and some of TLS 1.2.
func TestExactAlertReachesOpenSSL(t *testing.T) {
	for _, test := range []struct {
		option, suite string
	}{
		{"-ciphersuites", "TLS_AES_128_GCM_SHA256"},
		{"-ciphersuites", "TLS_AES_256_GCM_SHA384"},
		{"-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"},
		{"-cipher", "ECDHE-RSA-AES128-GCM-SHA256"},
		{"-cipher", "ECDHE-RSA-CHACHA20-POLY1305"},
		{"-cipher", "ECDHE-RSA-AES256-SHA"},
	} {
		t.Run(test.suite, func(t *testing.T) {
			t.Parallel()
			version := map[string]string{"-ciphersuites": "-tls1_3", "-cipher": "-tls1_2"}[test.option]
			address, lines := openssl(t, version, test.option, test.suite)
			for _, code := range codes() {
				m := meeting{code: code, client: &tls.Config{ServerName: "broker.lan"}}
				if err := m.at(t, address); !errors.Is(err, errRefused) {
					t.Fatal(err)
				}
				if got := hear(t, lines, "SSL alert number "); got != strconv.Itoa(int(code)) {
					t.Errorf("OpenSSL heard alert %s, want %d", got, code)
				}
				if !m.replaced {
					t.Error("the alert was not replaced")
				}
			}
		})
	}
}
