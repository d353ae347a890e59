package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// pty is the two ends of a terminal.
type pty struct {
	*os.File          // what a person sees and types
	slave    *os.File // what a program has as its terminal
}

func newPTY(t *testing.T) pty {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	var number, unlocked int32
	for _, request := range []struct {
		code  uintptr
		value *int32
	}{{syscall.TIOCSPTLCK, &unlocked}, {syscall.TIOCGPTN, &number}} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request.code, uintptr(unsafe.Pointer(request.value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() })
	return pty{master, slave}
}

// shows says whether the terminal shows what is typed.
func (p pty) shows(t *testing.T) bool {
	t.Helper()
	var a syscall.Termios
	if err := attributes(p.slave.Fd(), syscall.TCGETS, &a); err != nil {
		t.Fatal(err)
	}
	return a.Lflag&syscall.ECHO != 0
}

// until reads what the program writes on the terminal, up to some text.
func (p pty) until(t *testing.T, text string) string {
	t.Helper()
	var all []byte
	buf := make([]byte, 256)
	for !strings.Contains(string(all), text) {
		n, err := p.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, all)
		}
		all = append(all, buf[:n]...)
	}
	return string(all)
}

// TestPrompt: the pass phrase is asked for on the terminal and not shown, and the terminal is left as it was, also by Ctrl-C.
func TestPrompt(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("openssl is not installed")
	}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	_, _, client := tlstest.TutorialPKI("localhost", "client")
	for name, content := range map[string][]byte{"client.crt": client.CertPEM(), "client.key": client.KeyPEM()} {
		if err := os.WriteFile(in(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("openssl", "pkey", "-in", in("client.key"), "-aes256", "-passout", "pass:secret", "-out", in("encrypted.key")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, test := range []struct {
		name, typed, wants string
		signal             syscall.Signal
	}{
		{"wrong", "Geheimnis\n", "id:   key-pass-phrase-wrong (sure)\n", 0},
		{"end of input", "\x04", "id:   key-encrypted (sure)\n", 0},
		{"Ctrl-C", "\x03", "", syscall.SIGINT},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPTY(t)
			cmd := exec.Command("mosquitto_pub", "-h", "localhost", "-p", "1", "-t", "a", "-m", "x", "--cafile", in("client.crt"),
				"--cert", in("client.crt"), "--key", in("encrypted.key"))
			var stderr bytes.Buffer
			cmd.Stdin, cmd.Stderr = p.slave, &stderr
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			guard := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
			defer guard.Stop()
			p.until(t, "Enter PEM pass phrase:")
			if p.shows(t) {
				t.Error("the terminal shows what is typed")
			}
			if _, err := p.WriteString(test.typed); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			status := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if test.signal != 0 && (!status.Signaled() || status.Signal() != test.signal) || test.signal == 0 && status.ExitStatus() != 1 {
				t.Errorf("ended with %v", cmd.ProcessState)
			}
			if !strings.HasSuffix(stderr.String(), test.wants) || strings.Contains(stderr.String(), "Enter") {
				t.Errorf("stderr: %s", stderr.String())
			}
			if !p.shows(t) {
				t.Error("the terminal does not show what is typed any more")
			}
		})
	}
}
