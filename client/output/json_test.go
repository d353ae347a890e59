package output

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// jsonCase is one case of testdata/json.txt.
type jsonCase struct {
	where    string
	payload  string
	prints   string
	pretty   string
	safe     string // the member of --json-safe
	rejected bool
}

func readJSONCases(t *testing.T) []jsonCase {
	t.Helper()
	var cases []jsonCase
	lines(t, "testdata/json.txt", func(where, word, rest string) {
		if word == "payload" {
			cases = append(cases, jsonCase{where: where, payload: quoted(t, where, rest)})
			return
		}
		last := &cases[len(cases)-1]
		switch word {
		case "prints":
			last.prints = quoted(t, where, rest)
			last.pretty = last.prints
			last.safe = `"payload":` + last.prints
		case "pretty":
			last.pretty = quoted(t, where, rest)
		case "safe":
			last.safe = quoted(t, where, rest)
		case "rejected":
			last.rejected = true
			last.safe = `"payload_b64":"` + base64.StdEncoding.EncodeToString([]byte(last.payload)) + `"`
		default:
			t.Fatalf("%s: what is %q?", where, word)
		}
	})
	// How deep arrays may stand in each other is easier to say here.
	deep := strings.Repeat("[", 1000) + strings.Repeat("]", 1000)
	return append(cases,
		jsonCase{where: "1000 levels", payload: deep, prints: deep, pretty: deep, safe: `"payload":` + deep},
		jsonCase{where: "1001 levels", payload: "[" + deep + "]", rejected: true,
			safe: `"payload_b64":"` + base64.StdEncoding.EncodeToString([]byte("["+deep+"]")) + `"`},
	)
}

// expand prints a payload with %J and returns the last member of the object, or "" and the error.
func expand(t *testing.T, payload string, style Style) (string, error) {
	t.Helper()
	style.NoNewline = true
	f, err := Compile("%J", style)
	if err != nil {
		t.Fatal(err)
	}
	m := &Message{Topic: []byte("t"), Payload: []byte(payload)}
	got, err := f.Append(nil, m, clock())
	_, member, _ := strings.Cut(string(got), `"payloadlen":`)
	if _, after, ok := strings.Cut(member, ",\n\t"); ok {
		return strings.TrimSuffix(after, "\n}"), err
	}
	_, member, _ = strings.Cut(member, ",")
	return strings.TrimSuffix(member, "}"), err
}

func TestJSONPayloads(t *testing.T) {
	for _, c := range readJSONCases(t) {
		compact, err := expand(t, c.payload, Style{})
		want := ""
		if !c.rejected {
			want = `"payload":` + c.prints
		}
		if (err != nil) != c.rejected || compact != want {
			t.Errorf("%s: %q\n got %q, %v\nwant %q", c.where, c.payload, compact, err, want)
		}
		if !c.rejected {
			want = `"payload":` + "\t" + c.pretty
		}
		if pretty, _ := expand(t, c.payload, Style{Pretty: true}); pretty != want {
			t.Errorf("%s: %q --pretty\n got %q\nwant %q", c.where, c.payload, pretty, want)
		}
		safe, err := expand(t, c.payload, Style{JSONSafe: true})
		if err != nil || safe != c.safe {
			t.Errorf("%s: %q --json-safe\n got %q, %v\nwant %q", c.where, c.payload, safe, err, c.safe)
		}
		if !json.Valid([]byte("{" + safe + "}")) {
			t.Errorf("%s: %q --json-safe: not valid: %s", c.where, c.payload, safe)
		}
	}
}

// FuzzJSON checks that any payload gives one line, that what is printed for a valid payload is valid, and that
// --json-safe gives valid JSON from which the payload can be recovered.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.5,{"b":null}],"c":"\u00e9\ud83d\ude00"}`, `[1e400,-0,01,"\u0000"]`, "\"\xff\x01\"", `"\uZZZZ"`, "[[[", "",
	} {
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, payload []byte, pretty bool) {
		m := &Message{Topic: []byte("t"), Payload: payload}
		at := time.Unix(1795445223, 0).UTC()
		for _, format := range []string{"%j", "%J"} {
			plain := mustCompile(t, format, Style{Pretty: pretty, NoNewline: true})
			got, err := plain.Append(nil, m, at)
			if err != nil && len(got) != 0 {
				t.Fatalf("%s: %q after %v", format, got, err)
			}
			if format == "%J" && err != nil && len(payload) < 60 && json.Valid(payload) && !hasLoneSurrogate(payload) {
				t.Fatalf("%s: refused %q: %v", format, payload, err)
			}
			if err == nil && utf8.Valid(payload) && !json.Valid(got) {
				t.Fatalf("%s: %q is not valid JSON", format, got)
			}
			safe := mustCompile(t, format, Style{Pretty: pretty, NoNewline: true, JSONSafe: true})
			got, err = safe.Append(nil, m, at)
			if err != nil || !json.Valid(got) {
				t.Fatalf("%s: %q, %v is not valid JSON", format, got, err)
			}
			checkRecovered(t, format, payload, got)
		}
	})
}

// hasLoneSurrogate reports whether there may be an escape for half a surrogate pair, which Go replaces.
func hasLoneSurrogate(payload []byte) bool {
	return strings.Contains(strings.ToLower(string(payload)), `\ud`)
}

// checkRecovered decodes the object and compares.
func checkRecovered(t *testing.T, format string, payload, got []byte) {
	t.Helper()
	var object struct {
		Payload any     `json:"payload"`
		Base64  *[]byte `json:"payload_b64"`
	}
	if err := json.Unmarshal(got, &object); err != nil {
		t.Fatal(err)
	}
	if object.Base64 != nil && string(*object.Base64) != string(payload) {
		t.Fatalf("%s: payload_b64 is %q of %q", format, *object.Base64, payload)
	}
	if object.Base64 == nil && format == "%j" && len(payload) > 0 && object.Payload != string(payload) {
		t.Fatalf("%s: payload is %q of %q", format, object.Payload, payload)
	}
}

func mustCompile(t testing.TB, format string, style Style) *Format {
	t.Helper()
	f, err := Compile(format, style)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
