package cause

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func TestCatalogueIsComplete(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	all := append(List(), Warnings()...)
	seen := map[string]bool{}
	for _, c := range all {
		if !kebab.MatchString(c.ID) || seen[c.ID] {
			t.Errorf("identifier %q", c.ID)
		}
		seen[c.ID] = true
		if c.Title == "" || len(c.Title) > 90 || strings.HasSuffix(c.Title, ".") || c.Source == "" || c.Match == nil {
			t.Errorf("%s: title %q, source %q", c.ID, c.Title, c.Source)
		}
	}
	for _, c := range all {
		for _, id := range c.Explains {
			if !seen[id] || id == c.ID {
				t.Errorf("%s explains %q", c.ID, id)
			}
		}
	}
	if seen[Unclassified] {
		t.Error("the catalogue has a cause for what it has no cause for")
	}
}

// TestOneCauseOneFile: each cause stands in the file of its name.
func TestGroups(t *testing.T) {
	count := map[Group]int{}
	for _, c := range List() {
		count[GroupOf(c.ID)]++
	}
	if count[0] != 0 || len(count) != 7 || GroupOf(Unclassified) != 0 {
		t.Errorf("%v", count)
	}
	for id, want := range map[string]Group{
		"key-mismatch": GroupFiles, "issuer-not-trusted": GroupServer, "server-name-mismatch": GroupServer, "client-certificate-expired": GroupClient,
		"tls-to-plain-port": GroupNegotiation, "host-not-found": GroupLookup, "proxy-refused": GroupProxy, "not-a-websocket": GroupWebSocket,
	} {
		if got := GroupOf(id); got != want {
			t.Errorf("%s: %d, want %d", id, got, want)
		}
	}
}

func TestOneCauseOneFile(t *testing.T) {
	for _, c := range List() {
		name := strings.ReplaceAll(c.ID, "-", "_") + ".go"
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), `"`+c.ID+`"`) {
			t.Errorf("%s: %v", c.ID, err)
		}
	}
}

// TestExplainedCausesComeLater: what a cause explains must not win over it.
func TestExplainedCausesComeLater(t *testing.T) {
	place := map[string]int{}
	for i, c := range List() {
		place[c.ID] = i
	}
	for _, c := range List() {
		for _, id := range c.Explains {
			if other, ok := place[id]; ok && slices.Contains(List()[other].Explains, c.ID) {
				t.Errorf("%s and %s explain each other", c.ID, id)
			}
		}
	}
}

func cases(t testing.TB) map[string]*evidence.Session {
	t.Helper()
	paths, err := filepath.Glob("../testdata/cases/*/evidence.json")
	if err != nil || len(paths) < len(List()) {
		t.Fatalf("%d cases: %v", len(paths), err)
	}
	out := map[string]*evidence.Session{}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		s := new(evidence.Session)
		if err := json.Unmarshal(b, s); err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(filepath.Dir(p))] = s
	}
	return out
}

// TestFindingsKeepTheRules holds each finding of each case to what a person
// can use.
func TestFindingsKeepTheRules(t *testing.T) {
	parties := []Party{Gateway, Broker, CA, Network}
	known := map[string]bool{"": true}
	for _, c := range List() {
		known[c.ID] = true
	}
	for name, s := range cases(t) {
		f, ok := Find(s)
		if !ok {
			continue
		}
		if len(f.Hints) == 0 || len(f.Hints) > MaxHints {
			t.Errorf("%s: %d hints", name, len(f.Hints))
		}
		for _, h := range f.Hints {
			if !slices.Contains(parties, h.Party) || h.Action == "" || strings.HasSuffix(h.Action, ".") || utf8.RuneCountInString(h.Action) > 80 {
				t.Errorf("%s: hint of %d columns %+v", name, utf8.RuneCountInString(h.Action), h)
			}
		}
		if len(f.Seen) == 0 || slices.Contains(f.Seen, "") {
			t.Errorf("%s: seen %q", name, f.Seen)
		}
		if f.Headline == "" || strings.HasSuffix(f.Headline, ".") || len(f.Headline) > 220 {
			t.Errorf("%s: headline %q", name, f.Headline)
		}
		if !slices.Contains([]Confidence{Sure, Likely, Guess}, f.Confidence) || f.Confidence == Sure && f.Rival != "" || !known[f.Rival] {
			t.Errorf("%s: %s, rival %q", name, f.Confidence, f.Rival)
		}
	}
}

