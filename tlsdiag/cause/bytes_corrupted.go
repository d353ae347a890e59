package cause

import (
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func bytesCorrupted() Cause {
	return Cause{
		ID:     "bytes-corrupted",
		Title:  "bytes were changed on the way",
		Source: "RFC 8446 section 6.2: bad_record_mac, decode_error, decrypt_error",
		Match: func(s *evidence.Session) (Finding, bool) {
			what := corrupted(s)
			if what == "" || verdict(s) != 0 || s.Client.Sent == evidence.Yes {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Headline:   "bytes seem to be changed on the way: " + what,
				Seen:       facts(seenAlert(s), "handshake: "+s.End.Error),
				Hints: []Hint{
					{Network, "look for a device on the way that rewrites packets", ""},
					{Gateway, "or a network card's offloading (as root; lan0 stands for its name)", "ethtool -K lan0 tso off gro off"},
				},
			}, true
		},
	}
}

// corrupted says what did not verify.
func corrupted(s *evidence.Session) string {
	switch alert(s) {
	case record.BadRecordMAC:
		return "the broker could not authenticate what this side sent"
	case record.DecryptError:
		return "the broker could not verify what this side sent"
	}
	// The words of crypto/tls for what this side found.
	for _, w := range [...][2]string{
		{"bad record MAC", "a record of the broker does not authenticate"},
		{"invalid signature by the server certificate", "the broker's signature does not verify"},
		{"invalid server finished hash", "the broker's Finished message does not verify"},
		{"server's Finished message was incorrect", "the broker's Finished message does not verify"},
	} {
		if strings.Contains(s.End.Error, w[0]) {
			return w[1]
		}
	}
	return ""
}
