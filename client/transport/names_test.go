package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// DNS types (RFC 1035 3.2.2, RFC 2782).
const (
	typeA   = 1
	typeSRV = 33
)

// record is an answer: the data of a record of that type.
type record struct {
	kind uint16
	data []byte
}

func address(a string) record { ip := netip.MustParseAddr(a).As4(); return record{typeA, ip[:]} }

func service(priority, weight, port int, target string) record {
	data := binary.BigEndian.AppendUint16(nil, uint16(priority))
	data = binary.BigEndian.AppendUint16(data, uint16(weight))
	data = binary.BigEndian.AppendUint16(data, uint16(port))
	for label := range strings.SplitSeq(target, ".") {
		data = append(append(data, byte(len(label))), label...)
	}
	return record{typeSRV, append(data, 0)}
}

// nameServer answers questions on loopback, those about a name in the zone, and calls asked with each packet.
func nameServer(t *testing.T, zone map[string][]record, asked func([]byte)) net.Addr {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		for {
			q := make([]byte, 1500)
			n, from, err := c.ReadFrom(q)
			if err != nil {
				return
			}
			if asked != nil {
				asked(q[:n])
			}
			_, _ = c.WriteTo(answer(q[:n], zone), from)
		}
	}()
	return c.LocalAddr()
}

func answer(q []byte, zone map[string][]record) []byte {
	var labels []string
	at := 12
	for q[at] != 0 {
		labels = append(labels, string(q[at+1:at+1+int(q[at])]))
		at += 1 + int(q[at])
	}
	kind := binary.BigEndian.Uint16(q[at+1:])
	out := append([]byte{q[0], q[1], 0x85, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:at+5]...)
	known, ok := zone[strings.ToLower(strings.Join(labels, "."))]
	if !ok {
		out[3] |= 3 // NXDOMAIN
	}
	for _, r := range known {
		if r.kind != kind {
			continue
		}
		out[7]++
		out = append(out, 0xc0, 12)
		out = binary.BigEndian.AppendUint16(out, r.kind)
		out = append(out, 0, 1, 0, 0, 0, 60)
		out = binary.BigEndian.AppendUint16(out, uint16(len(r.data)))
		out = append(out, r.data...)
	}
	return out
}

// resolver asks that name server alone.
func resolver(server net.Addr) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.String())
	}}
}

func unused(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// The hosts of a service are tried by priority, and the next one when one does not answer.
func TestService(t *testing.T) {
	reached := make(chan struct{}, 1)
	open := serve(t, func(c net.Conn) { reached <- struct{}{}; _ = c.Close() })
	server := nameServer(t, map[string][]record{
		"_mqtt._tcp.plant.test": {service(20, 0, open, "b.test"), service(10, 5, unused(t), "a.test")},
		"_mqtt._tcp.none.test":  {service(0, 0, 0, "")},
		"a.test":                {address("127.0.0.1")},
		"b.test":                {address("127.0.0.1")},
	}, nil)
	dial := func(host string) (*Conn, error) {
		d := &Dialer{Host: host, Port: 1883, Service: "mqtt", Names: Names{Resolver: resolver(server)}, Watch: tlsdiag.Settings{Host: host, Now: time.Now}}
		ctx, cancel := context.WithTimeout(context.Background(), testPatience)
		defer cancel()
		c, _, err := d.Dial(ctx)
		return c, err
	}
	c, err := dial("plant.test")
	if err != nil {
		t.Fatal(err)
	}
	<-reached
	_ = c.Close()
	for _, host := range []string{"none.test", "unknown.test"} {
		_, err := dial(host)
		var failed *LookupError
		if !errors.As(err, &failed) || !failed.Service || failed.Missing != evidence.Yes || failed.Name != "_mqtt._tcp."+host {
			t.Errorf("%s: %v (%+v)", host, err, failed)
		}
	}
}

// A name in .local that DNS does not know is asked for on the local network, in a way that every responder takes.
func TestLocalNames(t *testing.T) {
	unknown := nameServer(t, nil, nil)
	var foreign atomic.Int32
	responder := nameServer(t, map[string][]record{"gw.local": {address("127.0.0.7")}}, func(q []byte) {
		if q[2] != 0 || q[3] != 0 || q[11] != 0 {
			foreign.Add(1) // flags, or a record that only name servers understand
		}
	})
	ways := func() []Multicast {
		return []Multicast{{Open: func() (net.PacketConn, error) { return net.ListenPacket("udp", "127.0.0.1:0") }, Group: responder}}
	}
	n := &Names{Resolver: resolver(unknown), Multicast: ways, Switch: t.TempDir() + "/none"}
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	found, err := n.lookup(ctx, "gw.local", 1883)
	if err != nil || len(found) != 1 || found[0] != netip.MustParseAddr("127.0.0.7") {
		t.Errorf("found %v, %v", found, err)
	}
	if foreign.Load() > 0 {
		t.Error("the question is not one of RFC 6762")
	}
	_, err = n.lookup(ctx, "other.local", 1883)
	var failed *LookupError
	if !errors.As(err, &failed) || failed.Multicast != evidence.Yes || failed.Missing != evidence.Yes {
		t.Errorf("an unknown name: %v (%+v)", err, failed)
	}
	if _, err = n.lookup(ctx, "gw.test", 1883); !errors.As(err, &failed) || failed.Multicast == evidence.Yes {
		t.Errorf("a name of DNS: %v (%+v)", err, failed)
	}
}

// Names that are not ASCII are refused with the form that would be asked for.
func TestPunycode(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"bücher.example":    "xn--bcher-kva.example",
		"mañana.example":    "xn--maana-pta.example",
		"例え.テスト":            "xn--r8jz45g.xn--zckzah",
		"plain.example":     "plain.example",
		"münchen-süd.local": "xn--mnchen-sd-q9ah.local",
	} {
		if got := toASCII(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	_, err := new(Names).lookup(context.Background(), "bücher.example", 1)
	if err == nil || !strings.Contains(err.Error(), "xn--bcher-kva.example") {
		t.Errorf("the refusal says %v", err)
	}
}

// An address that swallows everything does not hold up the next one for long.
func TestRace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead, live := netip.MustParseAddrPort("192.0.2.1:1"), netip.MustParseAddrPort("192.0.2.2:1")
		began := time.Now()
		c, err := race(t.Context(), []netip.AddrPort{dead, live}, 250*time.Millisecond, func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			if to == dead {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			a, _ := net.Pipe()
			return a, nil
		})
		if err != nil || time.Since(began) != 250*time.Millisecond {
			t.Fatalf("%v after %v", err, time.Since(began))
		}
		_ = c.Close()
		synctest.Wait()
	})
}
