package output

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// row is one case of the tables in testdata/format: a format, a message and what comes out.
type row struct {
	where   string // file:line
	message *Message
	kind    string // "format", "default" or "verbose"
	format  string
	style   Style

	prints  string // stdout
	stderr  string // the errors of Append, joined
	rejects string // the error of Compile

	reference        string // stdout of mosquitto_sub 2.0.11 where that is something else
	referenceRejects string
	differs          bool // one of the two above is set
	because          string
	notRun           string // why mosquitto_sub 2.0.11 cannot be asked
}

// clock is the time of all rows.
func clock() time.Time {
	return time.Date(2026, 11, 23, 15, 47, 3, 824391567, time.FixedZone("CET", 3600))
}

// quoted reads a Go string literal.
func quoted(t testing.TB, where, text string) string {
	t.Helper()
	s, err := strconv.Unquote(text)
	if err != nil {
		t.Fatalf("%s: %s is not a string in quotes: %v", where, text, err)
	}
	return s
}

// lines calls each for every line of a file that is not empty and no comment: its first word and the rest.
func lines(t testing.TB, file string, each func(where, word, rest string)) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	for n := 1; scanner.Scan(); n++ {
		line := strings.TrimLeft(scanner.Text(), "\t")
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		each(fmt.Sprintf("%s:%d", filepath.Base(file), n), word, rest)
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
}

// readMessages reads testdata/messages.txt.
func readMessages(t testing.TB) map[string]*Message {
	t.Helper()
	all := make(map[string]*Message)
	var m *Message
	lines(t, "testdata/messages.txt", func(where, word, rest string) {
		switch word {
		case "message":
			m = new(Message)
			all[rest] = m
		case "topic":
			m.Topic = []byte(quoted(t, where, rest))
		case "payload":
			m.Payload = append(m.Payload, quoted(t, where, rest)...)
		case "qos":
			m.QoS = rest[0] - '0'
		case "retain":
			m.Retain = true
		case "id":
			id, err := strconv.ParseUint(rest, 10, 16)
			if err != nil {
				t.Fatalf("%s: %v", where, err)
			}
			m.PacketID = uint16(id)
		default:
			id, ok := mqtt.PropertyByName(word)
			if !ok {
				t.Fatalf("%s: what is %q?", where, word)
			}
			m.Properties = appendTestProperty(t, m.Properties, id, where, rest)
		}
	})
	return all
}

// appendTestProperty appends the wire form of a property (MQTT 5.0, 2.2.2).
func appendTestProperty(t testing.TB, list mqtt.Properties, id mqtt.PropertyID, where, value string) mqtt.Properties {
	t.Helper()
	text := func(list []byte, s string) []byte {
		return append(binary.BigEndian.AppendUint16(list, uint16(len(s))), s...)
	}
	list = append(list, byte(id))
	switch id.Type() {
	case mqtt.TypeString, mqtt.TypeBinary:
		return text(list, quoted(t, where, value))
	case mqtt.TypeStringPair:
		key, err := strconv.QuotedPrefix(value)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		list = text(list, quoted(t, where, key))
		return text(list, quoted(t, where, strings.TrimSpace(value[len(key):])))
	}
	n, err := strconv.ParseUint(value, 10, 32)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	switch id.Type() {
	case mqtt.TypeByte:
		return append(list, byte(n))
	case mqtt.TypeUint16:
		return binary.BigEndian.AppendUint16(list, uint16(n))
	case mqtt.TypeUint32:
		return binary.BigEndian.AppendUint32(list, uint32(n))
	default:
		return binary.AppendUvarint(list, n) // the same encoding as MQTT's
	}
}

// readTable reads one file of testdata/format.
func readTable(t *testing.T, file string, messages map[string]*Message) []row {
	t.Helper()
	var rows []row
	var style Style
	var message *Message
	lines(t, file, func(where, word, rest string) {
		last := func() *row {
			if len(rows) == 0 {
				t.Fatalf("%s: %q before the first format", where, word)
			}
			return &rows[len(rows)-1]
		}
		switch word {
		case "on":
			if message = messages[rest]; message == nil {
				t.Fatalf("%s: no message %q", where, rest)
			}
		case "style":
			style = Style{
				NoNewline: strings.Contains(rest, "-N"), Pretty: strings.Contains(rest, "--pretty"),
				JSONSafe: strings.Contains(rest, "--json-safe"),
			}
		case "format", "default", "verbose":
			rows = append(rows, row{where: where, message: message, kind: word, format: rest, style: style})
		case "prints":
			last().prints += quoted(t, where, rest)
		case "stderr":
			last().stderr = quoted(t, where, rest)
		case "rejects":
			last().rejects = quoted(t, where, rest)
		case "2.0.11":
			last().reference += quoted(t, where, rest)
			last().differs = true
		case "2.0.11-rejects":
			last().referenceRejects = quoted(t, where, rest)
			last().differs = true
		case "because":
			last().because = rest
		case "not-run":
			last().notRun = rest
		default:
			t.Fatalf("%s: what is %q?", where, word)
		}
	})
	return rows
}

// readTables reads all of them.
func readTables(t *testing.T) []row {
	t.Helper()
	messages := readMessages(t)
	files, err := filepath.Glob("testdata/format/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	var rows []row
	for _, file := range files {
		rows = append(rows, readTable(t, file, messages)...)
	}
	return rows
}

// compile returns the row's format.
func (r *row) compile() (*Format, error) {
	if r.kind != "format" {
		return Default(r.kind == "verbose", r.style), nil
	}
	return Compile(r.format, r.style)
}

func TestTables(t *testing.T) {
	for _, r := range readTables(t) {
		f, err := r.compile()
		if r.rejects != "" {
			var bad *FormatError
			if !errors.As(err, &bad) || bad.Error() != r.rejects {
				t.Errorf("%s: %s\n got error %v\nwant error %s", r.where, r.format, err, r.rejects)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %s: %v", r.where, r.format, err)
			continue
		}
		got, err := f.Append([]byte("kept|"), r.message, clock())
		if string(got) != "kept|"+r.prints {
			t.Errorf("%s: %s\n got %q\nwant %q", r.where, r.format, got[min(5, len(got)):], r.prints)
		}
		if errorText(err) != r.stderr {
			t.Errorf("%s: %s\n got error %q\nwant error %q", r.where, r.format, errorText(err), r.stderr)
		}
		if r.differs != (r.because != "") {
			t.Errorf("%s: a difference and its reason go together", r.where)
		}
	}
}

func TestUsesTime(t *testing.T) {
	if Default(true, Style{}).UsesTime() {
		t.Error("-v uses the time")
	}
	for format, want := range map[string]bool{
		"%t %p %x %l": false, "@@%%\n": false, "%I": true, "%U": true, "%j": true, "x%J": true, "@Y": true, "@N": true,
	} {
		if got := mustCompile(t, format, Style{}).UsesTime(); got != want {
			t.Errorf("%s: %v", format, got)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
