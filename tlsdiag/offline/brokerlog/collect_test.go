package brokerlog_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "run mosquitto and its clients, and write what they print to testdata/corpus.txt")

const corpusFile = "testdata/corpus.txt"

// collect runs a setup and returns the lines that its programs print, each behind the program's name.
func (s setup) collect(t *testing.T, version string) []string {
	t.Helper()
	dir, port := t.TempDir(), freePort(t)
	for name, content := range s.files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fill := func(text string) string { return strings.NewReplacer("DIR", dir, "PORT", port).Replace(text) }
	conf := filepath.Join(dir, "mosquitto.conf")
	text := fmt.Sprintf("user root\nallow_anonymous true\nlistener %s\n%s", port, fill(s.conf))
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var log book
	broker := exec.CommandContext(ctx, "mosquitto", "-v", "-c", conf)
	broker.Stdout, broker.Stderr = &log, &log
	broker.Env = append(os.Environ(), "OPENSSL_CONF="+opensslConf(t, dir, "broker.cnf", s.openssl))
	if err := broker.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	if running(&log) {
		lines = s.visit(t, ctx, dir, port, version, fill)
		broker.Process.Signal(os.Interrupt)
	}
	_ = broker.Wait() // a broker that does not start is what some setups are about
	clean := strings.NewReplacer(dir+"/", "/etc/mosquitto/", dir, "/etc/mosquitto", port, "8883")
	for _, line := range strings.Split(log.String(), "\n") {
		lines = append(lines, "mosquitto: "+clean.Replace(line))
	}
	for i := range lines {
		lines[i] = clean.Replace(lines[i])
	}
	return lines
}

// visit has the clients of a setup connect.
func (s setup) visit(t *testing.T, ctx context.Context, dir, port, version string, fill func(string) string) (lines []string) {
	t.Helper()
	environment := append(os.Environ(), "OPENSSL_CONF="+opensslConf(t, dir, "client.cnf", "MaxProtocol = TLSv"+version))
	run := func(program string, args []string) {
		for i := range args {
			args[i] = fill(args[i])
		}
		limited, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		cmd := exec.CommandContext(limited, program, args...)
		cmd.Env = environment
		out, _ := cmd.CombinedOutput() // that it fails is what this is about
		name := "openssl"
		if program == "mosquitto_pub" {
			name = program
		}
		for _, line := range strings.Split(string(out), "\n") {
			lines = append(lines, name+": "+line)
		}
	}
	if s.pub != nil {
		run("mosquitto_pub", append([]string{"-d", "-p", port, "-t", "a", "-m", "b"}, s.pub...))
	}
	if s.client != nil {
		// Standard input stays open for a moment: TLS 1.3 refuses a client after its handshake.
		run("sh", []string{"-c", "sleep 0.2 | openssl s_client -connect localhost:" + port + " " + fill(strings.Join(s.client, " "))})
	}
	if s.raw != nil {
		c, err := net.Dial("tcp", "localhost:"+port)
		if err != nil {
			t.Fatal(err)
		}
		c.Write(s.raw)
		time.Sleep(100 * time.Millisecond)
		c.Close()
	}
	time.Sleep(100 * time.Millisecond)
	return lines
}

func opensslConf(t *testing.T, dir, name, setting string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n"+
		"[default]\nCipherString = DEFAULT:@SECLEVEL=2\n"+setting+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// book is a log that is written while it is read.
type book struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to it.
func (b *book) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String returns all of it.
func (b *book) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// running waits until the broker has opened its port; it gives up soon on one that does not start.
func running(log *book) bool {
	for range 30 {
		if strings.Contains(log.String(), " running\n") {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// variable is what differs between two runs.
var variable = regexp.MustCompile(`^\w+: \d{10}: |127\.0\.0\.1:\d+|[0-9A-F]{16}(:error)|auto-[-0-9A-F]{36}`)

// failure tells the lines that report one from those that tell of an ordinary run.
var failure = regexp.MustCompile(`(?i)error|alert|fail|unable|lost|invalid|warning|disconnect|refused|unknown|closed|problem|can't|could not|missing|inconsistent|expired`)

// ordinary are the lines of an ordinary run that look like a failure.
var ordinary = regexp.MustCompile(`Verify return code: 0 \(ok\)|verify return:|No will message|should not be run as root|sending DISCONNECT|` +
	`Received DISCONNECT|Client auto-\S+ disconnected\.$|Resumption|Verification: OK|Can't use SSL_get_servername|Config loaded|Secure Renegotiation|` +
	`Verify return code: |Verification error: |^mosquitto: \d+: Client \S+ (closed its connection|disconnected, not authorised)`)

// record runs every setup and writes the corpus.
func record(t *testing.T) {
	var out strings.Builder
	out.WriteString("# What Debian's mosquitto, mosquitto_pub and openssl print, by cause; `go test -run TestCorpus -update` writes it.\n")
	seen := map[string]bool{}
	for _, s := range setups(t) {
		for _, version := range []string{"1.2", "1.3"} {
			if s.only != "" && s.only != version || s.pub == nil && s.client == nil && version == "1.2" {
				continue
			}
			name := s.cause
			if name == "" {
				name = "-"
			}
			header := fmt.Sprintf("\n[%s TLS %s]\n", name, version)
			for _, line := range s.collect(t, version) {
				if !failure.MatchString(line) || ordinary.MatchString(line) {
					continue
				}
				key := name + variable.ReplaceAllString(line, "$1")
				if !seen[key] {
					seen[key] = true
					out.WriteString(header + line + "\n")
					header = ""
				}
			}
		}
	}
	if err := os.WriteFile(corpusFile, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
