package tlsdiag_test

import (
	"cmp"
	"crypto/rsa"
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/report"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// stackList tells which causes were seen with which stacks: cause, stack and version of TLS in each line.
const stackList = "testdata/stacks.txt"

// stackFault is a fault that servers of every stack are to show, each in its own way.
type stackFault struct {
	cause   string  // empty for none
	service service // its version and ciphers are filled in
	odd     bool    // the server has only a cipher suite that crypto/tls does not offer
	dial    tlstest.Dial
	// from sends the decisive alert, with one of these codes; empty: either side.
	from  evidence.Side
	codes []int
}

// tolerated is a fault that older versions of a stack take no notice of: Node before 20.
const tolerated = "alpn-refused"

// hangsUp among the codes says that a server may also hang up without an alert.
const hangsUp = -1

// plant makes the certificates of the faults. Their dates are for the servers' clock too, which is the real one.
type plant struct{ ca, fleet, again *tlstest.Identity }

func newPlant() plant {
	ca := func(cn string, key int) *tlstest.Identity {
		return tlstest.Issue(tlstest.Template{Subject: tlstest.CN(cn), Key: tlstest.RSA(2048, key), Extensions: tlstest.CA()})
	}
	return plant{ca: ca("Plant CA", 1), fleet: ca("Fleet CA", 4), again: ca("Plant CA", 5)}
}

const plantHost = "broker.lan"

// server completes the template of a server's certificate.
func (p plant) server(t tlstest.Template) []*tlstest.Identity {
	return p.issue(t, plantHost, tlstest.RSA(2048, 2), tlstest.Server(tlstest.DNS(plantHost)))
}

// client completes the template of a client's certificate.
func (p plant) client(t tlstest.Template) tlstest.Dial {
	d := p.trusting()
	d.Chain = p.issue(t, "gateway-7", tlstest.RSA(2048, 3), tlstest.Client())
	return d
}

func (p plant) trusting() tlstest.Dial { return tlstest.Dial{Host: plantHost, Trust: p.ca.CertPEM()} }

func (p plant) issue(t tlstest.Template, cn string, key *rsa.PrivateKey, extensions []tlstest.Extension) []*tlstest.Identity {
	t.Key = key
	if t.Subject == nil {
		t.Subject = tlstest.CN(cn)
	}
	if t.Issuer == nil {
		t.Issuer = p.ca
	}
	if t.Extensions == nil && t.Version != 1 {
		t.Extensions = extensions
	}
	return []*tlstest.Identity{tlstest.Issue(t)}
}

func stackFaults() []stackFault {
	p := newPlant()
	var faults []stackFault
	for _, group := range [][]stackFault{p.soundSetups(), p.serverFaults(), p.clientFaults(), p.negotiationFaults()} {
		faults = append(faults, group...)
	}
	return faults
}

func year(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }

func (p plant) soundSetups() []stackFault {
	chain := p.server(tlstest.Template{})
	return []stackFault{
		{service: service{chain: chain}, dial: p.trusting()},
		{service: service{chain: chain, clients: []*tlstest.Identity{p.ca}}, dial: p.client(tlstest.Template{})},
	}
}

// serverFaults are those that this side finds in the server's certificate.
func (p plant) serverFaults() []stackFault {
	sameCA := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN(plantHost), Key: tlstest.RSA(2048, 1)})
	same := p.server(tlstest.Template{Version: 1, Issuer: sameCA})
	named := p.server(tlstest.Template{Subject: tlstest.CN("server"), Extensions: tlstest.Server(tlstest.DNS("server.lan"))})
	expired := p.server(tlstest.Template{NotBefore: year(2020), NotAfter: year(2021)})
	faults := []stackFault{
		{cause: "ca-and-server-same-subject", service: service{chain: same}, dial: tlstest.Dial{Host: plantHost, Trust: sameCA.CertPEM()},
			codes: []int{record.UnknownCA}},
		{cause: "server-name-mismatch", service: service{chain: named}, dial: p.trusting(), codes: []int{record.BadCertificate}},
		{cause: "server-certificate-expired", service: service{chain: expired}, dial: p.trusting(), codes: []int{record.CertificateExpired}},
		{cause: "issuer-not-trusted", service: service{chain: p.server(tlstest.Template{Issuer: p.fleet})}, dial: p.trusting(),
			codes: []int{record.UnknownCA}},
	}
	for i := range faults {
		faults[i].from = evidence.SideClient
	}
	return faults
}

