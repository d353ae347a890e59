package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func certificateIgnored() Cause {
	return Cause{
		ID:       "certificate-ignored",
		Title:    "a client certificate was given, but no option that turns TLS on",
		Source:   "mosquitto_pub(1): TLS is enabled by --cafile, --capath or --tls-use-os-certs",
		Explains: []string{"plain-to-tls-port", "tls-not-enabled", "peer-not-mqtt"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if !plainFailed(s) || s.Asked.CertFile == "" && s.Asked.KeyFile == "" {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   "the client certificate was ignored: none of the options that turn TLS on was given, so plain MQTT was sent",
				Seen: facts("--cert "+s.Asked.CertFile, "neither --cafile nor --capath nor --tls-use-os-certs was given",
					seenAlert(s), fmt.Sprintf("%s %s", at(s.Target), answered(s))),
				Hints: []Hint{
					{Gateway, "give the certificate of the broker's CA: --cafile ca.crt", ""},
					{Gateway, "or --tls-use-os-certs, where a public CA issued the broker's certificate", ""},
				},
			}, true
		},
	}
}

// plainFailed says that plain MQTT was sent and that no CONNACK came.
func plainFailed(s *evidence.Session) bool {
	return !s.Asked.TLS && s.Stage == evidence.StagePlain
}

// answered says what came instead of an answer to a plain CONNECT.
func answered(s *evidence.Session) string {
	switch {
	case serverAlert(s) != nil:
		return "answered our CONNECT with a TLS alert"
	case s.Flow.Stranger != nil:
		return "answered our CONNECT with something that is not MQTT"
	case timedOut(s):
		return "did not answer our CONNECT for " + seconds(s.End.Silence)
	}
	return closing(s) + " in answer to our CONNECT"
}
