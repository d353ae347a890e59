package scripts_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestGenCertsBadInput(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	for _, c := range []struct {
		args []string
		want string // the bad value and what would be right
	}{
		{[]string{"--host", ""}, "--host '': a DNS name or an address is needed"},
		{[]string{"--host", "300.1.1.1"}, "'300.1.1.1': not an IPv4 address"},
		{[]string{"--host", "1.2.3"}, "'1.2.3': not an IPv4 address"},
		{[]string{"--host", "1.2.3.4.5"}, "'1.2.3.4.5': not an IPv4 address"},
		{[]string{"--host", "1.2.3.04"}, "'1.2.3.04': not an IPv4 address"},
		{[]string{"--host", "broker:8883"}, "a port does not belong here"},
		{[]string{"--host", "1.2.3.4:8883"}, "a port does not belong here"},
		{[]string{"--host", "1::2::3"}, "'1::2::3': neither an IPv6 address"},
		{[]string{"--host", ":::1"}, "':::1': neither an IPv6 address"},
		{[]string{"--host", "12345::1"}, "'12345::1': neither an IPv6 address"},
		{[]string{"--host", "1:2:3:4:5:6:7"}, "neither an IPv6 address"},
		{[]string{"--host", "1:2:3:4:5:6:7::8"}, "neither an IPv6 address"},
		{[]string{"--host", "::ffff:1.2.3.400"}, "neither an IPv6 address"},
		{[]string{"--host", "[::1]:8883"}, "without brackets"},
		{[]string{"--host", "fe80::1%eth0"}, "can not name a zone"},
		{[]string{"--host", "mqtts://broker"}, "without scheme"},
		{[]string{"--host", "bröker.lan"}, "punycode"},
		{[]string{"--host", "two hosts"}, "'two hosts': a DNS name has letters"},
		{[]string{"--host", "broker."}, "without the final dot"},
		{[]string{"--host", "a..b"}, "'a..b': not a DNS name"},
		{[]string{"--host", "a-.b"}, "'a-.b': not a DNS name"},
		{[]string{"--host", long + ".lan"}, "not a DNS name; labels of 1 to 63"},
		{[]string{"--host", "*"}, "'*': not a DNS name"},
		{[]string{"--host", "*.lan"}, "'*.lan': not a DNS name"},
		{[]string{"--host", "a*.b.c"}, "'a*.b.c': not a DNS name"},
		{[]string{"--client", ""}, "--client '': it becomes a file name"},
		{[]string{"--client", "../gw"}, "'../gw': it becomes a file name"},
		{[]string{"--client", "server"}, "server.crt and server.key would be made twice"},
		{[]string{"--client", long + "a"}, "at most 64 characters"},
		{[]string{"--rsa", "1024"}, "'1024': a number of bits from 2048 to 8192"},
		{[]string{"--rsa", "big"}, "'big': a number of bits"},
		{[]string{"--rsa", "99999999999999999999"}, "a number of bits"},
		{[]string{"--ec", "secp256k1"}, "P-256, P-384 or P-521"},
		{[]string{"--ec", "P-256", "--rsa", "2048"}, "given twice"},
		{[]string{"--days", "0"}, "'0': a whole number of days from 1 to 36500"},
		{[]string{"--days", "-5"}, "'-5': a whole number of days"},
		{[]string{"--days", "1.5"}, "'1.5': a whole number of days"},
		{[]string{"--days", "36501"}, "'36501': a whole number of days"},
		{[]string{"--host"}, "--host needs a value"},
		{[]string{"--host", "--days", "5"}, "'--days' looks like the next option"},
		{[]string{"--out="}, "--out '': the name of a directory"},
		{[]string{"--hosts", "a"}, "unknown option or word '--hosts'"},
		{[]string{"broker.lan"}, "unknown option or word 'broker.lan'"},
		{[]string{"--like-the-article", "--rsa", "4096"}, "leave --ec and --rsa out"},
		{[]string{"--like-the-article", "--host", "a", "--host", "b"}, "not: a b"},
		{[]string{"--like-the-article", "--host", "ca"}, "the CA's own"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			dir, r := genCerts(t, c.args...)
			if r.code != 2 || r.stdout != "" || !strings.Contains(r.stderr, c.want) {
				t.Errorf("exit %d, stdout %q, stderr %q; want 2, nothing, and %q", r.code, r.stdout, r.stderr, c.want)
			}
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("the directory was made: %v", err)
			}
		})
	}
}

