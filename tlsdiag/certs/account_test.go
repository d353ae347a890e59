//go:build unix

package certs_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// TestAccountUnreadable asks for what an account may read, and as root also the kernel.
func TestAccountUnreadable(t *testing.T) {
	const uid, gid, second = 54321, 54322, 54323
	root := os.Geteuid() == 0
	stranger := &certs.Account{Name: "gateway", UID: uid, Groups: []int{gid, second}}
	base, err := os.MkdirTemp("/tmp", "account") // the way to t.TempDir may be closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	if err := os.Chmod(base, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name       string
		dir, file  fs.FileMode
		uid, gid   int // of the file
		blocker    string
		onlyAsRoot bool
	}{
		{"open", 0o755, 0o644, -1, -1, "", false},
		{"closed file", 0o755, 0o600, -1, -1, "file", false},
		{"closed directory", 0o700, 0o644, -1, -1, "dir", false},
		{"a directory that may be entered, not listed", 0o711, 0o644, -1, -1, "", false},
		{"group", 0o755, 0o640, 0, gid, "", true},
		{"second group", 0o755, 0o640, 0, second, "", true},
		{"another group", 0o755, 0o640, 0, gid + 9, "file", true},
		{"own", 0o755, 0o400, uid, 0, "", true},
		{"own, but closed to the owner", 0o755, 0o044, uid, 0, "file", true},
		{"group that may less than others", 0o755, 0o604, 0, gid, "file", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.onlyAsRoot && !root {
				t.Skip("only root can give files away")
			}
			dir, err := os.MkdirTemp(base, "")
			if err != nil {
				t.Fatal(err)
			}
			file, link := filepath.Join(dir, "key.pem"), filepath.Join(base, filepath.Base(dir)+".link")
			if err := errors.Join(os.WriteFile(file, []byte("x"), 0o600), os.Symlink(filepath.Base(dir)+"/key.pem", link), os.Chown(file, test.uid, test.gid),
				os.Chmod(file, test.file), os.Chmod(dir, test.dir)); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"": "", "file": file, "dir": dir}[test.blocker]
			for _, path := range []string{file, link} {
				got := ""
				access, err := stranger.Unreadable(path)
				if access != nil {
					got = access.Blocker
				}
				if err != nil || got != want || access != nil && access.User != "gateway" {
					t.Errorf("%s: blocked by %q, want %q: %v", path, got, want, err)
				}
				if root {
					cat := exec.Command("cat", path)
					cat.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid, Groups: []uint32{second}}}
					if err := cat.Run(); (err == nil) != (want == "") {
						t.Errorf("%s: the kernel says %v", path, err)
					}
				}
			}
			if access, err := (&certs.Account{}).Unreadable(file); access != nil || err != nil {
				t.Errorf("root: %+v, %v", access, err)
			}
		})
	}
}

func TestUnreadableThatIsNotThere(t *testing.T) {
	a := &certs.Account{Name: "gateway", UID: 54321}
	if _, err := a.Unreadable(filepath.Join("/tmp", "no", "such", "file")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	if access, err := a.Unreadable(loop); err == nil && access == nil {
		t.Error("a loop of links was followed")
	}
}

func TestLookUpAccount(t *testing.T) {
	if a, err := certs.LookUpAccount("root"); err != nil || a.UID != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := certs.LookUpAccount("0"); err != nil || a.Name != "root" {
		t.Errorf("%+v, %v", a, err)
	}
	var unknown user.UnknownUserError
	if _, err := certs.LookUpAccount("no-such-user"); !errors.As(err, &unknown) {
		t.Error(err)
	}
}
