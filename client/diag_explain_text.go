package client

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerlog"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// maxCandidates are written out in a text; JSON has all.
const maxCandidates = 3

// reportWidth is the number of columns of a report on standard output: it may be read on a phone, or in a mail.
func (e *Env) reportWidth() int {
	const usual = 80
	if w := e.Terminal.Width; w > 0 {
		return min(w, usual)
	}
	return usual
}

// writeText answers a line for people.
func (x *explainer) writeText(e brokerlog.Entry) error {
	f := e.Reading.Finding
	where := fmt.Sprintf("line %d", e.Line)
	if e.Client != "" {
		where += ", client " + e.Client
		if e.OneOf > 1 {
			where += fmt.Sprintf(" (the latest of %d)", e.OneOf)
		}
	}
	if e.Again() {
		_, err := fmt.Fprintf(x.env.Stdout, "%s: as line %d, %d times now: %s\n", where, e.First, e.Count, f.ID)
		return err
	}
	f.Rival = "" // it stands first among the others
	var more []report.Line
	for i, o := range e.Reading.Others {
		if left := len(e.Reading.Others) - i; i >= maxCandidates && left > 1 {
			more = append(more, report.Line{Label: "or:", Text: fmt.Sprintf("one of %d others, which --format json has", left)})
			break
		}
		more = append(more, report.Line{Label: "or:", Text: o.ID + ": " + o.Headline})
	}
	if e.Reading.Settle != "" {
		more = append(more, report.Line{Label: "test:", Text: e.Reading.Settle})
	}
	text := report.TextWith(f, more, report.Options{Width: x.env.reportWidth()})
	_, err := io.WriteString(x.env.Stdout, where+": "+report.Escape(e.Text)+"\n"+text+"\n")
	return err
}

// explainedLine is the JSON form of an answer, one object a line. Fields may be added, none is renamed or removed.
type explainedLine struct {
	Schema    int              `json:"schema"`
	Line      int              `json:"line"`
	Time      string           `json:"time,omitempty"`
	Text      string           `json:"text"`
	Program   string           `json:"program,omitempty"`
	PrintedBy string           `json:"printed_by,omitempty"` // broker or client
	Client    string           `json:"client,omitempty"`     // address
	OneOf     int              `json:"one_of,omitempty"`     // connections that the line can be about, if several
	FirstLine int              `json:"first_line"`           // where the same came first
	Count     int              `json:"count"`                // how often until now
	Cause     string           `json:"cause"`
	Certainty cause.Confidence `json:"confidence"`
	Message   string           `json:"message"`
	// Candidates are the further causes, the likelier first; Settle is what would decide.
	Candidates []cause.Note  `json:"candidates,omitempty"`
	Settle     string        `json:"settle,omitempty"`
	Seen       []string      `json:"seen,omitempty"`
	Hints      []cause.Hint  `json:"hints,omitempty"`
	Also       []cause.Note  `json:"also,omitempty"`
	Alert      *report.Alert `json:"alert,omitempty"`
}

// writeJSON answers a line for programs.
func (x *explainer) writeJSON(e brokerlog.Entry) error {
	r, f := e.Reading, e.Reading.Finding
	line := explainedLine{
		Schema: report.Schema, Line: e.Line, Time: e.Time, Text: e.Text, Program: r.Program, PrintedBy: printedBy(r.PrintedBy), Client: e.Client,
		FirstLine: e.First, Count: e.Count, Cause: f.ID, Certainty: f.Confidence, Message: f.Headline, Candidates: r.Others, Settle: r.Settle,
		Seen: f.Seen, Hints: f.Hints, Also: f.Also,
	}
	if e.OneOf > 1 {
		line.OneOf = e.OneOf
	}
	if alerts := r.Session.Flow.Alerts; len(alerts) > 0 {
		line.Alert = &report.Alert{From: alerts[0].From, Level: alerts[0].Level, Code: alerts[0].Code}
		if alerts[0].Code >= 0 {
			line.Alert.Name = record.Describe(alerts[0].Code).Name
		}
	}
	return x.print(line)
}

func printedBy(side evidence.Side) string {
	if side == evidence.SideServer {
		return "broker"
	}
	return string(side)
}

func (x *explainer) print(document any) error {
	text, err := json.Marshal(document)
	if err == nil {
		_, err = x.env.Stdout.Write(append(text, '\n'))
	}
	return err
}

// logSummary is the last line of the JSON form.
type logSummary struct {
	Schema      int             `json:"schema"`
	Lines       int             `json:"lines"`
	Failures    int             `json:"failures"`
	Connections int             `json:"connections,omitempty"`
	Accepted    int             `json:"accepted,omitempty"`
	Clients     []clientSummary `json:"clients,omitempty"`
	Elsewhere   int             `json:"elsewhere,omitempty"` // failures whose client is not known, or not kept apart
}

type clientSummary struct {
	Address     string           `json:"address"`
	Connections int              `json:"connections"`
	Accepted    int              `json:"accepted"`
	IDs         []string         `json:"ids,omitempty"`
	Failures    []failureSummary `json:"failures"`
}

type failureSummary struct {
	Cause   string `json:"cause"`
	Message string `json:"message"`
	Count   int    `json:"count"`
	Line    int    `json:"line"`
	First   string `json:"first,omitempty"`
	Last    string `json:"last,omitempty"`
}

// summarize tells what the whole of a log comes to.
func (x *explainer) summarize() error {
	s := x.log.Summary()
	if x.asJSON {
		return x.print(jsonSummary(s))
	}
	if s.Failures == 0 {
		_, err := fmt.Fprintf(x.env.Stdout, "nothing about TLS in %s\n", counted(s.Lines, "line"))
		return err
	}
	if len(s.Clients) == 0 {
		return nil
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s", counted(s.Lines, "line"), counted(s.Failures, "failure"))
	if s.Connections > 0 {
		fmt.Fprintf(&out, "; %s, %d accepted", counted(s.Connections, "connection"), s.Accepted)
	}
	out.WriteByte('\n')
	for _, c := range s.Clients {
		fmt.Fprintf(&out, "  %s\n", report.Escape(c.Address))
		for _, f := range c.Failures {
			fmt.Fprintf(&out, "  %6d x %s (line %d)\n", f.Count, f.Finding.ID, f.Line)
			if f.Count > 1 && f.Last != "" {
				fmt.Fprintf(&out, "           %s to %s\n", report.Escape(f.First), report.Escape(f.Last))
			}
		}
		if c.Accepted > 0 {
			fmt.Fprintf(&out, "  %6d x accepted, as %s\n", c.Accepted, report.Escape(strings.Join(c.IDs, ", ")))
		}
	}
	if s.Elsewhere > 0 {
		fmt.Fprintf(&out, "  %6d x at addresses that are not known\n", s.Elsewhere)
	}
	_, err := io.WriteString(x.env.Stdout, out.String())
	return err
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func jsonSummary(s brokerlog.Summary) logSummary {
	out := logSummary{Schema: report.Schema, Lines: s.Lines, Failures: s.Failures, Connections: s.Connections, Accepted: s.Accepted, Elsewhere: s.Elsewhere}
	for _, c := range s.Clients {
		summary := clientSummary{Address: c.Address, Connections: c.Connections, Accepted: c.Accepted, IDs: c.IDs}
		for _, f := range c.Failures {
			summary.Failures = append(summary.Failures, failureSummary{f.Finding.ID, f.Finding.Headline, f.Count, f.Line, f.First, f.Last})
		}
		out.Clients = append(out.Clients, summary)
	}
	return out
}