// TestSymptomsAreSuppressed: an expired certificate for another name is
// reported once, and the name as what comes next.
func TestSymptomsAreSuppressed(t *testing.T) {
	s := cases(t)["server-certificate-expired"]
	s.Peer.NameMatches = evidence.No
	f, ok := Find(s)
	if !ok || f.ID != "server-certificate-expired" || len(f.Also) != 1 || f.Also[0].ID != "server-name-mismatch" {
		t.Errorf("%s, also %+v", f.ID, f.Also)
	}
	s.Asked.Insecure = true
	if f, _ := Find(s); len(f.Also) != 0 {
		t.Errorf("with --insecure the name is not looked at: %+v", f.Also)
	}
}

// TestSystemStoreReplacesNothing: a certificate of the same name that some
// package put into the system's store is not the broker's old one.
func TestSystemStoreReplacesNothing(t *testing.T) {
	s := cases(t)["server-self-signed-replaced"]
	s.Asked.CAFile, s.Asked.OSCerts = "", true
	s.Trust.Anchors[0].File = "/etc/ssl/certs/ce275665.0"
	if f, _ := Find(s); f.ID != "server-self-signed" {
		t.Errorf("%s: %s", f.ID, f.Headline)
	}
}

// TestNothingObservedIsNotNo: evidence that knows less must never lead to a
// surer finding.
func TestNothingObservedIsNotNo(t *testing.T) {
	for name, s := range cases(t) {
		for i := range s.Peer.Chain {
			s.Peer.Chain[i].Signed = evidence.Signed{}
		}
		for i := range s.Client.Chain {
			s.Client.Chain[i].Signed = evidence.Signed{}
		}
		f, ok := Find(s)
		if !ok {
			continue
		}
		switch f.ID {
		case "ca-and-server-same-subject", "server-self-signed", "server-self-signed-replaced", "certificate-signature-invalid",
			"client-certificate-same-subject", "client-certificate-signature-invalid", "authority-key-id-mismatch":
			t.Errorf("%s: %s without a signature that was checked", name, f.ID)
		}
	}
}

// TestEveryAlertHasAnAnswer gives each alert code at each stage to the
// catalogue: something is found, and nothing panics on what is not there.
func TestEveryAlertHasAnAnswer(t *testing.T) {
	stages := []evidence.Stage{evidence.StageHello, evidence.StageServerFlight, evidence.StageVerify, evidence.StageClientFlight, evidence.StageEstablished}
	for code := range 256 {
		for _, stage := range stages {
			for _, sent := range []evidence.Answer{evidence.NotObserved, evidence.No, evidence.Yes} {
				s := &evidence.Session{Stage: stage}
				s.Asked.TLS = true
				s.Client.Requested, s.Client.Sent = sent, sent
				s.Flow.Alerts = []evidence.Alert{{From: evidence.SideServer, Level: 2, Code: code, Stage: stage}}
				s.End = evidence.End{Op: evidence.OpHandshake, How: evidence.EndAlert}
				if f, ok := Find(s); !ok || f.Headline == "" {
					t.Errorf("alert %d at %s: %+v", code, stage, f)
				}
			}
		}
	}
}

// TestEveryVerdictHasAnAnswer does the same with OpenSSL's numbers.
func TestEveryVerdictHasAnAnswer(t *testing.T) {
	for number := 1; number < 100; number++ {
		s := &evidence.Session{Stage: evidence.StageVerify}
		s.Asked.TLS = true
		s.Verdict = &evidence.Verdict{Error: number, Text: "x"}
		s.End = evidence.End{Op: evidence.OpHandshake, How: evidence.EndOther, Error: "x"}
		if f, ok := Find(s); !ok || f.Headline == "" {
			t.Errorf("error %d: %+v", number, f)
		}
	}
}

