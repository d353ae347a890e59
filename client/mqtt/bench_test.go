package mqtt

import (
	"strings"
	"testing"
)

func BenchmarkParsePublish(b *testing.B) {
	for _, v := range []Version{V311, V5} {
		m := *samplePublish(b)
		if v != V5 {
			m.Properties = nil
		}
		packet, err := AppendPublish(nil, v, &m)
		if err != nil {
			b.Fatal(err)
		}
		f := Frame{Header: packet[0], Body: packet[2:]}
		b.Run(v.String(), func(b *testing.B) {
			var got Publish
			b.ReportAllocs()
			for b.Loop() {
				if err := ParsePublish(v, f, &got); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReaderNext(b *testing.B) {
	packet, err := AppendPublish(nil, V311, samplePublish311(b))
	if err != nil {
		b.Fatal(err)
	}
	r := NewReader(endless{packet}, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidUTF8(b *testing.B) {
	for name, s := range map[string]string{
		"ASCII":     strings.Repeat("gateway/test0/", 4),
		"not ASCII": strings.Repeat("Grüße/東京/", 4),
	} {
		b.Run(name, func(b *testing.B) {
			text := []byte(s)
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				if !ValidUTF8(text) || !ValidUTF8(s) {
					b.Fatal(s)
				}
			}
		})
	}
}

func samplePublish311(tb testing.TB) *Publish {
	m := samplePublish(tb)
	m.Properties = nil
	return m
}
