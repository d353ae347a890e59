package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// resumingServer is a TLS server that says one byte to each client and counts those that resume.
type resumingServer struct {
	port     int
	resumed  atomic.Int32
	accepted atomic.Int32
	chokes   atomic.Bool // on a session that is offered
}

func newResumingServer(t *testing.T, config *tls.Config) *resumingServer {
	t.Helper()
	s := &resumingServer{}
	config.Time = tlstest.Now
	config.UnwrapSession = func(ticket []byte, state tls.ConnectionState) (*tls.SessionState, error) {
		if s.chokes.Load() && len(ticket) > 0 {
			return nil, errors.New("session id context uninitialized")
		}
		return config.DecryptTicket(ticket, state)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s.port = listener.Addr().(*net.TCPAddr).Port
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn.(*tls.Conn))
		}
	}()
	return s
}

func (s *resumingServer) serve(conn *tls.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	s.accepted.Add(1)
	if conn.Handshake() != nil {
		return
	}
	if conn.ConnectionState().DidResume {
		s.resumed.Add(1)
	}
	_, _ = conn.Write([]byte{1})
	_, _ = conn.Read(make([]byte, 1)) // until the client closes
}

// visitor connects to a resumingServer, each time as a new run of the program would.
type visitor struct {
	options TLSOptions
	dir     string
	host    string
	port    int
	now     func() time.Time
}

// visit returns whether a session was resumed.
func (v *visitor) visit(t *testing.T) (bool, error) {
	t.Helper()
	o := v.options
	dir, err := OpenSessionDir(v.dir)
	if err != nil {
		t.Fatal(err)
	}
	o.Sessions = dir
	secured, err := NewTLS(o, Environment{Getenv: os.Getenv, Now: v.now})
	if err != nil {
		t.Fatal(err)
	}
	d := Dialer{Host: v.host, Port: v.port, TLS: secured, Watch: tlsdiag.Settings{Host: v.host, TLS: true, Now: v.now}}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, watcher, err := d.Dial(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		return false, err
	}
	if resumed := watcher.Evidence().Negotiated.Resumed == evidence.Yes; resumed != conn.Resumed() {
		t.Errorf("the evidence says resumed: %v", resumed)
	}
	if len(watcher.Evidence().Peer.Chain) == 0 {
		t.Error("the evidence has no chain")
	}
	conn.Settle()
	return conn.Resumed(), nil
}

// want visits and compares.
func (v *visitor) want(t *testing.T, when string, resumed bool) {
	t.Helper()
	if got, err := v.visit(t); err != nil || got != resumed {
		t.Errorf("%s: resumed %v, %v", when, got, err)
	}
}

// newVisitor makes a server and what a client needs to trust it.
func newVisitor(t *testing.T, version uint16) (*visitor, *resumingServer) {
	t.Helper()
	ca, server, client := tlstest.TutorialPKI("localhost", "client")
	s := newResumingServer(t, &tls.Config{
		Certificates: []tls.Certificate{server.TLS()}, MaxVersion: version, ClientAuth: tls.RequestClientCert,
	})
	files := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(files, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return &visitor{
		options: TLSOptions{
			CAFile:   write("ca.crt", ca.CertPEM()),
			CertFile: write("client.crt", client.CertPEM()), KeyFile: write("client.key", client.KeyPEM()),
		},
		dir: filepath.Join(t.TempDir(), "sessions"), host: "localhost", port: s.port, now: tlstest.Now,
	}, s
}

func eachVersion(t *testing.T, test func(*testing.T, *visitor, *resumingServer)) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			t.Parallel()
			v, s := newVisitor(t, version)
			test(t, v, s)
		})
	}
}

func TestResumption(t *testing.T) {
	eachVersion(t, func(t *testing.T, v *visitor, s *resumingServer) {
		v.want(t, "first", false)
		for range 3 {
			v.want(t, "later", true)
		}
		if n := s.accepted.Load(); n != 4 || s.resumed.Load() != 3 {
			t.Errorf("%d connections, %d of them resumed", n, s.resumed.Load())
		}
		files, err := os.ReadDir(v.dir)
		if err != nil || len(files) != 1 {
			t.Fatalf("%v, %v", files, err)
		}
		if info, _ := files[0].Info(); info.Mode() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		v.options.CertFile, v.options.KeyFile = "", ""
		v.want(t, "without the certificate that the session was made with", false)
	})
}

// TestResumptionIsVerified: what the broker showed when the session was made is judged by today's options and clock.
func TestResumptionIsVerified(t *testing.T) {
	foreign := filepath.Join(t.TempDir(), "foreign.crt")
	impostor := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("somebody else")})
	if err := os.WriteFile(foreign, impostor.CertPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]struct {
		change func(*visitor)
		number certs.ErrorNumber
	}{
		"the CA is not trusted any more": {func(v *visitor) { v.options.CAFile = foreign }, certs.UnableToGetIssuerCertLocally},
		"the certificate has ended":      {func(v *visitor) { v.now = func() time.Time { return tlstest.Now().AddDate(50, 0, 0) } }, certs.CertHasExpired},
	} {
		t.Run(name, func(t *testing.T) {
			eachVersion(t, func(t *testing.T, v *visitor, s *resumingServer) {
				v.want(t, "first", false)
				before := s.resumed.Load()
				change.change(v)
				_, err := v.visit(t)
				var refused *certs.VerifyError
				if !errors.As(err, &refused) || refused.Number != change.number {
					t.Errorf("%v", err)
				}
				if s.resumed.Load() > before+1 {
					t.Error("resumed more than once")
				}
				if left := sessionFiles(t, v.dir); len(left) != 0 {
					t.Errorf("kept %q", left)
				}
			})
		})
	}
}

