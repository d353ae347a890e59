// Package cause is the catalogue: every reason for which a TLS connection to a
// broker fails that can be told apart from the others, one to a file, in one
// explicit order. Causes read evidence and nothing else.
package cause

import (
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Confidence is how certain a finding is.
type Confidence string

// The three degrees.
const (
	// Sure: decided by facts that were seen.
	Sure Confidence = "sure"
	// Likely: one reading is the dominant one; the rival is named.
	Likely Confidence = "likely"
	// Guess: several readings are possible, and the finding says so.
	Guess Confidence = "guess"
)

// About is what a cause is about: the word that a report begins with.
type About byte

// What causes are about.
const (
	AboutTLS About = iota
	// AboutNetwork: name lookup, proxies, WebSockets.
	AboutNetwork
)

// String is "tls" or "net".
func (a About) String() string {
	if a == AboutNetwork {
		return "net"
	}
	return "tls"
}

// Party is who has to act.
type Party string

// The parties.
const (
	Gateway Party = "gateway"
	Broker  Party = "broker"
	CA      Party = "CA"
	Network Party = "network"
)

// Hint is one thing to do.
type Hint struct {
	Party Party `json:"party"`
	// Action is what to do, in words.
	Action string `json:"action"`
	// Command can be pasted into a shell; empty if there is none.
	Command string `json:"command,omitempty"`
}

// MaxHints is how many hints a finding has at most.
const MaxHints = 3

// Finding is one cause, matched.
type Finding struct {
	// ID is the cause's public, permanent identifier.
	ID         string
	Confidence Confidence
	// About is what it is about.
	About About
	// Headline is one sentence without a capital and a full stop.
	Headline string
	// Seen are the facts that led here, each with where it was seen.
	Seen []string
	// Rival is the identifier of the cause that looks the same; empty for
	// none.
	Rival string
	Hints []Hint
	// Also are further causes that match and that this one does not explain:
	// what would fail next.
	Also []Note
}

// Note is a further finding in short.
type Note struct {
	ID       string `json:"cause"`
	Headline string `json:"message"`
}

// Cause is one entry of the catalogue.
type Cause struct {
	// ID is public and permanent.
	ID string
	// About is what the cause is about, AboutTLS unless set.
	About About
	// Title says in a few words what it is, for lists.
	Title string
	// Source is the standard's section or the documented behaviour that the
	// cause rests on.
	Source string
	// Explains are the identifiers of causes that are only symptoms when this
	// one matches.
	Explains []string
	// Match looks for the cause. It leaves ID and Also to Find.
	Match func(*evidence.Session) (Finding, bool)
}

// Find returns the first cause that matches and is not a symptom of another
// one, and in its Also those that would fail next. It returns [Unclassified]
// for a failure that no cause fits, and false when the session does not show
// a failure that TLS has to do with.
func Find(s *evidence.Session) (Finding, bool) {
	matched := matching(s, List())
	if len(matched) == 0 {
		return unclassified(s), concernsTLS(s)
	}
	first := matched[0]
	if s.Asked.TLS && s.Asked.Insecure && s.Peer.Leaf() != nil {
		first.Seen = append(first.Seen, "--insecure: the host name was not compared")
	}
	for _, f := range matched[1:] {
		if f.Confidence == Sure && len(first.Also) < maxAlso {
			first.Also = append(first.Also, Note{f.ID, f.Headline})
		}
	}
	return first, true
}

// matching returns the causes of a list that match and that none of the others
// explains.
func matching(s *evidence.Session, causes []Cause) []Finding {
	var matched []Finding
	explained := map[string]bool{}
	for _, c := range causes {
		f, ok := c.Match(s)
		if !ok {
			continue
		}
		f.ID, f.About = c.ID, c.About
		matched = append(matched, f)
		for _, id := range c.Explains {
			explained[id] = true
		}
	}
	return slices.DeleteFunc(matched, func(f Finding) bool { return explained[f.ID] })
}

// maxAlso keeps a report on one screen.
const maxAlso = 2

// concernsTLS says whether a failure that no cause fits is worth a report.
// Name lookup, TCP and plain MQTT have errors that speak for themselves.
func concernsTLS(s *evidence.Session) bool {
	switch s.Stage {
	case evidence.StageResolve, evidence.StageDial, evidence.StageProxy, evidence.StageWebSocket, evidence.StagePlain, evidence.StageConnack:
		return false
	}
	return s.Asked.TLS && s.End.How != ""
}
