// Package brokerlog reads what other programs print about TLS: a broker's log, a client's error, the lines of TLS
// libraries. It says who refused whom, what that means for MQTT, which causes of the catalogue fit, ranked, and what
// would decide between them. A log is read in constant memory, whatever its size.
package brokerlog

import (
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Reading is what one line means.
type Reading struct {
	// Program is whose words the line has: mosquitto, OpenSSL, Go, Java …
	Program string
	// PrintedBy is the side whose program printed it; empty if that cannot be told.
	PrintedBy evidence.Side
	// Finding names the first of the candidates. Its identifier is unclassified where the catalogue has no name for
	// what the line reports.
	Finding cause.Finding
	// Others are the further candidates, the likelier first.
	Others []cause.Note
	// Settle is what would decide between the candidates; empty where nothing is left to decide.
	Settle string
	// Session is what the line shows of the connection.
	Session *evidence.Session
	// Detail says that the line only completes the one before it: the rest of an error stack, or the broker's
	// farewell to the client that it has just named.
	Detail bool
}

// event is what a line reports, without the words of its program.
type event struct {
	program string
	printed evidence.Side
	what    what
	code    int // of an alert, or the number of a verdict
	name    string
	seen    []string
	detail  bool
}

// what kind of thing an event is.
type what int

const (
	nothing  what = iota
	received      // the printer's peer sent the alert code
	refused       // the printer refused its peer's certificate, with OpenSSL's number code; 0 if the line has none
	stated        // the printer states name, a key of statements
)

// other is the side across the connection.
func other(side evidence.Side) evidence.Side {
	switch side {
	case evidence.SideClient:
		return evidence.SideServer
	case evidence.SideServer:
		return evidence.SideClient
	}
	return ""
}

// interpret says what an event means. For one whose printer is not known the likelier is assumed, and what the line
// would mean on the other side is told beside it.
func (v *vocabulary) interpret(e event) Reading {
	if e.printed == "" && e.what == received && onlyServers(e.code) {
		e.printed = evidence.SideClient
	}
	if e.printed != "" {
		return v.one(e)
	}
	e.printed = v.likelier(e)
	r := v.one(e)
	e.printed = other(e.printed)
	across := v.one(e)
	r.PrintedBy = ""
	if across.Finding.Headline != r.Finding.Headline {
		r.Finding.Seen = append(r.Finding.Seen, "taken for a line of the "+people(other(e.printed))+"'s; the text does not say whose it is")
		r.Finding.Also = append(r.Finding.Also, cause.Note{
			ID: across.Finding.ID, Headline: "printed by the " + people(e.printed) + ", it would mean that " + across.Finding.Headline,
		})
		if r.Finding.Confidence == cause.Sure {
			r.Finding.Confidence = cause.Likely
		}
	}
	return r
}

// onlyServers tells whether no client has a use for an alert.
func onlyServers(code int) bool {
	switch code {
	case record.InappropriateFallback, record.UnrecognizedName, record.UnknownPSKIdentity, record.CertificateRequired, record.NoApplicationProtocol:
		return true
	}
	return false
}

// likelier is the side that prints such a line more often. Most lines are looked up where the
// trouble shows: on the gateway.
func (v *vocabulary) likelier(e event) evidence.Side {
	if e.what == stated && v.statements[e.name].client.headline == "" {
		return evidence.SideServer
	}
	return evidence.SideClient
}

// people is a side in words.
func people(side evidence.Side) string {
	if side == evidence.SideServer {
		return "broker"
	}
	return string(side)
}

// one interprets an event whose printer is known.
func (v *vocabulary) one(e event) Reading {
	meaning := v.viewOf(e)
	f := cause.Finding{
		ID: cause.Unclassified, Confidence: meaning.confidence, Headline: meaning.headline, Hints: meaning.hints,
		Seen: append([]string{}, e.seen...),
	}
	r := Reading{Program: e.program, PrintedBy: e.printed, Settle: meaning.settle, Detail: e.detail}
	for i, id := range meaning.causes {
		switch {
		case i == 0:
			f.ID = id
		case i == 1:
			f.Rival = id
			fallthrough
		default:
			r.Others = append(r.Others, cause.Note{ID: id, Headline: v.titles[id]})
		}
	}
	r.Finding, r.Session = f, session(e)
	return r
}

func (v *vocabulary) viewOf(e event) view {
	switch e.what {
	case received:
		return alertView(other(e.printed), e.code)
	case refused:
		return verdictView(e.printed, e.code)
	}
	s := v.statements[e.name]
	if e.printed == evidence.SideServer && s.broker.headline != "" {
		return s.broker
	}
	if s.client.headline == "" {
		return s.broker
	}
	return s.client
}

// session is what an event shows of its connection, in the form that the catalogue reads.
func session(e event) *evidence.Session {
	s := &evidence.Session{Schema: evidence.Schema, Asked: evidence.Asked{TLS: true}}
	switch e.what {
	case received:
		from := other(e.printed)
		s.Flow.Alerts = []evidence.Alert{{From: from, Level: level(e.code), Code: e.code}}
		s.End.How = evidence.EndAlert
		if from == evidence.SideClient {
			s.End.How = evidence.EndLocal
		}
		if e.code == record.CertificateRequired {
			s.Client.Requested, s.Client.Sent, s.Stage = evidence.Yes, evidence.No, evidence.StageEstablished
		}
	case refused:
		if e.printed == evidence.SideClient {
			s.Stage, s.End.How = evidence.StageVerify, evidence.EndLocal
			s.Verdict = &evidence.Verdict{Error: e.code}
		}
	}
	if len(e.seen) > 0 {
		s.End.Error = e.seen[0]
	}
	return s
}

func level(code int) int {
	if code == record.CloseNotify {
		return record.LevelWarning
	}
	return record.LevelFatal
}

// view is the meaning of an event for one side.
type view struct {
	headline   string
	causes     []string // ranked; none where the catalogue has no name for it
	confidence cause.Confidence
	settle     string
	hints      []cause.Hint
}

func gateway(action string) cause.Hint { return cause.Hint{Party: cause.Gateway, Action: action} }
func broker(action string) cause.Hint  { return cause.Hint{Party: cause.Broker, Action: action} }
func network(action string) cause.Hint { return cause.Hint{Party: cause.Network, Action: action} }
func authority(action string) cause.Hint {
	return cause.Hint{Party: cause.CA, Action: action}
}

func hints(h ...cause.Hint) []cause.Hint { return h }

func causes(id ...string) []string { return id }

// What decides between candidates.
const (
	askClient = "on that client: culex tlsdiag probe with its options (-h, -p, --cafile) compares its files with the broker's certificate and names the one cause"
	askBroker = "on the client: culex tlsdiag probe with its options (--cert, --key) says which; the alert that it receives tells the causes apart"
	askVerify = "on the broker: openssl verify -purpose sslclient -CAfile CAFILE CLIENT.crt, with the listener's cafile, prints the number of the reason"
)
