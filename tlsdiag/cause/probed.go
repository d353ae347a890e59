package cause

import (
	"fmt"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// seenProbe tells what a probe showed; it is empty where there was none.
func seenProbe(s *evidence.Session, kind evidence.ProbeKind) string {
	p := s.Probes.Run(kind)
	if p == nil {
		return ""
	}
	return fmt.Sprintf("probe %d: %s: %s", p.Number, Question(p), Result(p))
}

// seenProbes tells what several probes showed.
func seenProbes(s *evidence.Session, kinds ...evidence.ProbeKind) []string {
	var lines []string
	for _, k := range kinds {
		lines = append(lines, seenProbe(s, k))
	}
	return facts(lines...)
}

// Question says in words what a probe did.
func Question(p *evidence.Probe) string {
	switch p.Kind {
	case evidence.ProbeConnect:
		return "a CONNECT without TLS"
	case evidence.ProbeTLS13, evidence.ProbeTLS12, evidence.ProbeTLS11, evidence.ProbeTLS10:
		return "TLS " + string(p.Kind)[len("tls-"):] + " with every cipher suite of OpenSSL"
	case evidence.ProbePSK:
		return "cipher suites for a pre-shared key only"
	case evidence.ProbeSmall:
		return fmt.Sprintf("a short ClientHello (%d bytes)", p.HelloSize)
	case evidence.ProbeLarge:
		return fmt.Sprintf("the same made long (%d bytes)", p.HelloSize)
	case evidence.ProbeName:
		return "up to the certificate, no ALPN"
	case evidence.ProbeNoName:
		return "the same without a server name"
	case evidence.ProbeALPN:
		return "the same with ALPN mqtt, x-amzn-mqtt-ca"
	case evidence.ProbeSuites:
		if p.Answered() {
			return "every cipher suite of " + p.ServerHello.Version.String() + ", one after the other"
		}
		return "every cipher suite, one after the other"
	case evidence.ProbeGroups:
		return "every curve and group, one after the other"
	case evidence.ProbeSignatures:
		return "every signature algorithm"
	}
	return string(p.Kind)
}

// Result says in words what came of a probe.
func Result(p *evidence.Probe) string {
	switch p.Result {
	case evidence.ProbeServerHello:
		if !p.Answered() {
			return "taken"
		}
		return helloResult(p)
	case evidence.ProbeAlert:
		return fmt.Sprintf("alert %d %s", p.Alert, record.Describe(p.Alert).Name)
	case evidence.ProbeConnack:
		return "answered with a CONNACK"
	case evidence.ProbeStranger:
		if p.Stranger != nil && p.Stranger.Protocol != "" {
			return "answered in " + p.Stranger.Protocol
		}
		return "answered, but not in TLS"
	case evidence.ProbeClosed:
		return "the connection was closed"
	case evidence.ProbeSilence:
		return "no answer"
	case evidence.ProbeUnreached:
		return "no connection"
	}
	return string(p.Result)
}

func helloResult(p *evidence.Probe) string {
	asked, _ := strings.CutPrefix(string(p.Kind), "tls-")
	switch {
	case asked != string(p.Kind) && p.ServerHello.Version.String() != "TLS "+asked:
		return "the broker picked " + p.ServerHello.Version.String()
	case p.Kind == evidence.ProbeALPN && p.ALPN == "":
		return "taken, and none of them picked"
	case p.Kind == evidence.ProbeALPN:
		return "the broker picked " + p.ALPN
	case p.Subject != "" && (p.Kind == evidence.ProbeName || p.Kind == evidence.ProbeNoName):
		return "it shows " + p.Subject
	}
	return "taken"
}

// suiteNames are the names of cipher suites that the broker takes.
func suiteNames(suites []evidence.CipherSuite) string {
	names := make([]string, len(suites))
	for i, c := range suites {
		names[i] = c.OpenSSL
	}
	return list(names)
}

func parameterNames(parameters []evidence.Parameter) string {
	names := make([]string, len(parameters))
	for i, p := range parameters {
		names[i] = p.Name
	}
	return list(names)
}

// taken is what the probes found that the broker takes; nothing without them.
func taken(s *evidence.Session) evidence.Offers {
	if s.Probes == nil {
		return evidence.Offers{}
	}
	return s.Probes.Offers
}

// refusedHello says that the broker did not go on after our ClientHello, and
// gave no reason that tells more.
func refusedHello(s *evidence.Session) bool {
	if s.Stage != evidence.StageHello {
		return false
	}
	a := alert(s)
	return a == record.HandshakeFailure || a == record.InsufficientSecurity || hungUp(s) && s.Flow.Stranger == nil && s.Flow.Received == 0
}

// disjoint says that the broker takes nothing of what was offered of one kind;
// no when it is not known what it takes.
func disjoint(offered []uint16, takes []evidence.Parameter) bool {
	return len(takes) > 0 && len(offered) > 0 &&
		!slices.ContainsFunc(takes, func(p evidence.Parameter) bool { return slices.Contains(offered, p.ID) })
}

// suitesTaken are the broker's cipher suites of the versions that our
// ClientHello offered, and whether one of them was in it.
func suitesTaken(s *evidence.Session) (suites []evidence.CipherSuite, common bool) {
	h := s.Flow.ClientHello
	if h == nil {
		return nil, false
	}
	for _, c := range taken(s).Suites {
		if slices.Contains(h.Versions, c.Version) {
			suites = append(suites, c)
			common = common || slices.Contains(h.CipherSuites, c.ID)
		}
	}
	return suites, common
}
