package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func closedAfterConnect() Cause {
	return Cause{
		ID:     "closed-after-connect",
		Title:  "TLS is fine; the broker closed after CONNECT",
		Source: "[MQTT-3.1.4-1]: a server may close without a CONNACK",
		Match: func(s *evidence.Session) (Finding, bool) {
			if !s.Asked.TLS || s.Stage != evidence.StageEstablished || !hungUp(s) || s.Answer != nil {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Sure,
				Headline:   "TLS is fine; the broker closed after CONNECT without saying why, as brokers do for a policy, a client id or a login",
				Seen:       facts(seenNegotiated(s), fmt.Sprintf("%s %s, without an alert and without a CONNACK", at(s.Target), closing(s))),
				Hints: []Hint{
					{Broker, "look into its log for this moment", ""},
					{Gateway, "check client id (-i), user name and password (-u, -P) and protocol version (-V)", ""},
				},
			}
			if strings.HasSuffix(s.Target.Name(), ".amazonaws.com") {
				f.Hints[0] = Hint{Broker, "AWS IoT: the certificate's policy has to allow iot:Connect for this client id", ""}
			}
			// In TLS 1.3 a refused client certificate looks the same from a
			// server that sends no alert.
			if s.Negotiated.Version >= evidence.TLS13 && s.Client.Sent == evidence.Yes {
				f.Confidence = Likely
				f.Rival = "client-issuer-not-trusted"
			}
			if s.Observed && s.Negotiated.Version >= evidence.TLS13 && f.Rival == "" {
				// What the broker answered is encrypted.
				f.Confidence = Likely
				f.Rival = "peer-is-https"
			}
			return f, true
		},
	}
}
