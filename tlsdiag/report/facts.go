package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// facts writes what was seen, stage by stage.
func (w *writer) facts(s *evidence.Session) {
	p := s.Probes
	if p == nil {
		p = &evidence.Probes{}
	}
	w.addresses(p)
	w.negotiated(s, p)
	w.offers(&p.Offers)
	w.chain(s)
	w.judges(s, p)
	w.identity(s)
	w.mqtt(s)
	w.probes(p)
}

// section writes lines under one label.
func (w *writer) section(label string, lines ...string) {
	for _, line := range lines {
		w.fact(label, line)
		if line != "" {
			label = ""
		}
	}
}

func (w *writer) addresses(p *evidence.Probes) {
	var lines []string
	for _, a := range p.Addresses {
		line := a.Address + ": reached"
		switch {
		case a.How != "":
			line = a.Address + ": " + a.Error
		case a.Used == evidence.Yes && len(p.Addresses) > 1:
			line += ", and used"
		}
		lines = append(lines, line)
	}
	w.section("tcp", lines...)
}

func (w *writer) negotiated(s *evidence.Session, p *evidence.Probes) {
	n := s.Negotiated
	if n.Version == 0 && p.Beyond != nil {
		n = p.Beyond.Negotiated
	}
	line := ""
	if n.Version != 0 {
		line = n.Version.String() + ", " + n.CipherSuite
		if n.Group != "" {
			line += ", " + n.Group
		}
		if n.ALPN != "" {
			line += ", ALPN " + n.ALPN
		}
	}
	w.section("tls", line, versions(&p.Offers))
}

func versions(o *evidence.Offers) string {
	var yes, no []string
	for _, v := range o.Versions {
		switch v.Spoken {
		case evidence.Yes:
			yes = append(yes, v.Version.String())
		case evidence.No:
			no = append(no, v.Version.String())
		}
	}
	switch {
	case len(yes) == 0 && len(no) == 0:
		return ""
	case len(yes) == 0:
		return "the port does not speak TLS"
	case len(no) == 0:
		return "the broker speaks " + strings.Join(yes, ", ")
	}
	return "the broker speaks " + strings.Join(yes, ", ") + "; not " + strings.Join(no, ", ")
}

// elsewhere marks what this program does not have.
const elsewhere = "*"

func (w *writer) offers(o *evidence.Offers) {
	label, marked := "suites", false
	var version evidence.Version
	for _, c := range o.Suites {
		if c.Version != version {
			version = c.Version
			w.fact(label, version.String())
			label = ""
		}
		mark := ""
		if c.Here == evidence.No {
			mark, marked = elsewhere, true
		}
		w.suite(c, mark)
	}
	curves, some := parameters(o.Groups)
	w.fact("curves", curves)
	signs, more := parameters(o.Signatures)
	w.fact("signs", signs)
	if marked || some || more {
		w.fact("", elsewhere+" this program does not have it")
	}
	if len(o.ALPN) > 0 {
		w.fact("alpn", strings.Join(o.ALPN, ", "))
	}
}

// Columns of the table of cipher suites, which has OpenSSL's names of up to 29
// characters and the registry's of up to 45, and fits a terminal of 80.
const (
	suiteIndent = 2
	openssl     = 30
	suiteTable  = suiteIndent + openssl + 45
)

func (w *writer) suite(c evidence.CipherSuite, mark string) {
	name := c.OpenSSL + mark
	indent := strings.Repeat(" ", suiteIndent)
	switch {
	case c.IANA == c.OpenSSL || c.IANA == "":
		w.WriteString(indent + name + "\n")
	case w.options.Width == 0 || w.options.Width >= suiteTable:
		fmt.Fprintf(w, "%s%-*s%s\n", indent, openssl, name, c.IANA)
	default:
		w.WriteString(indent + name + "\n" + indent + indent + c.IANA + "\n")
	}
}

func parameters(list []evidence.Parameter) (text string, marked bool) {
	var names []string
	for _, p := range list {
		name := p.Name
		if p.Here == evidence.No {
			name, marked = name+elsewhere, true
		}
		names = append(names, name)
	}
	return strings.Join(names, ", "), marked
}

// chain draws the certificates from the broker's own to the trust anchor.
func (w *writer) chain(s *evidence.Session) {
	label := "chain"
	shown := s.Peer.Chain
	for i := range shown {
		w.section(label, certificate(fmt.Sprintf("%d ", i), &shown[i], s)...)
		label = ""
	}
	if len(shown) == 0 {
		return
	}
	last := &shown[len(shown)-1]
	for i := range s.Trust.Anchors {
		a := &s.Trust.Anchors[i]
		if a.SHA256 == last.SHA256 {
			w.fact("", "  trusted: it is "+place(a))
			return
		}
		for _, by := range last.Signed.By {
			if by == a.SHA256 {
				w.section("", certificate("+ ", a, s)...)
				return
			}
		}
	}
	if s.Probes != nil && s.Probes.Go != nil {
		w.fact("", "  no certificate that is trusted here signed it")
	}
}

func place(c *evidence.Certificate) string {
	switch {
	case c.File == "":
		return "sent by the broker"
	case c.Line > 0:
		return fmt.Sprintf("in %s, line %d", c.File, c.Line)
	}
	return "in " + c.File
}

