package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func clientCertificateNoCommonName() Cause {
	return Cause{
		ID:     "client-certificate-no-common-name",
		Title:  "the broker takes the user name from a Common Name that the client certificate lacks",
		Source: "mosquitto.conf(5): use_identity_as_username; [MQTT-3.2.2.3] return codes 4 and 5, MQTT 5.0 reason codes 0x86 and 0x87",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := s.Client.Leaf()
			if s.Stage != evidence.StageConnack || s.Client.Sent != evidence.Yes || c == nil || c.Subject.CommonName != "" {
				return Finding{}, false
			}
			switch s.Connack {
			case 4, 5, 0x86, 0x87:
			default:
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Headline: fmt.Sprintf("TLS is fine, but the broker may take the user name from the certificate's CN, and %s has none",
					ourFile(c)),
				Seen: facts(ours(c), fmt.Sprintf("the CONNACK refused with code %d", s.Connack)),
				Hints: []Hint{
					{Broker, "look into its log for this moment: which user was refused?", ""},
					{CA, "if none: issue the certificate again with the user name in it: CN=user", ""},
				},
			}, true
		},
	}
}
