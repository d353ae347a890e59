package brokerconf

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func quoted(s string) string { return strconv.Quote(s) }

// psk judges pre-shared keys.
func (j *judge) psk(l *Listener) {
	switch {
	case !l.PSKHint.Given():
		return
	case !l.PSKFile.Given():
		severity, whom := Broken, everyone
		if l.Secured() {
			severity, whom = Warning, "clients with a pre-shared key"
		}
		j.add(l.PSKHint.Place, severity, whom, PSKFileMissing, "psk_hint is given without psk_file: no pre-shared key is known, so the handshake fails", "add psk_file")
		return
	}
	if !j.readable(l.PSKFile, "psk-file") {
		return
	}
	f, err := os.Open(l.PSKFile.Text)
	if err != nil {
		j.add(l.PSKFile.Place, Broken, NoStart, PSKFileUnusable, "psk_file "+l.PSKFile.Text+" cannot be read: "+reason(err))
		return
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		// The line itself is a secret: only its number is told.
		identity, key, ok := strings.Cut(text, ":")
		if _, err := hex.DecodeString(even(key)); !ok || identity == "" || key == "" || err != nil {
			j.add(Place{l.PSKFile.Text, n}, Broken, "the client of this line", PSKFileUnusable,
				fmt.Sprintf("line %d of psk_file is not identity:key with the key in hexadecimal", n))
			return
		}
	}
	if l.Secured() {
		j.add(l.PSKHint.Place, Note, "", OptionsIgnored, "the listener has certificates and pre-shared keys: clients may come with either, with keys up to TLS 1.2")
	}
}

func even(key string) string {
	if len(key)%2 == 1 {
		return "0" + key
	}
	return key
}
