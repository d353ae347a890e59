package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Files is what was found out about files without a connection.
type Files struct {
	// Failures are to be put right in this order; Doubts depend on what the other side trusts.
	Failures, Doubts []cause.Finding
	Remarks          []Line
	// Grave says that one of the remarks is about what cannot be used.
	Grave bool
	Parts []Part
	Now   time.Time
}

// Part is one file.
type Part struct {
	Role         evidence.Role
	Path, Mode   string
	Certificates []evidence.Certificate
	Key          *evidence.PublicKey
	Matches      evidence.Answer
	CRLs         []evidence.CRL
}

// Sound says that nothing has to be put right.
func (f *Files) Sound() bool { return len(f.Failures) == 0 && !f.Grave }

// Text writes f as lines, the last one ended: the verdict, what to put right, then what each file holds.
func (f *Files) Text(o Options) string {
	w := writer{options: o}
	label, text := "sound: ", "these files can be used"
	switch n := len(f.Failures); {
	case n == 1:
		label, text = "broken: ", "one thing to put right"
	case n > 1:
		label, text = "broken: ", fmt.Sprintf("%d things to put right, in this order", n)
	case f.Grave:
		label, text = "broken: ", "see below"
	}
	w.item(label, w.options.paint(bold, label), "  ", text)
	for i, finding := range f.Failures {
		number := ""
		if len(f.Failures) > 1 {
			number = fmt.Sprintf("%d. ", i+1)
		}
		w.WriteByte('\n')
		w.finding(finding.About.String()+": "+number, finding)
	}
	for _, finding := range f.Doubts {
		w.WriteByte('\n')
		w.finding("warning: ", finding)
	}
	if len(f.Remarks) > 0 {
		w.WriteByte('\n')
	}
	for _, r := range f.Remarks {
		w.item(r.Label+": ", r.Label+": ", "  ", r.Text)
	}
	session := &evidence.Session{}
	session.Local.Clock.Now = f.Now
	for i := range f.Parts {
		w.WriteByte('\n')
		w.part(&f.Parts[i], session)
	}
	return w.String()
}

// part draws one file.
func (w *writer) part(p *Part, s *evidence.Session) {
	head := p.Path
	if p.Mode != "" {
		head += " (mode " + p.Mode + ")"
	}
	w.fact(strings.TrimPrefix(p.Role.Option(), "--"), head)
	for i := range p.Certificates {
		c := p.Certificates[i]
		c.Place.File = "" // it stands above
		w.section("", certificate("", &c, s)...)
	}
	if k := p.Key; k != nil {
		text := "private key, " + k.Type
		if k.Curve != "" {
			text += " " + k.Curve
		} else if k.Bits > 0 {
			text += fmt.Sprintf(" %d", k.Bits)
		}
		switch p.Matches {
		case evidence.Yes:
			text += ", that of the certificate"
		case evidence.No:
			text += ", not that of the certificate"
		}
		w.fact("", text)
	}
	for _, l := range p.CRLs {
		text := "revocation list of " + l.Issuer.Text + " of " + l.ThisUpdate.Format(time.DateOnly)
		if !l.NextUpdate.IsZero() {
			text += ", the next due on " + l.NextUpdate.Format(time.DateOnly)
		}
		w.fact("", text)
	}
}
