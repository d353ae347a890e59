package evidence

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a TLS protocol version as it stands on the wire (RFC 8446
// section 4.2.1: 0x0304 is TLS 1.3). Zero means that none was observed.
type Version uint16

// The versions with a name.
const (
	SSL30 Version = 0x0300
	TLS10 Version = 0x0301
	TLS11 Version = 0x0302
	TLS12 Version = 0x0303
	TLS13 Version = 0x0304
)

var versionNames = [...]string{"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}

// String gives the usual name, or four hexadecimal digits for a version that
// has none.
func (v Version) String() string {
	if v == 0 {
		return ""
	}
	if v >= SSL30 && v <= TLS13 {
		return versionNames[v-SSL30]
	}
	return fmt.Sprintf("0x%04x", uint16(v))
}

// MarshalText writes what String gives.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (v *Version) UnmarshalText(b []byte) error {
	s := string(b)
	if s == "" {
		*v = 0
		return nil
	}
	for i, name := range versionNames {
		if s == name {
			*v = SSL30 + Version(i)
			return nil
		}
	}
	hex, ok := strings.CutPrefix(s, "0x")
	n, err := strconv.ParseUint(hex, 16, 16)
	if !ok || err != nil {
		return fmt.Errorf("unknown TLS version %q", s)
	}
	*v = Version(n)
	return nil
}