// TestSuccessHasNoCause: whatever was odd about a setup, if it works there is
// nothing to find, and at most one line of warning.
func TestSuccessHasNoCause(t *testing.T) {
	for name, s := range cases(t) {
		for _, stage := range []evidence.Stage{evidence.StageEstablished, evidence.StageConnack} {
			s.Stage = stage
			s.Flow.Alerts, s.Flow.Stranger, s.Flow.Unfinished = nil, nil, nil
			if h := s.Flow.ServerHello; h != nil {
				h.Version, h.CipherSuite = evidence.TLS13, 0x1301
			}
			s.Outcome = evidence.Outcome{Verdict: &evidence.Verdict{}}
			s.Peer.Unparsed = ""
			if f, ok := Find(s); ok {
				t.Errorf("%s: %s: %s", name, f.ID, f.Headline)
			}
		}
	}
}

// TestPlainFailuresAreLeftAlone: what has nothing to do with TLS gets no report.
func TestPlainFailuresAreLeftAlone(t *testing.T) {
	for _, s := range []*evidence.Session{
		{Stage: evidence.StageDial, Outcome: evidence.Outcome{End: evidence.End{How: evidence.EndRefused}}},
		{Stage: evidence.StageResolve, Outcome: evidence.Outcome{End: evidence.End{How: evidence.EndUnknownHost}}},
		{Stage: evidence.StagePlain, Target: evidence.Target{Port: 1883}, Outcome: evidence.Outcome{End: evidence.End{How: evidence.EndFIN}}},
		{Stage: evidence.StageConnack, Outcome: evidence.Outcome{Connack: 5}},
		spoke([]byte("\x20\xff\xff\xff\x7f\x00"), evidence.Asked{}),
		spoke([]byte("\x20\x02"), evidence.Asked{AskedPolicy: evidence.AskedPolicy{Insecure: true}}),
		spoke([]byte("\x30\x04\x00\x01"), evidence.Asked{AskedIdentity: evidence.AskedIdentity{CertFile: "client.crt"}}),
		{Stage: evidence.StageResolve, Asked: evidence.Asked{TLS: true}, Outcome: evidence.Outcome{End: evidence.End{How: evidence.EndUnknownHost}}},
	} {
		if f, ok := Find(s); ok {
			t.Errorf("%s: %s", s.Stage, f.ID)
		}
	}
}

// spoke is a peer that answered plain MQTT with bytes that are not TLS, and hung up.
func spoke(b []byte, asked evidence.Asked) *evidence.Session {
	s := &evidence.Session{Stage: evidence.StagePlain, Asked: asked, Target: evidence.Target{Host: "broker.lan", Port: 8883}}
	s.Flow = evidence.Flow{Received: int64(len(b)), Stranger: record.Recognise(b)}
	s.End = evidence.End{Op: evidence.OpRead, How: evidence.EndFIN, Error: "EOF"}
	return s
}

// TestPlainPortIsNotSure: on the port of plain MQTT the lack of TLS need not be
// why a broker hangs up, even where TLS was meant.
func TestPlainPortIsNotSure(t *testing.T) {
	for _, name := range []string{"certificate-ignored", "tls-not-enabled"} {
		s := cases(t)[name]
		if f, _ := Find(s); f.ID != name || f.Confidence != Sure {
			t.Errorf("%s: %s (%s)", name, f.ID, f.Confidence)
		}
		s.Target.Port = portPlain
		if f, _ := Find(s); f.ID != name || f.Confidence != Likely || f.Rival == "" {
			t.Errorf("%s on port 1883: %s (%s)", name, f.ID, f.Confidence)
		}
	}
}

// TestOwnPoolIsNotListed: a program's pool cannot be looked into, so nothing is
// said about what it holds.
func TestOwnPoolIsNotListed(t *testing.T) {
	for name, want := range map[string]Confidence{"issuer-not-trusted": Likely, "server-self-signed": Sure} {
		s := cases(t)[name]
		s.Asked.CAFile, s.Trust = "", evidence.Trust{}
		f, _ := Find(s)
		text := f.Headline + strings.Join(f.Seen, "\n")
		if f.ID != name || f.Confidence != want || strings.Contains(text, "nothing") || strings.Contains(text, "system") {
			t.Errorf("%s (%s): %s", f.ID, f.Confidence, text)
		}
	}
}

