package client

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/client/nearest"
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerlog"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// DiagAlert is culex tlsdiag alert: it says what a TLS alert means, or lists all of them.
func DiagAlert(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseDiagAlert(args, env.options())
	if err != nil {
		return env.usage(options.CommandAlert, inv, err)
	}
	if len(o.Words) == 0 {
		return env.printAlerts(o.Format)
	}
	text := strings.Join(o.Words, " ")
	code, ok := record.ParseAlert(text)
	if !ok {
		return env.unknownAlert(text)
	}
	a := describeAlert(code)
	if o.Format == options.FormJSON {
		return env.printJSON(a, options.Sound)
	}
	return env.print(a.text(report.Options{Width: env.reportWidth()}), options.Sound)
}

// alertAnswer is the JSON form of what is known of an alert. Fields may be added, none is renamed or removed.
type alertAnswer struct {
	Schema   int    `json:"schema"`
	Code     int    `json:"code"`
	Name     string `json:"name,omitempty"`
	RFC      string `json:"rfc,omitempty"`
	Assigned bool   `json:"assigned"`
	// Reserved codes had a meaning before TLS 1.3.
	Reserved bool `json:"reserved,omitempty"`
	// OpenSSL is the text of the error of a program that received it, Reason its number.
	OpenSSL string `json:"openssl,omitempty"`
	Reason  int    `json:"openssl_reason,omitempty"`
	// FromServer and FromClient are what it means when that side sent it.
	FromServer *alertMeaning `json:"from_server,omitempty"`
	FromClient *alertMeaning `json:"from_client,omitempty"`
}

// alertMeaning is what an alert of one side means.
type alertMeaning struct {
	Message    string           `json:"message"`
	Confidence cause.Confidence `json:"confidence"`
	// Causes are those of the catalogue that it points to, the likelier first.
	Causes []string     `json:"causes,omitempty"`
	Settle string       `json:"settle,omitempty"`
	Hints  []cause.Hint `json:"hints,omitempty"`

	reading brokerlog.Reading
}

func describeAlert(code int) alertAnswer {
	d := record.Describe(code)
	a := alertAnswer{Schema: report.Schema, Code: code, Assigned: d.Meaning != "", RFC: d.RFC, OpenSSL: record.OpenSSLName(code)}
	if !a.Assigned {
		return a
	}
	a.Name, a.Reserved = d.Name, record.Reserved(code)
	if a.OpenSSL != "" {
		a.Reason = record.OpenSSLReason + code
	}
	a.FromServer, a.FromClient = meaningOf(evidence.SideServer, code), meaningOf(evidence.SideClient, code)
	return a
}

func meaningOf(sender evidence.Side, code int) *alertMeaning {
	r := brokerlog.AlertMeaning(sender, code)
	m := &alertMeaning{Message: r.Finding.Headline, Confidence: r.Finding.Confidence, Settle: r.Settle, Hints: r.Finding.Hints, reading: r}
	if r.Finding.ID != cause.Unclassified {
		m.Causes = append(m.Causes, r.Finding.ID)
	}
	for _, o := range r.Others {
		m.Causes = append(m.Causes, o.ID)
	}
	return m
}

// text is the answer for people: what is true of it in any case, then what it means from either side.
func (a *alertAnswer) text(o report.Options) string {
	if !a.Assigned {
		return fmt.Sprintf("alert %d has no assigned meaning: no standard defines it, so the peer does not keep to one, or it is no TLS\n", a.Code)
	}
	text := fmt.Sprintf("alert %d %s (%s)\n", a.Code, a.Name, a.RFC)
	if a.Reserved {
		text += "reserved: only peers that are older than TLS 1.3 send it\n"
	}
	if a.OpenSSL != "" {
		text += fmt.Sprintf("OpenSSL: %s (reason %d)\n", a.OpenSSL, a.Reason)
	}
	for _, m := range []*alertMeaning{a.FromServer, a.FromClient} {
		text += "\n" + m.text(o)
	}
	return text
}

func (m *alertMeaning) text(o report.Options) string {
	f := m.reading.Finding
	f.Rival = "" // it stands first among the others
	var more []report.Line
	for _, other := range m.reading.Others {
		more = append(more, report.Line{Label: "or:", Text: other.ID + ": " + other.Headline})
	}
	if m.Settle != "" {
		more = append(more, report.Line{Label: "test:", Text: m.Settle})
	}
	return report.TextWith(f, more, o)
}

// printAlerts prints the table of all alerts.
func (e *Env) printAlerts(format options.FormFormat) Exit {
	var all []alertAnswer
	for _, d := range record.Assigned() {
		all = append(all, describeAlert(d.Code))
	}
	if format == options.FormJSON {
		return e.printJSON(all, options.Sound)
	}
	var b strings.Builder
	for _, d := range record.Assigned() {
		fmt.Fprintf(&b, "%3d  %-31s  the peer %s\n", d.Code, d.Name, d.Meaning)
	}
	b.WriteString("\nAll other numbers up to 255 have no assigned meaning.\n")
	return e.print(b.String(), options.Sound)
}

func (e *Env) unknownAlert(text string) Exit {
	reason := fmt.Sprintf("no alert is called '%s': it must be a number from 0 to 255, 1000 to 1255 as OpenSSL has it, or a name", printable(text))
	var names []string
	for _, d := range record.Assigned() {
		names = append(names, d.Name)
	}
	if near := nearest.Of(strings.ReplaceAll(strings.ToLower(text), " ", "_"), names); near != "" {
		reason += fmt.Sprintf("\nDid you mean '%s'?", near)
	}
	return e.notRun(reason)
}

// print ends a command of culex's own with its text on standard output.
func (e *Env) print(text string, stage options.Stage) Exit {
	if _, err := fmt.Fprint(e.Stdout, text); err != nil {
		return e.unwritten(err)
	}
	return Exit{Code: int(stage)}
}

// printJSON is print for one JSON document on a line.
func (e *Env) printJSON(document any, stage options.Stage) Exit {
	line, err := json.Marshal(document)
	if err != nil {
		return e.unwritten(err)
	}
	return e.print(string(line)+"\n", stage)
}

// notRun ends a command of culex's own that could not do its work.
func (e *Env) notRun(reason string) Exit {
	fmt.Fprintf(e.Stderr, "Error: %s\n", reason)
	return Exit{Code: int(options.NotRun)}
}
