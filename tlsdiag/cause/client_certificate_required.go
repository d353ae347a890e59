package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientCertificateRequired() Cause {
	return Cause{
		ID:       "client-certificate-required",
		Title:    "the broker requires a client certificate and none was given",
		Source:   "RFC 8446 section 4.4.2.4 and 6.2: certificate_required; RFC 5246 section 7.4.6: handshake_failure",
		Explains: []string{"closed-after-connect", "no-common-cipher-suite", "client-certificate-refused", "no-connack"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if s.Client.Sent == evidence.Yes || s.Asked.CertFile != "" || verdict(s) != 0 {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Sure,
				Headline:   "the broker requires a client certificate, and none was given",
				Seen:       facts(seenRequest(s), seenAlert(s)),
				Hints: []Hint{
					{Gateway, "give this client's certificate and its key: --cert client.crt --key client.key", ""},
					{Broker, "or let clients without one in: require_certificate false", ""},
				},
			}
			a := alert(s)
			asked := s.Client.Requested == evidence.Yes && afterOurFlight(s)
			switch {
			case a == record.CertificateRequired:
				return f, true
			case asked && a == record.HandshakeFailure:
				return f, true
			case asked && slices.Contains([]int{record.BadCertificate, record.CertificateUnknown, record.AccessDenied, record.UnknownCA, record.DecodeError}, a):
				// What stacks other than OpenSSL and Go say: Java 42, GnuTLS 50 in TLS 1.2.
				f.Confidence = Likely
				return f, true
			case asked && s.Client.Sent == evidence.No && hiddenAlert(s) != nil:
				f.Confidence = Likely
				f.Rival = "closed-after-connect"
				f.Seen = append(f.Seen, seenHidden(hiddenAlert(s)))
				return f, true
			case asked && hungUp(s):
				f.Confidence = Likely
				f.Rival = "closed-after-connect"
				f.Seen = append(f.Seen, fmt.Sprintf("%s %s without saying why", at(s.Target), closing(s)))
				return f, true
			}
			return Finding{}, false
		},
	}
}

// seenRequest tells of the server's CertificateRequest.
func seenRequest(s *evidence.Session) string {
	if s.Client.Requested != evidence.Yes {
		return ""
	}
	text := "the broker sent a CertificateRequest"
	if r := s.Client.Request; r != nil && len(r.CAs) > 0 {
		text += " for certificates of " + list(names(r.CAs))
	}
	if s.Client.Sent == evidence.No {
		text += "; our Certificate message was empty"
	}
	return text
}

func names(set []evidence.Name) []string {
	out := make([]string, len(set))
	for i, n := range set {
		out[i] = name(n)
	}
	return out
}
