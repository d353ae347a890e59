package tlsdiag_test

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/offline/pcap"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// makeCaptures writes the captures anew; scripts/captures.sh sets it.
var makeCaptures = flag.Bool("captures", false, "make testdata/captures.* anew (root, tcpdump, mosquitto and openssl)")

// taken is a connection that was made while tcpdump was running.
type taken struct {
	name  string
	ports [2]int // the client's and the server's
	port  int    // the server's, as it is to be read
	now   time.Time
	keys  []byte
}

// TestMakeCaptures runs every fault, by this package's client and by OpenSSL's, and the faults of a real mosquitto, while
// tcpdump watches the loopback.
func TestMakeCaptures(t *testing.T) {
	if !*makeCaptures {
		t.Skip("only with -captures")
	}
	all := filepath.Join(t.TempDir(), "all.pcap")
	stop := tcpdump(t, all)
	var list []taken
	for _, f := range capturedFaults() {
		for i, version := range f.Versions {
			list = append(list, takeFault(t, f, version, i == len(f.Versions)-1))
		}
	}
	for _, s := range setups() {
		if s.change != nil {
			// The fault stands in a file.
			continue
		}
		for _, version := range s.versions() {
			list = append(list, takeSetup(t, s, version))
		}
	}
	for _, cause := range opensslCauses() {
		list = append(list, takeOpenSSL(t, cause))
	}
	stop()
	split(t, all, list)
}

// capturedFaults are all faults, and what works.
func capturedFaults() []tlstest.Fault {
	sound := tlstest.Sound()
	sound.Versions = []uint16{tls.VersionTLS12, tls.VersionTLS13}
	return append(tlstest.Faults(), sound)
}

// tcpdump watches the loopback until stop is called.
func tcpdump(t *testing.T, path string) (stop func()) {
	cmd := exec.Command("tcpdump", "-Z", "root", "-B", "16384", "-i", "lo", "-U", "-w", path, "tcp and host 127.0.0.1")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 256)
	if n, err := io.ReadAtLeast(out, first, 20); err != nil {
		t.Fatal(err, string(first[:n]))
	}
	time.Sleep(200 * time.Millisecond)
	return func() {
		time.Sleep(500 * time.Millisecond)
		cmd.Process.Signal(os.Interrupt)
		io.Copy(io.Discard, out)
		cmd.Wait()
	}
}

// causeName names also the cause of what works.
func causeName(cause string) string {
	if cause == "" {
		return "sound"
	}
	return cause
}

func takeFault(t *testing.T, f tlstest.Fault, version uint16, newest bool) taken {
	l, err := f.Listen(version)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, f, l.Port())
	c.keys = new(bytes.Buffer)
	c.run(l.Addr())
	l.Close()
	f.Cause = causeName(f.Cause)
	out := c.taken(caseName(f, version, newest), l.Port())
	out.port = 8883
	if d := f.Dial; d.Port != 0 {
		out.port = d.Port
	} else if d.Plain || strings.HasPrefix(f.Cause, "tls-to-plain") {
		out.port = 1884
	}
	return out
}

// taken is what is to be kept of a run.
func (c *client) taken(name string, port int) taken {
	return taken{name: name, ports: [2]int{c.localPort, port}, port: 8883, now: c.now(), keys: c.keys.Bytes()}
}

func takeSetup(t *testing.T, s setup, version uint16) taken {
	s.dial.MaxVersion = version
	port := mosquitto(t, s)
	c := newClient(t, tlstest.Fault{Cause: s.id, Dial: s.dial}, port)
	c.keys = new(bytes.Buffer)
	c.run(fmt.Sprintf("127.0.0.1:%d", port))
	out := c.taken(s.caseName(version), port)
	if s.plain || s.dial.Plain {
		out.port = 1884
	}
	return out
}

// opensslCauses are the faults that OpenSSL's own client runs into.
func opensslCauses() []tlstest.Fault {
	var out []tlstest.Fault
	for _, f := range tlstest.Faults() {
		switch f.Cause {
		case "ca-and-server-same-subject", "server-self-signed", "issuer-not-trusted", "server-certificate-expired",
			"server-certificate-not-yet-valid", "server-name-mismatch", "intermediate-missing", "weak-key", "server-certificate-purpose",
			"certificate-signature-invalid", "client-certificate-required", "issuer-not-a-ca", "cafile-intermediate-only":
			if f.Variant == "" {
				out = append(out, f)
			}
		}
	}
	return out
}

