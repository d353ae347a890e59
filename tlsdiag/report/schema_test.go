package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// field is one line of a table of JSON.md.
type field struct {
	kind   string
	always bool
}

// schema is what JSON.md promises: the fields of each kind of object.
type schema map[string]map[string]field

// documented reads JSON.md.
func documented(t *testing.T) schema {
	t.Helper()
	text, err := os.ReadFile("JSON.md")
	if err != nil {
		t.Fatal(err)
	}
	heading := regexp.MustCompile(`^## (\w+)$`)
	row := regexp.MustCompile("^\\| `(\\w+)` \\| ([\\w ]+) \\| (always)? ?\\| (.+) \\|$")
	s, object := schema{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if m := heading.FindStringSubmatch(line); m != nil {
			object = m[1]
			s[object] = map[string]field{}
		}
		m := row.FindStringSubmatch(line)
		switch {
		case m == nil && strings.HasPrefix(line, "| `"):
			t.Errorf("%q is no line of a table", line)
		case m != nil && s[object][m[1]] != field{}:
			t.Errorf("%s has %s twice", object, m[1])
		case m != nil:
			s[object][m[1]] = field{m[2], m[3] != ""}
		}
	}
	return s
}

// objectName is the heading of a Go type in JSON.md.
func objectName(t reflect.Type) string {
	if t == reflect.TypeFor[evidence.Alert]() {
		return "SeenAlert" // report has an Alert, too
	}
	return t.Name()
}

// declared reads the Go types.
func declared(s schema, t reflect.Type) {
	name := objectName(t)
	if _, ok := s[name]; ok {
		return
	}
	s[name] = map[string]field{}
	declareFields(s, t, s[name])
}

func declareFields(s schema, t reflect.Type, into map[string]field) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			declareFields(s, f.Type, into)
			continue
		}
		into[name] = field{kind(s, f.Type), !strings.Contains(options, "omit")}
	}
}

// kind names a Go type in the words of JSON.md.
func kind(s schema, t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Time]():
		return "time"
	case reflect.TypeFor[evidence.Version]():
		return "version"
	case reflect.TypeFor[evidence.Answer]():
		return "answer"
	case reflect.TypeFor[[]byte]():
		return "base64"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return kind(s, t.Elem())
	case reflect.Slice:
		return "list of " + kind(s, t.Elem())
	case reflect.Struct:
		declared(s, t)
		return objectName(t)
	case reflect.String, reflect.Bool:
		return t.Kind().String()
	}
	return "integer"
}

// TestSchemaIsKept: JSON.md has every field, and no field that it has is gone.
func TestSchemaIsKept(t *testing.T) {
	promised, have := documented(t), schema{}
	declared(have, reflect.TypeFor[report.Document]())
	declared(have, reflect.TypeFor[report.ProbeDocument]())
	for object, fields := range have {
		for name, f := range fields {
			if promised[object][name] != f {
				t.Errorf("%s.%s is %+v, JSON.md has %+v", object, name, f, promised[object][name])
			}
		}
	}
	for object, fields := range promised {
		for name := range fields {
			if _, ok := have[object][name]; !ok {
				t.Errorf("%s.%s is promised in JSON.md, and gone", object, name)
			}
		}
	}
}

// validate holds a value to what is promised and returns what is wrong with it.
func (s schema) validate(path, kind string, value any) []string {
	if element, ok := strings.CutPrefix(kind, "list of "); ok {
		list, ok := value.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %T, not a list", path, value)}
		}
		var bad []string
		for i, v := range list {
			bad = append(bad, s.validate(fmt.Sprintf("%s[%d]", path, i), element, v)...)
		}
		return bad
	}
	if fields, ok := s[kind]; ok {
		return s.validateObject(path, fields, value)
	}
	text, isText := value.(string)
	number, isNumber := value.(float64)
	_, isBool := value.(bool)
	ok := false
	switch kind {
	case "string":
		ok = isText
	case "bool":
		ok = isBool
	case "integer":
		ok = isNumber && number == float64(int64(number))
	case "answer":
		ok = text == "yes" || text == "no"
	case "version":
		ok = regexp.MustCompile(`^(TLS 1\.[0-3]|SSL 3\.0|0x[0-9a-f]{4})$`).MatchString(text)
	case "time":
		_, err := time.Parse(time.RFC3339, text)
		ok = err == nil
	case "base64":
		ok = regexp.MustCompile(`^[A-Za-z0-9+/]+=*$`).MatchString(text)
	}
	if !ok {
		return []string{fmt.Sprintf("%s is %v, not %s", path, value, kind)}
	}
	return nil
}

func (s schema) validateObject(path string, fields map[string]field, value any) (bad []string) {
	object, ok := value.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s is %T, not an object", path, value)}
	}
	for name, v := range object {
		f, ok := fields[name]
		if !ok {
			bad = append(bad, path+"."+name+" is not in JSON.md")
			continue
		}
		bad = append(bad, s.validate(path+"."+name, f.kind, v)...)
	}
	for name, f := range fields {
		if _, ok := object[name]; f.always && !ok {
			bad = append(bad, path+"."+name+" is missing")
		}
	}
	return bad
}

func read(t *testing.T, path string) map[string]any {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestCasesKeepTheSchema holds the JSON form of every case to JSON.md.
func TestCasesKeepTheSchema(t *testing.T) {
	promised := documented(t)
	paths, err := filepath.Glob("../testdata/cases/*/report.json")
	if err != nil || len(paths) < 100 {
		t.Fatalf("%d cases: %v", len(paths), err)
	}
	used := map[string]bool{}
	for _, path := range paths {
		doc := read(t, path)
		doc["evidence"] = read(t, filepath.Join(filepath.Dir(path), "evidence.json"))
		for _, bad := range promised.validate(filepath.Base(filepath.Dir(path)), "Document", doc) {
			t.Error(bad)
		}
		for name := range doc {
			used[name] = true
		}
	}
	for name := range promised["Document"] {
		if !used[name] && name != "also" {
			t.Errorf("no case has %s", name)
		}
	}
}

// TestSchemaNoticesMistakes: the check itself can fail.
func TestSchemaNoticesMistakes(t *testing.T) {
	promised := documented(t)
	sound := read(t, "../testdata/cases/server-certificate-expired/report.json")
	encode := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, change := range []func(map[string]any){
		func(d map[string]any) { d["new"] = 1 }, func(d map[string]any) { delete(d, "cause") }, func(d map[string]any) { d["schema"] = "1" },
		func(d map[string]any) { d["hints"] = "none" }, func(d map[string]any) { d["seen"] = []any{1} }, func(d map[string]any) { d["schema"] = 1.5 },
		func(d map[string]any) { d["evidence"] = map[string]any{} },
	} {
		var doc map[string]any
		if err := json.NewDecoder(bytes.NewReader(encode(sound))).Decode(&doc); err != nil {
			t.Fatal(err)
		}
		change(doc)
		if bad := promised.validate("", "Document", doc); len(bad) == 0 {
			t.Errorf("nothing is wrong with %s", encode(doc))
		}
	}
}
