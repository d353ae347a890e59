package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Probe is what a thorough look at a broker found out.
type Probe struct {
	// Failures are to be put right in this order; see [cause.All].
	Failures, Warnings []cause.Finding
	// Trouble is what failed, in the program's words, where no finding says it.
	Trouble string
	Session *evidence.Session
}

// Sound says that nothing failed.
func (p *Probe) Sound() bool { return len(p.Failures) == 0 && p.trouble() == "" }

// trouble is what failed where no finding says it.
func (p *Probe) trouble() string {
	s := p.Session
	switch {
	case p.Trouble != "" || len(p.Failures) > 0:
		return p.Trouble
	case s.Connack != 0:
		return fmt.Sprintf("the broker refused the CONNECT with code %d", s.Connack)
	case s.End.How != "":
		return s.End.Error
	}
	return ""
}

// ProbeDocument is the JSON form of a Probe. JSON.md describes each field.
type ProbeDocument struct {
	Schema   int               `json:"schema"`
	Sound    bool              `json:"sound"`
	Trouble  string            `json:"trouble,omitempty"`
	Failures []Document        `json:"failures,omitempty"`
	Warnings []Document        `json:"warnings,omitempty"`
	Evidence *evidence.Session `json:"evidence"`
}

// Document puts the JSON form together.
func (p *Probe) Document() ProbeDocument {
	return ProbeDocument{
		Schema: Schema, Sound: p.Sound(), Trouble: p.trouble(), Evidence: p.Session,
		Failures: p.documents(p.Failures), Warnings: p.documents(p.Warnings),
	}
}

// documents leaves the evidence out: it stands once, behind them.
func (p *Probe) documents(findings []cause.Finding) []Document {
	var out []Document
	for _, f := range findings {
		d := NewDocument(f, p.Session)
		d.Evidence = nil
		out = append(out, d)
	}
	return out
}

// Text writes p as lines, the last one ended: the verdict, what to put right,
// then the facts in the order of a connection.
func (p *Probe) Text(o Options) string {
	w := writer{options: o}
	w.verdict(p)
	for i, f := range p.Failures {
		number := ""
		if len(p.Failures) > 1 {
			number = fmt.Sprintf("%d. ", i+1)
		}
		w.WriteByte('\n')
		w.finding(f.About.String()+": "+number, f)
	}
	for _, f := range p.Warnings {
		w.WriteByte('\n')
		w.finding("warning: ", f)
	}
	w.WriteByte('\n')
	w.facts(p.Session)
	return w.String()
}

func (w *writer) verdict(p *Probe) {
	s := p.Session
	where := target(s.Target)
	label, text := "sound: ", where+" takes this client"+how(s)
	switch {
	case p.trouble() != "":
		label, text = "broken: ", where+": "+p.trouble()
	case len(p.Failures) == 1:
		label, text = "broken: ", where+": one thing to put right"
	case len(p.Failures) > 1:
		label, text = "broken: ", fmt.Sprintf("%s: %d things to put right, in this order", where, len(p.Failures))
	}
	w.item(label, w.options.paint(bold, label), "  ", text)
	if skipped := skipped(s); skipped != "" {
		w.item("  ", "  ", "  ", skipped)
	}
}

// how is what a connection that works consists of.
func how(s *evidence.Session) string {
	if !s.Asked.TLS {
		return " (plain MQTT, readable for everybody on the way)"
	}
	return " (" + s.Negotiated.Version.String() + ", " + s.Negotiated.CipherSuite + ")"
}

// skipped says what options left out of the verdict.
func skipped(s *evidence.Session) string {
	switch {
	case !s.Asked.TLS:
	case s.Asked.NoVerify:
		return "--tls-no-verify: the broker's certificate was not judged; see below for what was skipped"
	case s.Asked.Insecure:
		return "--insecure: the host name was not compared; see below for what was skipped"
	}
	return ""
}

func target(t evidence.Target) string {
	host := t.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.Port == 0 {
		return host
	}
	return fmt.Sprintf("%s:%d", host, t.Port)
}

// factWidth is the column at which facts begin.
const factWidth = 9

// fact writes a line of the facts under a label, and continues under it.
func (w *writer) fact(label, text string) {
	if text == "" {
		return
	}
	pad := strings.Repeat(" ", max(factWidth-utf8.RuneCountInString(label), 1))
	indent := strings.Repeat(" ", factWidth)
	if strings.HasPrefix(text, "  ") {
		deeper := text[:len(text)-len(strings.TrimLeft(text, " "))]
		pad += deeper
		indent += deeper + "  "
	}
	w.item(label+pad, w.options.paint(faint, label)+pad, indent, text)
}
