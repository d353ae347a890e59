package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func alpnMissing() Cause {
	return Cause{
		ID:       "alpn-missing",
		Title:    "the service wants an ALPN protocol on port 443",
		Source:   "RFC 7301; AWS IoT Core: device communication protocols, port 443",
		Explains: []string{"closed-after-connect", "closed-after-client-hello", "peer-is-https", "client-certificate-required", "no-connack", "alpn-refused"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if f, ok := picksALPN(s); ok {
				return f, true
			}
			name := cloudALPN(s)
			if name == "" || s.Target.Port != 443 || len(s.Asked.ALPN) > 0 || verdict(s) != 0 {
				return Finding{}, false
			}
			if a := alert(s); !hungUp(s) && !timedOut(s) && s.Answer == nil && a != record.NoApplicationProtocol {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "closed-after-connect",
				Headline:   fmt.Sprintf("on port 443 this service wants the ALPN protocol %s, and none was offered", name),
				Seen:       facts(howItEnded(s), seenAlert(s)),
				Hints:      []Hint{{Gateway, "add --tls-alpn " + name + ", or use port 8883", ""}},
			}, true
		},
	}
}

// picksALPN is the finding where a probe with ALPN got further than one
// without: it was refused, or another service than MQTT answered.
func picksALPN(s *evidence.Session) (Finding, bool) {
	p, without := s.Probes.Run(evidence.ProbeALPN), s.Probes.Run(evidence.ProbeName)
	if p == nil || p.ALPN == "" || len(s.Asked.ALPN) > 0 || verdict(s) != 0 {
		return Finding{}, false
	}
	refused := without != nil && without.Alert == record.NoApplicationProtocol
	if !refused && s.Answer == nil && !(hungUp(s) && s.Stage == evidence.StageEstablished) {
		return Finding{}, false
	}
	f := Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("this service wants the ALPN protocol %s, and none was offered", p.ALPN),
		Seen:       append(facts(howItEnded(s), seenAlert(s)), seenProbes(s, evidence.ProbeName, evidence.ProbeALPN)...),
		Hints:      []Hint{{Gateway, "add --tls-alpn " + quote(p.ALPN), ""}},
	}
	if !refused && s.Answer == nil {
		f.Confidence, f.Rival = Likely, "closed-after-connect"
	}
	return f, true
}

// cloudALPN is the ALPN protocol of a known service for MQTT on port 443.
func cloudALPN(s *evidence.Session) string {
	host := strings.ToLower(strings.TrimSuffix(s.Target.Name(), "."))
	switch {
	case strings.Contains(host, ".iot.") && strings.HasSuffix(host, ".amazonaws.com"):
		if s.Asked.CertFile == "" {
			return "mqtt"
		}
		return "x-amzn-mqtt-ca"
	case host == "mqtt.googleapis.com":
		return "mqtt"
	}
	return ""
}

// howItEnded says what the peer did in place of an answer.
func howItEnded(s *evidence.Session) string {
	switch {
	case s.Answer != nil:
		return fmt.Sprintf("our CONNECT was answered %q", s.Answer.Detail)
	case timedOut(s):
		return fmt.Sprintf("nothing came from %s for %s", at(s.Target), seconds(s.End.Silence))
	case serverAlert(s) != nil:
		return ""
	}
	return at(s.Target) + " " + closing(s)
}
