package client

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerconf"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// writeText prints what was found, by listener.
func (d *confDiagnosis) writeText() error {
	var out strings.Builder
	d.section(&out, -1)
	for i := range d.config.Listeners {
		l := &d.config.Listeners[i]
		fmt.Fprintf(&out, "%s (%s): %s\n", report.Escape(l.Name()), report.Escape(l.Place.String()), security(l))
		d.section(&out, i)
	}
	if a := d.against; a != nil {
		if a.failed {
			fmt.Fprintf(&out, "%s cannot be reached with these options:\n", a.address)
			out.WriteString(report.Text(a.finding, report.Options{Width: d.env.reportWidth()}))
		} else {
			fmt.Fprintf(&out, "%s can be reached with these options\n", a.address)
		}
	}
	_, err := io.WriteString(d.env.Stdout, out.String())
	return err
}

// section prints the findings about a listener.
func (d *confDiagnosis) section(out *strings.Builder, listener int) {
	for _, f := range d.findings {
		if f.Listener != listener {
			continue
		}
		shown := f.Finding
		shown.Seen = []string{f.Place.String()}
		label := "hits:"
		switch f.Severity {
		case brokerconf.Warning:
			label = "warn:"
		case brokerconf.Note:
			label = "note:"
		}
		whom := f.Whom
		if whom == "" {
			whom = "nothing breaks"
		}
		out.WriteString(report.TextWith(shown, []report.Line{{Label: label, Text: whom}}, report.Options{Width: d.env.reportWidth()}))
	}
}

// security says in a few words what a listener asks of its clients.
func security(l *brokerconf.Listener) string {
	switch {
	case l.Secured() && l.RequireCertificate.True():
		return "TLS, clients need a certificate"
	case l.Secured():
		return "TLS"
	case l.WithKey():
		return "TLS with pre-shared keys"
	}
	return "no TLS"
}

// confDocument is the JSON form. Fields may be added, none is renamed or removed.
type confDocument struct {
	Schema    int            `json:"schema"`
	Files     []string       `json:"files"`
	Listeners []confListener `json:"listeners"`
	Findings  []confFinding  `json:"findings"`
	Against   *confAgainst   `json:"against,omitempty"`
}

type confListener struct {
	Name     string `json:"name"`
	Port     int    `json:"port,omitempty"`
	Bind     string `json:"bind,omitempty"`
	Socket   string `json:"socket,omitempty"`
	Protocol string `json:"protocol"`
	File     string `json:"file"`
	Line     int    `json:"line"` // 0 for a default listener that no option asks for
	Security string `json:"security"`
}

type confFinding struct {
	Listener int                 `json:"listener"` // index in listeners; -1: the whole broker
	File     string              `json:"file"`
	Line     int                 `json:"line"`
	Severity brokerconf.Severity `json:"severity"` // broken, warning or note
	Hits     string              `json:"hits,omitempty"`
	Cause    string              `json:"cause"`
	Message  string              `json:"message"`
	Hints    []cause.Hint        `json:"hints,omitempty"`
}

type confAgainst struct {
	Address  string           `json:"address"`
	Listener int              `json:"listener"` // index in listeners; -1: none
	Connects bool             `json:"connects"`
	Finding  *report.Document `json:"finding,omitempty"`
}

// writeJSON prints one object.
func (d *confDiagnosis) writeJSON() error {
	doc := confDocument{Schema: report.Schema, Files: d.config.Files, Findings: []confFinding{}}
	for i := range d.config.Listeners {
		l := &d.config.Listeners[i]
		doc.Listeners = append(doc.Listeners, confListener{l.Name(), l.Port, l.Bind, l.Socket, l.Protocol, l.File, l.Line, security(l)})
	}
	for _, f := range d.findings {
		doc.Findings = append(doc.Findings, confFinding{f.Listener, f.File, f.Line, f.Severity, f.Whom, f.ID, f.Headline, f.Hints})
	}
	if a := d.against; a != nil {
		doc.Against = &confAgainst{Address: a.address, Listener: a.listener, Connects: !a.failed}
		if a.failed && a.session != nil {
			document := report.NewDocument(a.finding, a.session)
			doc.Against.Finding = &document
		}
	}
	text, err := json.Marshal(doc)
	if err == nil {
		_, err = d.env.Stdout.Write(append(text, '\n'))
	}
	return err
}