// clientFaults are those for which the server refuses this side.
func (p plant) clientFaults() []stackFault {
	asking := service{chain: p.server(tlstest.Template{}), clients: []*tlstest.Identity{p.ca}}
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Issuing CA"), Issuer: p.ca, Key: tlstest.RSA(2048, 4), Extensions: tlstest.CA()})
	incomplete := p.client(tlstest.Template{Issuer: inter})
	incomplete.Trust = tlstest.Bundle(p.ca, inter)
	// Java says certificate_unknown of everything, the server of GnuTLS access_denied; Node hangs up.
	codes := func(more ...int) []int { return append(more, record.CertificateUnknown, record.AccessDenied, hangsUp) }
	faults := []stackFault{
		{cause: "client-certificate-required", dial: p.trusting(),
			codes: []int{record.HandshakeFailure, record.CertificateRequired, record.BadCertificate, record.DecodeError}},
		{cause: "client-ca-not-listed", dial: p.client(tlstest.Template{Issuer: p.fleet}), codes: codes(record.UnknownCA)},
		{cause: "client-issuer-not-trusted", dial: p.client(tlstest.Template{Issuer: p.again}), codes: codes(record.UnknownCA)},
		{cause: "client-intermediate-missing", dial: incomplete, codes: codes(record.UnknownCA)},
		{cause: "client-certificate-same-subject", dial: p.client(tlstest.Template{Version: 1, Subject: tlstest.CN("Plant CA")}),
			codes: codes(record.UnknownCA, record.BadCertificate)},
		{cause: "client-certificate-expired", dial: p.client(tlstest.Template{NotBefore: year(2020), NotAfter: year(2021)}),
			codes: codes(record.CertificateExpired, record.BadCertificate)},
		{cause: "client-certificate-not-yet-valid", dial: p.client(tlstest.Template{NotBefore: year(2045)}),
			codes: codes(record.CertificateExpired, record.BadCertificate)},
		{cause: "client-certificate-purpose", dial: p.client(tlstest.Template{Extensions: tlstest.Server()}),
			codes: codes(record.UnsupportedCertificate, record.BadCertificate, record.HandshakeFailure)},
	}
	for i := range faults {
		faults[i].service, faults[i].from = asking, evidence.SideServer
	}
	return faults
}

// negotiationFaults are those that end before a certificate.
func (p plant) negotiationFaults() []stackFault {
	chain := p.server(tlstest.Template{})
	newer, older, alpn := p.trusting(), p.trusting(), p.trusting()
	newer.MinVersion, older.MaxVersion, alpn.ALPN = tls.VersionTLS13, tls.VersionTLS12, []string{"mqqt"}
	faults := []stackFault{
		{cause: "client-tls-version-too-new", service: service{version: tls.VersionTLS12}, dial: newer,
			codes: []int{record.ProtocolVersion, record.HandshakeFailure}},
		{cause: "server-tls-version-too-new", service: service{version: tls.VersionTLS13}, dial: older, codes: []int{record.ProtocolVersion}},
		{cause: "server-tls-version-too-old", service: service{version: tls.VersionTLS11}, dial: p.trusting(), codes: []int{record.ProtocolVersion}},
		{cause: "no-common-cipher-suite", odd: true, dial: p.trusting(),
			codes: []int{record.HandshakeFailure, record.InsufficientSecurity}},
		{cause: "alpn-refused", service: service{alpn: "mqtt"}, dial: alpn, codes: []int{record.NoApplicationProtocol}},
		{cause: "plain-to-tls-port", dial: tlstest.Dial{Host: plantHost, Plain: true}, codes: []int{unexpectedMessage, record.ProtocolVersion, hangsUp}},
		{cause: "tls-to-plain-port", service: service{plain: true}, dial: p.trusting(), codes: []int{hangsUp}},
	}
	for i := range faults {
		faults[i].service.chain = chain
		// GnuTLS picks an old version where others send the alert; then this side sends it.
		if faults[i].cause != "server-tls-version-too-old" {
			faults[i].from = evidence.SideServer
		}
	}
	return faults
}

const unexpectedMessage = 10

func (f stackFault) versions() []uint16 {
	if f.service.version != 0 {
		return []uint16{f.service.version}
	}
	return []uint16{tls.VersionTLS12, tls.VersionTLS13}
}

// TestStacks: the same fault gets the same cause from every implementation of TLS.
func TestStacks(t *testing.T) {
	faults, chain := stackFaults(), newPlant().server(tlstest.Template{})
	seen := stackRows{ran: map[string][]string{}}
	t.Run("with", func(t *testing.T) {
		for _, s := range stacks() {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				s.find(t)
				starter := s.begin(t, s)
				if rows, complete := s.run(t, starter, faults); complete {
					seen.add(s.name, rows)
				}
				t.Run("alerts", func(t *testing.T) { s.hearAlerts(t, starter, chain) })
			})
		}
	})
	seen.compare(t, faults)
}