func TestGenCertsBadSurroundings(t *testing.T) {
	t.Parallel()
	needTool(t, "openssl")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	inTheWay := t.TempDir()
	if err := os.Mkdir(filepath.Join(inTheWay, "ca.key"), 0o700); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "openssl")
	if err := os.WriteFile(old, []byte("#!/bin/sh\necho 'OpenSSL 1.0.2k  26 Jan 2017'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ openssl, out, want string }{
		{"openssl", file, "this is a file"},
		{"openssl", file + "/sub", "can not be made"},
		{"openssl", inTheWay, "ca.key is a directory"},
		{"/does/not/exist", t.TempDir(), "does not run; install OpenSSL 1.1.1 or newer"},
		{old, t.TempDir(), "OpenSSL 1.0.2k  26 Jan 2017; OpenSSL 1.1.1 or newer is needed"},
	} {
		r := run(t, "", "env", "OPENSSL="+c.openssl, "sh", "gen-certs.sh", "--force", "--out", c.out)
		if r.code != 1 || r.stdout != "" || !strings.Contains(r.stderr, c.want) {
			t.Errorf("exit %d, stdout %q, stderr %q; want 1, nothing, and %q", r.code, r.stdout, r.stderr, c.want)
		}
	}
}

func TestGenCertsHelp(t *testing.T) {
	t.Parallel()
	r := run(t, "", "sh", "gen-certs.sh", "--help")
	if r.code != 0 || r.stderr != "" || !strings.HasPrefix(r.stdout, "Usage: ") {
		t.Errorf("exit %d, stdout %q, stderr %q", r.code, r.stdout, r.stderr)
	}
	for line := range strings.Lines(r.stdout) {
		if len(line) > 81 {
			t.Errorf("wider than 80 columns: %q", line)
		}
	}
}

// What the script prints to be pasted must work: a broker with its lines, and
// a publish with its command, in a directory whose name needs quoting.
func TestGenCertsPrintsWhatWorks(t *testing.T) {
	t.Parallel()
	needTool(t, "openssl")
	needTool(t, "mosquitto")
	needTool(t, "mosquitto_pub")
	for name, args := range map[string][]string{
		"v3":      {"--host", "127.0.0.1", "--client", "gw-1"},
		"bare v1": {"--like-the-article", "--host", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "it's here")
			r := run(t, "", "sh", append([]string{"gen-certs.sh", "--out", dir}, args...)...)
			if r.code != 0 {
				t.Fatalf("exit %d: %s", r.code, r.stderr)
			}
			port := freePort(t)
			serve(t, dir, port, section(t, r.stdout, "listener 8883"))
			publish := strings.Replace(section(t, r.stdout, "mosquitto_pub "), "-p 8883", "-p "+port, 1)
			if p := run(t, "", "sh", "-c", publish); p.code != 0 || p.stderr != "" {
				t.Errorf("%s: exit %d, %s", publish, p.code, p.stderr)
			}
			// Without the client's certificate the same command must fail.
			bare := publish[:strings.Index(publish, " --cert ")] + " --insecure -t test -m hello"
			if p := run(t, "", "sh", "-c", bare); p.code == 0 {
				t.Errorf("%s: the broker took a client without a certificate", bare)
			}
		})
	}
}

// section returns the lines from the one that begins with start to the next
// empty one.
func section(t *testing.T, text, start string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n"+start)
	if !found {
		t.Fatalf("no line begins with %q in:\n%s", start, text)
	}
	lines, _, _ := strings.Cut(rest, "\n\n")
	return start + strings.TrimRight(lines, "\n")
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// serve runs a mosquitto with the printed lines, on loopback, until the test ends.
func serve(t *testing.T, dir, port, lines string) {
	t.Helper()
	lines = strings.Replace(lines, "listener 8883", "listener "+port+" 127.0.0.1", 1)
	if os.Geteuid() == 0 {
		lines = "user root\n" + lines // so that it can read the key without the chown
	}
	conf := filepath.Join(dir, "mosquitto.conf")
	if err := os.WriteFile(conf, []byte(lines+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	broker := exec.Command("mosquitto", "-c", conf)
	broker.Stderr = &log
	if err := broker.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- broker.Wait() }()
	t.Cleanup(func() {
		_ = broker.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("the broker said:\n%s", log.String())
		}
	})
	if err := awaitPort(port); err != nil {
		t.Fatal(err)
	}
}

func awaitPort(port string) error {
	for range 100 {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			return conn.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("nothing listens on port %s after 5 s", port)
}
