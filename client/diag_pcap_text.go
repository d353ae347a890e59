package client

import (
	"crypto/tls"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/pcap"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// pcapLine is the JSON form of a connection. Fields may be added, none is renamed or removed.
type pcapLine struct {
	Schema int `json:"schema"`
	pcapWhere
	pcapTLS
	Outcome tlsdiag.Outcome `json:"outcome"`
	// How says in words who ended it, and how.
	How string `json:"how"`
	// Missing is how many bytes were not captured.
	Missing int64 `json:"missing,omitempty"`
	// Finding is what is wrong, with the evidence.
	Finding *report.Document `json:"finding,omitempty"`
}

// pcapWhere is where a connection stands in the capture.
type pcapWhere struct {
	First   int       `json:"first_packet"`
	Last    int       `json:"last_packet"`
	Packets int       `json:"packets"`
	Begin   time.Time `json:"begin"`
	End     time.Time `json:"end"`
	Client  string    `json:"client"`
	Server  string    `json:"server"`
}

// pcapTLS is what both sides said they speak.
type pcapTLS struct {
	Protocol    pcap.Protocol    `json:"protocol,omitempty"`
	ServerName  string           `json:"server_name,omitempty"`
	Version     evidence.Version `json:"version,omitempty"`
	CipherSuite string           `json:"cipher_suite,omitempty"`
}

func pcapConnection(c *pcap.Connection, o *tlsdiag.Observed) pcapLine {
	k := c.Packets
	l := pcapLine{Schema: report.Schema, Outcome: o.Outcome, How: pcapEnd(c, o), Missing: c.Missing, pcapTLS: pcapParameters(c)}
	l.pcapWhere = pcapWhere{k.First, k.Last, k.Count, k.Begin.UTC(), k.End.UTC(), c.Client.String(), c.Server.String()}
	if o.Finding.ID != "" {
		document := report.NewDocument(o.Finding, o.Evidence)
		l.Finding = &document
	}
	return l
}

func pcapParameters(c *pcap.Connection) pcapTLS {
	t := pcapTLS{Protocol: c.Protocol}
	if h := c.Seen.Flow.ClientHello; h != nil {
		t.ServerName = h.ServerName
	}
	if h := c.Seen.Flow.ServerHello; h != nil {
		t.Version, t.CipherSuite = h.Version, tls.CipherSuiteName(h.CipherSuite)
	}
	return t
}

// writeText writes a line for a connection, and its finding under it.
func (p *pcapReader) writeText(c *pcap.Connection, o *tlsdiag.Observed) {
	t := pcapParameters(c)
	var b strings.Builder
	fmt.Fprintf(&b, "packets %d-%d: %s to %s", c.Packets.First, c.Packets.Last, c.Client, c.Server)
	if t.ServerName != "" {
		fmt.Fprintf(&b, " (%s)", report.Escape(t.ServerName))
	}
	switch {
	case t.Version != 0:
		fmt.Fprintf(&b, ", %s, %s", t.Version, t.CipherSuite)
	case t.Protocol == pcap.TLS:
		b.WriteString(", TLS")
	case t.Protocol == pcap.MQTT:
		b.WriteString(", MQTT without TLS")
	}
	fmt.Fprintf(&b, ": %s, %s\n", o.Outcome, pcapEnd(c, o))
	if c.Missing > 0 {
		fmt.Fprintf(&b, "  %d bytes of it were not captured\n", c.Missing)
	}
	if o.Finding.ID != "" {
		terminal := p.env.Terminal
		b.WriteString(report.TextWith(o.Finding, []report.Line{{Label: "wire:", Text: pcapWire(c)}}, report.Options{Width: terminal.Width}))
	}
	_, err := p.out.WriteString(b.String())
	p.note(err)
}

// pcapEnd says in words how a connection ended.
func pcapEnd(c *pcap.Connection, o *tlsdiag.Observed) string {
	s := o.Evidence
	switch {
	case o.Outcome == tlsdiag.Undecided && c.Late:
		return "it began before the capture" + pcapLastAlert(c)
	case o.Outcome == tlsdiag.Undecided && c.End.Open:
		return "the capture ends before it can be told"
	case o.Outcome == tlsdiag.Undecided:
		return "the client left before anything went wrong"
	case s.Connack != 0:
		return fmt.Sprintf("the broker refused CONNECT with code %d", s.Connack)
	case o.Outcome == tlsdiag.Sound:
		return "the broker answered" + pcapLastAlert(c)
	}
	switch s.End.How {
	case evidence.EndLocal:
		return "the client refused the broker"
	case evidence.EndAlert:
		return "the broker refused the client"
	case evidence.EndRefused:
		return "TCP was refused"
	case evidence.EndTimeout:
		return fmt.Sprintf("the broker was silent for %s", time.Duration(s.End.Silence)*time.Millisecond)
	case evidence.EndReset:
		return "the broker reset it"
	}
	return "the broker closed it"
}

// pcapLastAlert tells of a fatal alert at the end of a connection that worked.
func pcapLastAlert(c *pcap.Connection) string {
	alerts := c.Seen.Flow.Alerts
	for i := len(alerts) - 1; i >= 0; i-- {
		if a := alerts[i]; a.Code > record.CloseNotify && a.Level == record.LevelFatal {
			return ", and ended with " + alertWords(&a)
		}
	}
	return ""
}

func alertWords(a *evidence.Alert) string {
	name := "an encrypted alert"
	if a.Code >= 0 {
		d := record.Describe(a.Code)
		name = fmt.Sprintf("alert %d %s", d.Code, d.Name)
	}
	who := "client"
	if a.From == evidence.SideServer {
		who = "broker"
	}
	return name + " of the " + who
}

// maxWire is how many packets are named for one connection.
const maxWire = 12

// pcapWire lists the packets that matter, by the numbers that Wireshark has for them.
func pcapWire(c *pcap.Connection) string {
	var parts []string
	last := 0
	add := func(packet int, what string) {
		switch {
		case packet == last && len(parts) > 0:
			parts[len(parts)-1] += ", " + what
		case len(parts) < maxWire:
			parts = append(parts, strconv.Itoa(packet)+" "+what)
			last = packet
		}
	}
	f := &c.Seen.Flow
	alerts := f.Alerts
	for _, m := range f.Messages {
		for len(alerts) > 0 && alerts[0].Packet < m.Packet {
			add(alerts[0].Packet, alertWords(&alerts[0]))
			alerts = alerts[1:]
		}
		if m.Name != "" {
			add(m.Packet, m.Name)
		}
	}
	for i := range alerts {
		add(alerts[i].Packet, alertWords(&alerts[i]))
	}
	if e := c.End; e.Packet > 0 {
		how := "FIN"
		if e.How != evidence.EndFIN {
			how = "RST"
		}
		who := "client"
		if e.By == evidence.SideServer {
			who = "broker"
		}
		add(e.Packet, how+" of the "+who)
	}
	if len(parts) == 0 {
		return "no packet that tells more"
	}
	return "packet " + strings.Join(parts, "; ")
}

// summary is the last line.
func (p *pcapReader) summary(t pcap.Totals) string {
	text := fmt.Sprintf("%d packets: %d sound, %d failed, %d undecided", t.Packets, p.count.Sound, p.count.Failed, p.count.Undecided)
	for _, more := range []struct {
		n    int
		what string
	}{
		{t.Other, "TCP connections that are neither TLS nor MQTT"},
		{t.Fragments, "pieces of IP packets, which are not put together"},
		{t.Cut, "packets that were captured in part: capture whole ones (tcpdump -s 0)"},
		{t.GivenUp, "connections given up for want of room"},
	} {
		if more.n > 0 {
			text += fmt.Sprintf("; %d %s", more.n, more.what)
		}
	}
	return text + "\n"
}