// TestCertificateWithoutFile: a program may have its certificate in memory.
func TestCertificateWithoutFile(t *testing.T) {
	for name, s := range cases(t) {
		if !strings.HasPrefix(name, "client-") || s.Client.Leaf() == nil || s.Stage == evidence.StageLocal {
			continue
		}
		for i := range s.Client.Chain {
			s.Client.Chain[i].File = ""
		}
		f, _ := Find(s)
		for _, line := range append([]string{f.Headline}, f.Seen...) {
			if strings.Contains(line, "  ") || strings.Contains(line, "our certificate") && strings.Contains(line, "sent by the broker") {
				t.Errorf("%s: %s", name, line)
			}
		}
		for _, h := range f.Hints {
			if strings.Contains(h.Action+h.Command, "''") || strings.HasSuffix(h.Action, " ") {
				t.Errorf("%s: %+v", name, h)
			}
		}
	}
}

func TestSpan(t *testing.T) {
	for _, test := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0s"}, {time.Second, "1s"}, {90 * time.Second, "1min 30s"}, {time.Hour, "1h"}, {76 * time.Hour, "3d 4h"},
		{-76 * time.Hour, "3d 4h"}, {24 * time.Hour * 365, "1y"}, {24 * time.Hour * 400, "1y 35d"}, {48*time.Hour + time.Minute, "2d"},
	} {
		if got := span(test.d); got != test.want {
			t.Errorf("%v: %q, want %q", test.d, got, test.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"broker.lan": "broker.lan", "/etc/my ca.crt": "'/etc/my ca.crt'", "$(reboot)": "'$(reboot)'", "a'b": `'a'\''b'`,
		"": "''", "a;b": "'a;b'", "ä": "'ä'",
	} {
		if got := quote(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	if got := file("-rf"); got != "./-rf" {
		t.Error(got)
	}
}

func TestList(t *testing.T) {
	for want, in := range map[string][]string{
		"nothing": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b, c and d": {"a", "b", "c", "d"}, "a, b, c, d and 2 more": {"a", "b", "c", "d", "e", "f"},
	} {
		if got := list(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestWildcardsThatNearlyMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, host string
		near          bool
	}{
		{"*.plant.test", "a.b.plant.test", true}, {"*.plant.test", "plant.test", true}, {"*.test", "plant.test", true},
		{"a*.plant.test", "a1.plant.test", true}, {"a*.plant.test", "b1.plant.test", false},
		{"*.plant.test", "a.other.test", false}, {"plant.test", "a.plant.test", false}, {"*", "plant", false},
	} {
		if got := nearly(test.pattern, test.host); (got != "") != test.near {
			t.Errorf("%s for %s: %q", test.pattern, test.host, got)
		}
	}
}

// TestKeyMismatchOfCA has --cafile and --cert exchanged: nobody is sent to the CA's key.
func TestKeyMismatchOfCA(t *testing.T) {
	s := &evidence.Session{Stage: evidence.StageLocal, Asked: evidence.Asked{TLS: true}}
	s.Local.Files = []evidence.File{
		{Role: evidence.RoleCertificate, Path: "ca.crt", Exists: evidence.Yes, Matches: evidence.No, Partner: "ca.key"},
		{Role: evidence.RoleKey, Path: "client.key", Exists: evidence.Yes, Matches: evidence.No, Partner: "client.crt"},
	}
	name := evidence.Name{Text: "CN=Test CA", CommonName: "Test CA", Hash: "5b1c3f8a"}
	s.Client.Chain = []evidence.Certificate{{Subject: name, Issuer: name}}
	f, ok := Find(s)
	if !ok || f.ID != "key-mismatch" {
		t.Fatalf("%+v", f)
	}
	if text := strings.Join([]string{f.Hints[0].Action, f.Hints[len(f.Hints)-1].Action}, " "); strings.Contains(text, "ca.key") || !strings.Contains(text, "--cafile") || !strings.Contains(text, "--cert client.crt") {
		t.Errorf("the hints are %v", f.Hints)
	}
}