// run brings every fault about, and returns the lines for the list; complete says that all went well.
func (s *stack) run(t *testing.T, starter starter, faults []stackFault) (rows []string, complete bool) {
	complete = true
	for _, f := range faults {
		for _, version := range f.versions() {
			if reason := s.cannot(f, version); reason != "" {
				t.Logf("%q does not come about with %s: %s", f.cause, tls.VersionName(version), reason)
				continue
			}
			passed := false
			t.Run(cmp.Or(f.cause, "sound")+"-"+tls.VersionName(version), func(t *testing.T) {
				f := f
				f.service.version = version
				if f.odd {
					f.service.ciphers = s.odd[version]
				}
				f.meet(t, s, starter(t, f.service))
				passed = !t.Failed() // not reached when it is skipped
			})
			complete = complete && passed
			rows = append(rows, stackRow(f.cause, s.name, version))
		}
	}
	return rows, complete
}

// meet runs a client into the fault and looks at the finding.
func (f stackFault) meet(t *testing.T, s *stack, server server) {
	c := newClient(t, tlstest.Fault{Cause: f.cause, Dial: f.dial}, server.port)
	err := c.run(fmt.Sprintf("127.0.0.1:%d", server.port))
	if err == nil && f.cause == tolerated {
		t.Skipf("this %s goes on all the same", s.name)
	}
	if (err != nil) != (f.cause != "") {
		t.Fatalf("the connection ended with: %v\n%s", err, server.heard())
	}
	found, ok := c.watcher.Finding()
	text := report.Text(found, report.Options{Width: columns})
	if ok != (f.cause != "") || found.ID != f.cause {
		t.Fatalf("found %q, want %q\n%s%+v\n%s", found.ID, f.cause, text, c.watcher.Evidence().Flow.Alerts, server.heard())
	}
	if f.cause == "" {
		return
	}
	f.alert(t, c.watcher.Evidence(), strings.Join(found.Seen, "\n"))
	if f.from == evidence.SideClient {
		server.hears(t, s.names(f.codes[0]))
	}
}

// alert holds what the evidence says about the alert against what this stack may send, against the words of crypto/tls
// for the same alert, and against the report.
func (f stackFault) alert(t *testing.T, s *evidence.Session, seen string) {
	a := s.Flow.Decisive()
	if a == nil {
		if !slices.Contains(f.codes, hangsUp) {
			t.Errorf("no alert; the end: %+v", s.End)
		}
		return
	}
	if f.from != "" && a.From != f.from || a.Level != record.LevelFatal || !slices.Contains(f.codes, a.Code) {
		t.Errorf("%+v, want one of %v from the %s", *a, f.codes, f.from)
	}
	if a.From == evidence.SideClient || f.dial.Plain {
		return
	}
	if want := "remote error: " + tls.AlertError(a.Code).Error(); s.End.Error != want {
		t.Errorf("alert %d, but the error is %q", a.Code, s.End.Error)
	}
	if want := fmt.Sprintf("the broker sent alert %d %s ", a.Code, record.Describe(a.Code).Name); !strings.Contains(seen, want) {
		t.Errorf("the report does not say %q:\n%s", want, seen)
	}
}

// find looks the stack's program up, and skips the test without it.
func (s *stack) find(t *testing.T) {
	t.Helper()
	for _, program := range s.needs {
		path, err := exec.LookPath(program)
		if err != nil {
			if s.ours && os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skipf("no servers of %s: %v", s.name, err)
		}
		s.program = path
	}
}

// stackRows are the lines of the list that these tests have to answer for.
type stackRows struct {
	mu  sync.Mutex
	ran map[string][]string // by stack, of those that ran completely
}

func stackRow(cause, stack string, version uint16) string {
	return cause + "\t" + stack + "\t" + tls.VersionName(version)
}

func (r *stackRows) add(stack string, rows []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ran[stack] = rows
}

// compare holds the list against what was run. The lines of stacks that are not installed stay as they are.
func (r *stackRows) compare(t *testing.T, faults []stackFault) {
	t.Helper()
	b, err := os.ReadFile(stackList)
	if err != nil && !*update {
		t.Fatal(err)
	}
	listed := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	var want []string
	for _, f := range faults {
		for _, s := range stacks() {
			for _, version := range f.versions() {
				row := stackRow(f.cause, s.name, version)
				rows, ran := r.ran[s.name]
				if f.cause != "" && (ran && slices.Contains(rows, row) || !ran && slices.Contains(listed, row)) {
					want = append(want, row)
				}
			}
		}
	}
	golden(t, stackList, []byte(strings.Join(want, "\n")+"\n"))
}
