package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pass makes packages of two binaries and returns the directory.
func pass(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "binary")
	if err := os.WriteFile(binary, []byte("a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run([]string{"-version", "1.2.3", "-date", "2026-11-24T12:00:00Z", "-out", dir, "arm64=" + binary, "mipsle-softfloat=" + binary})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func tarOut(t *testing.T, archive []byte, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("tar", append([]string{"-z"}, args...)...)
	cmd.Stdin = bytes.NewReader(archive)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tar %v: %v", args, err)
	}
	return out
}

// The packages hold, for tar, what opkg wants; two runs give the same bytes.
func TestPackages(t *testing.T) {
	t.Parallel()
	dir, again := pass(t), pass(t)
	found, _ := filepath.Glob(filepath.Join(dir, "*.ipk"))
	var names []string
	for _, path := range found {
		names = append(names, filepath.Base(path))
		a, _ := os.ReadFile(path)
		b, _ := os.ReadFile(filepath.Join(again, filepath.Base(path)))
		if len(a) == 0 || !bytes.Equal(a, b) {
			t.Errorf("%s differs from run to run", filepath.Base(path))
		}
	}
	want := []string{"culex-mosquitto-client_1.2.3_all.ipk"}
	for _, arch := range append(architectures()["arm64"], architectures()["mipsle-softfloat"]...) {
		want = append(want, "culex_1.2.3_"+arch+".ipk")
	}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Fatalf("got %v, want %v", names, want)
	}
	whole, _ := os.ReadFile(filepath.Join(dir, "culex_1.2.3_aarch64_cortex-a53.ipk"))
	if got := string(tarOut(t, whole, "-t")); got != "./debian-binary\n./control.tar.gz\n./data.tar.gz\n" {
		t.Errorf("the package holds %q", got)
	}
	control := string(tarOut(t, tarOut(t, whole, "-xO", "./control.tar.gz"), "-xO", "./control"))
	for _, line := range []string{"Package: culex\n", "Version: 1.2.3\n", "Architecture: aarch64_cortex-a53\n", "Installed-Size: 9\n"} {
		if !strings.Contains(control, line) {
			t.Errorf("the control file lacks %q:\n%s", line, control)
		}
	}
	data := tarOut(t, whole, "-xO", "./data.tar.gz")
	if got := string(tarOut(t, data, "-t", "-v", "--numeric-owner")); !strings.Contains(got, "-rwxr-xr-x 0/0") || !strings.Contains(got, "./usr/bin/culex") {
		t.Errorf("the files are\n%s", got)
	}
	if got := string(tarOut(t, data, "-xO", "./usr/bin/culex")); got != "a program" {
		t.Errorf("the binary is %q", got)
	}
}

func TestStandIn(t *testing.T) {
	t.Parallel()
	whole, _ := os.ReadFile(filepath.Join(pass(t), "culex-mosquitto-client_1.2.3_all.ipk"))
	list := string(tarOut(t, tarOut(t, whole, "-xO", "./data.tar.gz"), "-t", "-v"))
	for _, name := range []string{"pub", "sub", "rr"} {
		if !strings.Contains(list, "./usr/bin/mosquitto_"+name+" -> culex") {
			t.Errorf("no link mosquitto_%s in\n%s", name, list)
		}
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	date := []string{"-date", "2026-11-24T12:00:00Z"}
	for _, c := range []struct {
		args []string
		want string
	}{
		{date, `-version ""`},
		{[]string{"-version", "1", "-date", "today"}, `-date "today"`},
		{append([]string{"-version", "1"}, date...), "no binary is given; there are 386-softfloat,"},
		{append([]string{"-version", "1"}, append(date, "sparc=x")...), `"sparc=x": NAME=PATH is needed`},
		{append([]string{"-version", "1"}, append(date, "arm64=/nowhere/culex")...), "/nowhere/culex"},
	} {
		if err := run(c.args); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.args, err, c.want)
		}
	}
}