// certificate describes one link: who, for which names, which key, until when,
// and what is wrong with it.
func certificate(mark string, c *evidence.Certificate, s *evidence.Session) []string {
	subject := c.Subject.Text
	if subject == "" {
		subject = "(no name)"
	}
	if c.File != "" {
		subject += ", " + place(c)
	}
	lines := []string{mark + subject}
	if names := append(append([]string{}, c.SAN.DNS...), c.SAN.Addresses...); len(names) > 0 {
		lines = append(lines, "  names: "+strings.Join(names, ", "))
	}
	key := "  " + c.Key.Type
	if c.Key.Curve != "" {
		key += " " + c.Key.Curve
	} else if c.Key.Bits > 0 {
		key += fmt.Sprintf(" %d", c.Key.Bits)
	}
	if c.Signed.Algorithm != "" {
		key += ", signed with " + c.Signed.Algorithm
	}
	lines = append(lines, key, "  "+validity(c.Dates, s.Local.Clock.Now))
	if s.Probes != nil {
		for _, v := range s.Probes.Verdicts {
			if v.Certificate == c.SHA256 {
				lines = append(lines, fmt.Sprintf("  !! OpenSSL error %d: %s", v.Error, v.Text))
			}
		}
	}
	return lines
}

func validity(d evidence.Dates, now time.Time) string {
	const day = "2006-01-02"
	text := d.NotBefore.UTC().Format(day) + " to " + d.NotAfter.UTC().Format(day) + ", "
	days := func(t time.Duration) int { return int(t.Hours() / 24) }
	switch {
	case now.Before(d.NotBefore):
		return text + fmt.Sprintf("begins in %d days", days(d.NotBefore.Sub(now)))
	case now.After(d.NotAfter):
		return text + fmt.Sprintf("ended %d days ago", days(now.Sub(d.NotAfter)))
	}
	return text + fmt.Sprintf("%d days left", days(d.NotAfter.Sub(now)))
}

// judges compares the verdict of OpenSSL's rules with that of Go's verifier.
func (w *writer) judges(s *evidence.Session, p *evidence.Probes) {
	if len(s.Peer.Chain) == 0 || p.Go == nil {
		return
	}
	if len(p.Verdicts) == 0 {
		w.fact("OpenSSL", "accepts it, and so does mosquitto_pub")
	}
	label := "OpenSSL"
	for _, v := range p.Verdicts {
		w.fact(label, fmt.Sprintf("refuses it: error %d, %s (depth %d)%s", v.Error, v.Text, v.Depth, waived(s, v)))
		label = ""
	}
	if p.Go.Error == 0 {
		w.fact("Go", "accepts it")
	} else {
		w.fact("Go", "refuses it: "+p.Go.Text)
	}
	if (len(p.Verdicts) == 0) != (p.Go.Error == 0) {
		w.fact("", "the two differ: what works on one device fails on another")
	}
}

// waived says of a verdict that an option skipped it.
func waived(s *evidence.Session, v evidence.Verdict) string {
	switch {
	case s.Asked.NoVerify:
		return "; skipped by --tls-no-verify"
	case s.Asked.Insecure && cause.AboutName(v):
		return "; skipped by --insecure"
	}
	return ""
}

// identity tells what became of the client's certificate.
func (w *writer) identity(s *evidence.Session) {
	from := s
	if b := beyond(s); b != nil {
		from = b
	}
	c := from.Client
	switch {
	case !s.Asked.TLS || c.Requested == evidence.NotObserved:
	case c.Requested == evidence.No:
		w.fact("client", "the broker does not ask for a certificate")
	case c.Sent != evidence.Yes:
		w.fact("client", "the broker asks for a certificate, none was sent: "+received(from))
	default:
		name := s.Asked.CertFile
		if l := c.Leaf(); l != nil {
			name = l.Subject.Text
		}
		w.fact("client", name+" was sent: "+received(from))
	}
}

// beyond is the connection on which the broker's certificate was not judged.
func beyond(s *evidence.Session) *evidence.Session {
	if s.Probes == nil {
		return nil
	}
	return s.Probes.Beyond
}

// received says how a broker took a client's certificate, or that there was none.
func received(s *evidence.Session) string {
	if s.End.How == "" || s.Stage == evidence.StageConnack {
		return "accepted"
	}
	if a := s.Flow.Decisive(); a != nil && a.From == evidence.SideServer {
		return fmt.Sprintf("refused with alert %d", a.Code)
	}
	return "not accepted"
}

func (w *writer) mqtt(s *evidence.Session) {
	switch {
	case s.Stage == evidence.StageConnack && s.Connack == 0:
		w.fact("mqtt", "CONNACK: accepted")
	case s.Stage == evidence.StageConnack:
		w.fact("mqtt", fmt.Sprintf("CONNACK: refused with code %d", s.Connack))
	default:
		w.fact("mqtt", "no CONNACK")
	}
}

func (w *writer) probes(p *evidence.Probes) {
	var lines []string
	for i := range p.Runs {
		r := &p.Runs[i]
		line := fmt.Sprintf("%2d %s: %s", r.Number, cause.Question(r), cause.Result(r))
		if r.Connections > 1 {
			line += fmt.Sprintf(" (%d connections)", r.Connections)
		}
		lines = append(lines, line)
	}
	if p.CutShort != "" {
		lines = append(lines, "not all were made: "+p.CutShort)
	}
	w.section("probes", lines...)
}
