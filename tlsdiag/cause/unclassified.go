package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Unclassified is the identifier of what the catalogue has no name for.
const Unclassified = "unclassified"

// unclassified shows every fact, since none of them decides.
func unclassified(s *evidence.Session) Finding {
	return Finding{
		ID:         Unclassified,
		Confidence: Guess,
		Headline:   happened(s),
		Seen:       everything(s),
		Hints: []Hint{{
			Gateway, "compare with what another client says", fmt.Sprintf("openssl s_client -connect %s </dev/null", quote(at(s.Target))),
		}, {
			Broker, "look into its log for this moment", "",
		}},
	}
}

// happened says what ended the connection, without saying why.
func happened(s *evidence.Session) string {
	where := stageWords(s.Stage)
	if a := serverAlert(s); a != nil {
		d := record.Describe(a.Code)
		if s.Client.Sent == evidence.Yes && afterOurFlight(s) {
			return fmt.Sprintf("the broker refused the client certificate with alert %d %s, and what was seen does not say why", d.Code, d.Name)
		}
		return fmt.Sprintf("the broker ended %s with alert %d %s, and what was seen does not say why", where, d.Code, d.Name)
	}
	switch s.End.How {
	case evidence.EndFIN, evidence.EndReset:
		return fmt.Sprintf("%s %s during %s, and what was seen does not say why", at(s.Target), closing(s), where)
	case evidence.EndTimeout:
		return fmt.Sprintf("nothing came from %s for %s during %s", at(s.Target), seconds(s.End.Silence), where)
	}
	if verdict(s) != 0 {
		return fmt.Sprintf("the broker's certificate was refused: %s", s.Verdict.Text)
	}
	return fmt.Sprintf("%s failed: %s", where, s.End.Error)
}

func stageWords(stage evidence.Stage) string {
	switch stage {
	case evidence.StageLocal:
		return "reading the options and files"
	case evidence.StageResolve:
		return "looking up the host name"
	case evidence.StageDial:
		return "establishing TCP"
	case evidence.StageConnected:
		return "the TCP connection"
	case evidence.StageEstablished:
		return "the connection after the handshake, before CONNACK"
	case evidence.StagePlain:
		return "plain MQTT, before CONNACK"
	}
	return "the TLS handshake"
}

// everything is each fact that was seen, in the order of the connection.
func everything(s *evidence.Session) []string {
	lines := []string{fmt.Sprintf("stage: %s; %d bytes sent, %d received", s.Stage, s.Flow.Sent, s.Flow.Received)}
	if s.Flow.ClientHello != nil {
		lines = append(lines, seenOffer(s), seenSNI(s), helloSize(s))
	}
	if h := s.Flow.ServerHello; h != nil {
		lines = append(lines, fmt.Sprintf("ServerHello: %s, cipher suite 0x%04x", h.Version, h.CipherSuite))
	}
	for i := range s.Peer.Chain {
		lines = append(lines, seenCertificate(fmt.Sprintf("broker's certificate %d", i), &s.Peer.Chain[i]))
	}
	if l := s.Peer.Leaf(); l != nil {
		lines = append(lines, seenNames(l), fmt.Sprintf("valid from %s to %s", instant(l.Dates.NotBefore), instant(l.Dates.NotAfter)))
	}
	if len(s.Trust.Anchors) > 0 {
		lines = append(lines, trustedHere(s))
	}
	lines = append(lines, seenVerdict(s), unreadable13(s), seenRequest(s))
	if c := s.Client.Leaf(); c != nil {
		lines = append(lines, ours(c))
	}
	lines = append(lines, seenAlert(s), clockLine(s))
	if s.End.Error != "" {
		lines = append(lines, "error: "+s.End.Error)
	}
	for _, f := range s.End.Later {
		lines = append(lines, fmt.Sprintf("then, at %s: %s", f.Op, f.Error))
	}
	return facts(lines...)
}

func unreadable13(s *evidence.Session) string {
	if s.Peer.Unparsed == "" {
		return ""
	}
	return "certificate not readable: " + s.Peer.Unparsed
}
