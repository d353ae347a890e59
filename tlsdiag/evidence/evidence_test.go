package evidence_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func TestVersionText(t *testing.T) {
	for _, test := range []struct {
		version evidence.Version
		text    string
	}{
		{0, ""}, {evidence.SSL30, "SSL 3.0"}, {evidence.TLS10, "TLS 1.0"}, {evidence.TLS12, "TLS 1.2"}, {evidence.TLS13, "TLS 1.3"},
		{0x0305, "0x0305"}, {0x7f1c, "0x7f1c"}, {0xfefd, "0xfefd"},
	} {
		if got := test.version.String(); got != test.text {
			t.Errorf("%#x: %q, want %q", uint16(test.version), got, test.text)
		}
		var back evidence.Version
		if err := back.UnmarshalText([]byte(test.text)); err != nil || back != test.version {
			t.Errorf("%q: %#x, %v", test.text, uint16(back), err)
		}
	}
	for _, bad := range []string{"TLS 1.4", "0x", "0x10304", "304", "tls1.2"} {
		var v evidence.Version
		if err := v.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was read as %v", bad, v)
		}
	}
}

func TestAnswerHasThreeValues(t *testing.T) {
	if evidence.Of(true) != evidence.Yes || evidence.Of(false) != evidence.No {
		t.Error("Of")
	}
	var c evidence.Client
	if err := json.Unmarshal([]byte(`{"requested":"no"}`), &c); err != nil || c.Requested != evidence.No || c.Sent != evidence.NotObserved {
		t.Errorf("%+v, %v", c, err)
	}
	if err := json.Unmarshal([]byte(`{"requested":"maybe"}`), &c); err == nil {
		t.Error("maybe was taken for an answer")
	}
	if b, _ := json.Marshal(evidence.Client{Requested: evidence.No}); string(b) != `{"requested":"no"}` {
		t.Errorf("%s", b)
	}
}

func TestDecisiveAlert(t *testing.T) {
	const client, server = evidence.SideClient, evidence.SideServer
	for _, test := range []struct {
		name   string
		alerts []evidence.Alert
		want   int
	}{
		{"the server's before ours", []evidence.Alert{{From: server, Level: 2, Code: 48}, {From: client, Level: 2, Code: 42}}, 48},
		{"ours before a farewell", []evidence.Alert{{From: client, Level: 2, Code: 42}, {From: server, Level: 1, Code: 0}}, 42},
		{"a warning decides nothing", []evidence.Alert{{From: server, Level: 2, Code: 40}, {From: server, Level: 1, Code: 112}}, 40},
		{"one that cannot be read", []evidence.Alert{{From: server, Code: evidence.AlertUnread}, {From: client, Level: 1}}, evidence.AlertUnread},
	} {
		f := evidence.Flow{Alerts: test.alerts}
		if got := f.Decisive(); got == nil || got.Code != test.want {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
	if (&evidence.Flow{}).Decisive() != nil {
		t.Error("an alert out of nothing")
	}
}

func TestNameToCheck(t *testing.T) {
	target := evidence.Target{Host: "10.0.0.7"}
	if target.Name() != "10.0.0.7" {
		t.Error(target.Name())
	}
	target.ServerName = "broker.lan"
	if target.Name() != "broker.lan" {
		t.Error(target.Name())
	}
}

// FuzzSession holds the JSON form to its promise: what was read is written and
// read again unchanged.
func FuzzSession(f *testing.F) {
	cases, err := filepath.Glob("../testdata/cases/c*/evidence.json")
	if err != nil || len(cases) == 0 {
		f.Fatal("no seeds: ", err)
	}
	for _, path := range cases[:min(len(cases), 3)] {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"schema":1,"end":{"how":"fin"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, second evidence.Session
		if json.Unmarshal(b, &first) != nil {
			return
		}
		text, err := json.Marshal(&first)
		if err != nil {
			// Years beyond 9999 can be held and not written.
			return
		}
		if err := json.Unmarshal(text, &second); err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, text)
		}
		again, err := json.Marshal(&second)
		if err != nil || string(again) != string(text) {
			t.Errorf("%v\n%s\n%s", err, text, again)
		}
	})
}
