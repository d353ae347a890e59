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
		Explains: []string{"plain-to-tls-port", "tls-not-enabled"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if !plainFailed(s) || s.Asked.CertFile == "" && s.Asked.KeyFile == "" {
				return Finding{}, false
			}
			return Finding{
				Headline: "the client certificate was ignored: none of the options that turn TLS on was given, so plain MQTT was sent",
				Seen: facts("--cert "+s.Asked.CertFile, "neither --cafile nor --capath nor --tls-use-os-certs was given",
					seenAlert(s), fmt.Sprintf("%s %s", at(s.Target), answered(s))),
				Hints: []Hint{
					{Gateway, "give the certificate of the broker's CA: --cafile ca.crt", ""},
					{Gateway, "or --tls-use-os-certs, where a public CA issued the broker's certificate", ""},
				},
			}.plainly(s), true
		},
	}
}

// plainFailed says that plain MQTT was sent, and that neither a CONNACK came
// nor anything else that TLS does not say.
func plainFailed(s *evidence.Session) bool {
	return !s.Asked.TLS && s.Stage == evidence.StagePlain && (s.Flow.Received == 0 || tlsBytes(s))
}

// plainly says how sure it is that TLS was missing.
func (f Finding) plainly(s *evidence.Session) Finding {
	f.Confidence = Sure
	if !tlsBytes(s) && (s.Target.Port == portPlain || !hungUp(s)) {
		f.Confidence, f.Rival = Likely, "closed-after-connect"
		if !hungUp(s) {
			f.Rival = "no-connack"
		}
	}
	return f
}

// answered says what came instead of an answer to a plain CONNECT.
func answered(s *evidence.Session) string {
	switch {
	case serverAlert(s) != nil:
		return "answered our CONNECT with a TLS alert"
	case timedOut(s):
		return "did not answer our CONNECT for " + seconds(s.End.Silence)
	}
	return closing(s) + " in answer to our CONNECT"
}
