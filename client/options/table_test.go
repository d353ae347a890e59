package options

import (
	"reflect"
	"strings"
	"testing"
)

// TestTable checks what the grammar and the help take for granted about every row of the table.
func TestTable(t *testing.T) {
	for _, c := range Commands() {
		seen := map[string]bool{}
		for _, o := range tableOf(About(c).Options) {
			field := o.group.Type().Field(o.index)
			where := c.String() + ": " + o.group.Type().Name() + "." + field.Name
			for _, name := range []string{"-" + o.short, "--" + o.name} {
				if len(strings.Trim(name, "-")) > 0 && seen[name] {
					t.Errorf("%s: %s is there twice", where, name)
				}
				seen[name] = true
			}
			if o.short == "" && o.name == "" || len(o.short) > 1 || len(o.name) == 1 {
				t.Errorf("%s: named %q and %q", where, o.short, o.name)
			}
			help := o.tag.Get("help")
			if help == "" || !strings.HasSuffix(help, ".") && !strings.HasSuffix(help, ").") || len(help) > 80 {
				t.Errorf("%s: help %q", where, help)
			}
			takesWord := o.tag.Get("placeholder") != ""
			if hasText := o.tag.Get("noun") != "" || o.tag.Get("missing") != "" || o.short == "D"; takesWord != hasText {
				t.Errorf("%s: placeholder %v, text for a missing value %v", where, takesWord, hasText)
			}
			if isTopic := field.Type == reflect.TypeFor[TopicName]() || field.Type == reflect.TypeFor[TopicFilters](); isTopic != (o.tag.Get("kind") != "") {
				t.Errorf("%s: kind %q", where, o.tag.Get("kind"))
			}
			if (o.tag.Get("xor") == "") != (o.tag.Get("clash") == "") {
				t.Errorf("%s: xor without clash, or the other way round", where)
			}
			if readable(reflect.New(field.Type)) == (field.Type.Kind() == reflect.Pointer && readable(reflect.New(field.Type.Elem()))) {
				t.Errorf("%s: %v can be read in no way or in two", where, field.Type)
			}
		}
	}
}

func readable(v reflect.Value) bool {
	switch v.Interface().(type) {
	case reader, *bool, *string:
		return true
	}
	return false
}