// TestResumptionIsRefused: a server that ends the connection where a session is offered gets a full handshake.
func TestResumptionIsRefused(t *testing.T) {
	eachVersion(t, func(t *testing.T, v *visitor, s *resumingServer) {
		v.want(t, "first", false)
		s.chokes.Store(true)
		v.want(t, "refused", false)
		if n := s.accepted.Load(); n != 3 {
			t.Errorf("%d connections", n)
		}
		s.chokes.Store(false)
		v.want(t, "later", true)
	})
}

// TestDamagedSession changes each byte of a file in turn, cuts it, and puts other things in its place.
func TestDamagedSession(t *testing.T) {
	v, s := newVisitor(t, tls.VersionTLS13)
	v.want(t, "first", false)
	name := sessionFiles(t, v.dir)[0]
	path := filepath.Join(v.dir, name)
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if parseSession(sound) == nil {
		t.Fatal("the file is not read")
	}
	for i := range sound {
		damaged := bytes.Clone(sound)
		damaged[i] ^= 0x10
		if parseSession(damaged) != nil || parseSession(sound[:i]) != nil {
			t.Fatalf("byte %d does not count", i)
		}
	}
	for what, place := range map[string]func() error{
		"damaged":   func() error { return os.WriteFile(path, sound[:len(sound)-1], 0o600) },
		"empty":     func() error { return os.WriteFile(path, nil, 0o600) },
		"too large": func() error { return os.WriteFile(path, make([]byte, maxSession+1), 0o600) },
		"a link": func() error {
			elsewhere := filepath.Join(t.TempDir(), "session")
			return errors.Join(os.WriteFile(elsewhere, sound, 0o600), os.Remove(path), os.Symlink(elsewhere, path))
		},
		"readable for others": func() error { return errors.Join(os.WriteFile(path, sound, 0o600), os.Chmod(path, 0o644)) },
		"a pipe":              func() error { return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)) },
	} {
		_ = os.Remove(path)
		if err := os.WriteFile(path, sound, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := place(); err != nil {
			t.Fatal(err)
		}
		v.want(t, what, false)
		v.want(t, "after one that is "+what, true)
	}
	if s.resumed.Load() != 6 {
		t.Errorf("%d connections resumed", s.resumed.Load())
	}
}

// TestSessionsAtOnce: of processes that connect at once, one resumes, and none is disturbed.
func TestSessionsAtOnce(t *testing.T) {
	v, s := newVisitor(t, tls.VersionTLS13)
	v.want(t, "first", false)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if _, err := v.visit(t); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if s.resumed.Load() == 0 {
		t.Error("none resumed")
	}
	v.want(t, "later", true)
	if left := sessionFiles(t, v.dir); len(left) != 1 {
		t.Errorf("left: %q", left)
	}
}

// TestSessionDirIsBounded fills a directory: the oldest files go, and what is not ours stays.
func TestSessionDirIsBounded(t *testing.T) {
	v, _ := newVisitor(t, tls.VersionTLS13)
	if err := os.Mkdir(v.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range maxSessions + 10 {
		name := filepath.Join(v.dir, fmt.Sprintf("%032x%s", i, sessionSuffix))
		age := tlstest.Now().Add(time.Duration(i) * time.Second)
		if err := errors.Join(os.WriteFile(name, nil, 0o600), os.Chtimes(name, age, age)); err != nil {
			t.Fatal(err)
		}
	}
	notes := filepath.Join(v.dir, "notes.txt")
	if err := errors.Join(os.WriteFile(notes, nil, 0o600), os.Chtimes(notes, time.Unix(0, 0), time.Unix(0, 0))); err != nil {
		t.Fatal(err)
	}
	v.want(t, "first", false)
	left := sessionFiles(t, v.dir)
	if len(left) != maxSessions+1 || !slices.Contains(left, "notes.txt") || slices.Contains(left, fmt.Sprintf("%032x%s", 10, sessionSuffix)) {
		t.Errorf("%d files are left: %q", len(left), left)
	}
	v.want(t, "later", true)
}

func TestSessionDirIsRefused(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, step := range []error{
		os.Mkdir(at("open"), 0o700), os.Chmod(at("open"), 0o750), os.Mkdir(at("own"), 0o700),
		os.Symlink("own", at("link")), os.WriteFile(at("file"), nil, 0o600),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	refused := map[string]string{
		"open": "others have access to it: use chmod 700",
		"link": "it is a link; give what it points to",
		"file": "it is not a directory",
		"a/b":  "it cannot be made: no such file or directory",
	}
	if os.Geteuid() == 0 { // nobody else can give a directory away
		if err := errors.Join(os.Mkdir(at("foreign"), 0o700), os.Chown(at("foreign"), 1, 1)); err != nil {
			t.Fatal(err)
		}
		refused["foreign"] = "it belongs to somebody else"
	}
	for name, why := range refused {
		_, err := OpenSessionDir(at(name))
		if want := "--tls-session-dir '" + at(name) + "': " + why; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := OpenSessionDir(at("own")); err != nil {
		t.Error(err)
	}
}

func sessionFiles(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