// caseName names a capture of a real mosquitto.
func (s setup) caseName(version uint16) string {
	f := tlstest.Fault{Cause: causeName(s.id), Variant: "mosquitto"}
	if len(s.dial.Chain) > 0 && s.id == "" {
		f.Variant = "mosquitto-certificate"
	}
	return caseName(f, version, version == tls.VersionTLS13)
}

func takeOpenSSL(t *testing.T, f tlstest.Fault) taken {
	const version = tls.VersionTLS13
	l, err := f.Listen(version)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys")
	cmd := exec.Command("openssl", "s_client", "-connect", l.Addr(), "-CAfile", write(t, dir, "ca.crt", f.Dial.Trust), "-servername", f.Dial.Host,
		"-verify_hostname", f.Dial.Host, "-verify_return_error", "-attime", strconv.FormatInt(tlstest.Now().Unix(), 10), "-keylogfile", keys, "-quiet")
	cmd.Stdin = bytes.NewReader(connect)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Run()
	b, _ := os.ReadFile(keys)
	f.Variant = "openssl"
	return taken{name: caseName(f, version, true), ports: [2]int{0, l.Port()}, port: 8883, now: tlstest.Now(), keys: b}
}

// split writes the connections of the capture one behind the other, each as if it had been at its fault's time, between one
// gateway and one broker, from ports in the order of the list.
func split(t *testing.T, all string, list []taken) {
	b, err := os.ReadFile(all)
	if err != nil {
		t.Fatal(err)
	}
	packets := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	packets = append(packets, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	var keys, index []byte
	for i, k := range list {
		before := len(packets)
		packets = one(t, packets, b, k, firstPort+i)
		if len(packets) == before {
			t.Errorf("%s: no packets", k.name)
		}
		keys = append(keys, k.keys...)
		index = fmt.Appendf(index, "%d %s\n", firstPort+i, k.name)
	}
	for name, b := range map[string][]byte{"captures.pcap": packets, "captures.keys": keys, "captures.txt": index} {
		if err := os.WriteFile(filepath.Join("testdata", name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// firstPort is the client's port in the first connection of the capture.
const firstPort = 50000

// one appends the packets of one connection.
func one(t *testing.T, out, all []byte, k taken, client int) []byte {
	in, err := pcap.NewReader(bytes.NewReader(all))
	if err != nil {
		t.Fatal(err)
	}
	var shift time.Duration
	for {
		p, err := in.Next()
		if err != nil {
			return out
		}
		frame, ok := renamed(p.Data, k, client)
		if !ok {
			continue
		}
		if shift == 0 {
			shift = k.now.Sub(p.Time)
		}
		at := p.Time.Add(shift)
		for _, n := range []int{int(at.Unix()), at.Nanosecond() / 1000, len(frame), p.Length} {
			out = binary.LittleEndian.AppendUint32(out, uint32(n))
		}
		out = append(out, frame...)
	}
}

// renamed gives a frame of the connection its addresses and ports; ok is false for others.
func renamed(frame []byte, k taken, client int) (out []byte, ok bool) {
	const ip, tcp = 14, 14 + 20
	out = bytes.Clone(frame)
	port := func(at int) int { return int(binary.BigEndian.Uint16(frame[at:])) }
	from, to := port(tcp), port(tcp+2)
	swap := from == k.ports[1]
	if swap {
		from, to = to, from
	}
	if to != k.ports[1] || k.ports[0] != 0 && from != k.ports[0] {
		return nil, false
	}
	addresses, ports := [2]net.IP{{192, 0, 2, 20}, {192, 0, 2, 7}}, [2]uint16{uint16(client), uint16(k.port)}
	if swap {
		addresses[0], addresses[1] = addresses[1], addresses[0]
		ports[0], ports[1] = ports[1], ports[0]
	}
	copy(out[ip+12:], addresses[0])
	copy(out[ip+16:], addresses[1])
	binary.BigEndian.PutUint16(out[tcp:], ports[0])
	binary.BigEndian.PutUint16(out[tcp+2:], ports[1])
	return out, true
}
