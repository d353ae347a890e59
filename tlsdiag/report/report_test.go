package report_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

func finding() cause.Finding {
	return cause.Finding{
		ID: "server-name-mismatch", Confidence: cause.Likely, Rival: "sni-default-certificate",
		Headline: "localhost was dialled, but the broker's certificate is for server",
		Seen:     []string{"broker's certificate: CN=server, SHA-256 cf0efc0692a66e0a…, sent by the broker", "it has no SAN"},
		Hints: []cause.Hint{
			{Party: cause.Gateway, Action: "dial the name that is in the certificate: -h server"},
			{Party: cause.CA, Action: "issue it again", Command: "openssl req -new -key server.key -subj /CN=localhost -out server.csr"},
		},
		Also: []cause.Note{{ID: "server-certificate-expired", Headline: "the broker's certificate expired 3d 4h ago"}},
	}
}

const plain = `tls: localhost was dialled, but the broker's certificate is for server
  seen: broker's certificate: CN=server, SHA-256 cf0efc0692a66e0a…, sent by the broker
        it has no SAN
  fix:  gateway: dial the name that is in the certificate: -h server
        CA: issue it again
          openssl req -new -key server.key -subj /CN=localhost -out server.csr
  also: the broker's certificate expired 3d 4h ago
  id:   server-name-mismatch (likely; it could also be sni-default-certificate)
`

func TestTextAsItIs(t *testing.T) {
	if got := report.Text(finding(), report.Options{}); got != plain {
		t.Errorf("got\n%swant\n%s", got, plain)
	}
}

func TestTextWithMore(t *testing.T) {
	f := finding()
	f.Rival = ""
	got := report.TextWith(f, []report.Line{{Label: "or:", Text: "one"}, {Label: "or:", Text: "two"}, {Label: "test:", Text: "ask"}}, report.Options{})
	const want = "  also: the broker's certificate expired 3d 4h ago\n  or:   one\n        two\n  test: ask\n  id:   server-name-mismatch (likely)\n"
	if !strings.HasSuffix(got, want) {
		t.Errorf("got\n%swant at the end\n%s", got, want)
	}
}

func TestTextWraps(t *testing.T) {
	for _, width := range []int{1, 32, 40, 60, 80, 200} {
		text := report.Text(finding(), report.Options{Width: width})
		for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
			if strings.HasPrefix(line, "          openssl") {
				continue
			}
			if n := utf8.RuneCountInString(line); n > max(width, 32) {
				t.Errorf("width %d: %d columns: %q", width, n, line)
			}
		}
		if strings.Join(strings.Fields(text), " ") != strings.Join(strings.Fields(plain), " ") {
			t.Errorf("width %d changes the words:\n%s", width, text)
		}
	}
}

func TestColourChangesNoColumn(t *testing.T) {
	strip := strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[2m", "", "\x1b[36m", "")
	for _, width := range []int{0, 40} {
		coloured := report.Text(finding(), report.Options{Width: width, Colour: true})
		if !strings.Contains(coloured, "\x1b[") {
			t.Error("no colour")
		}
		if got, want := strip.Replace(coloured), report.Text(finding(), report.Options{Width: width}); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
}

// TestNamesCannotDriveTheTerminal: names come from the peer.
func TestNamesCannotDriveTheTerminal(t *testing.T) {
	f := finding()
	evil := "a\x1b]0;x\x07\x9b31m\r\n\u202eb\u200b\xff\x00c"
	f.Headline, f.Seen, f.Hints[1].Command, f.Also[0].Headline = evil, []string{evil}, "echo "+evil, evil
	text := report.Text(f, report.Options{Width: 72})
	for _, r := range text {
		if r != '\n' && (r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x200b || r == utf8.RuneError) {
			t.Fatalf("%q is in %q", r, text)
		}
	}
	if !utf8.ValidString(text) || strings.Count(text, "\n") < 7 {
		t.Errorf("%q", text)
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "CN=broker, O=Grün": "CN=broker, O=Grün", "a\x00b": `a\x00b`, "\x1b[1m": `\x1b[1m`, "a\u202eb": `a\u{202e}b`,
		"\xff": `\xff`, "\u009b": `\u{009b}`, "�": "�", "\U000e0041": `\u{e0041}`, "a\nb": `a\x0ab`,
	} {
		if got := report.Escape(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	s := &evidence.Session{Schema: evidence.Schema, Stage: evidence.StageEstablished}
	s.Flow.Alerts = []evidence.Alert{{From: evidence.SideServer, Level: 2, Code: 116}}
	s.Verdict = &evidence.Verdict{Error: 62, Text: "hostname mismatch"}
	b, err := report.JSON(finding(), s)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil || strings.Contains(string(b), "\n") {
		t.Fatalf("%v: %s", err, b)
	}
	alert, _ := doc["alert"].(map[string]any)
	if doc["schema"] != 1.0 || doc["cause"] != "server-name-mismatch" || doc["stage"] != "established" || alert["name"] != "certificate_required" ||
		alert["from"] != "server" || doc["evidence"] == nil {
		t.Errorf("%s", b)
	}
	if verdict, _ := doc["verdict"].(map[string]any); verdict["error"] != 62.0 {
		t.Errorf("%s", b)
	}
	s.Flow.Alerts = []evidence.Alert{{From: evidence.SideServer, Code: evidence.AlertUnread, Encrypted: true}}
	if a := report.NewDocument(finding(), s).Alert; a == nil || a.Code != -1 || a.Name != "" {
		t.Errorf("%+v", a)
	}
}
