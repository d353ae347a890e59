package client

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/session"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// fail prints the reference's line for err, what culex has to say besides, and the diagnosis, unless --quiet is given.
// It returns the exit code. More are further lines of the reference.
func (c *connector) fail(err error, more ...string) int {
	s := statusOf(err)
	c.log.Error().Err(err).Int("status", s.code).Msg("failed")
	if c.o.Quiet {
		return s.code
	}
	c.say(s.line)
	c.say(more...)
	finding, found := c.finding(err)
	switch {
	case found && s.code == codeProtocol: // it says what answered there
	case !found && errors.Is(err, session.ErrKeepAlive) && !c.settled.Load():
		c.say(c.noConnack())
	default:
		c.say(s.detail)
	}
	if found {
		c.printFinding(finding)
	}
	return s.code
}

// noConnack says how long a plain connection was waited for, and what set the time.
func (c *connector) noConnack() string {
	limit, option := time.Duration(c.o.ConnectTimeout), "--connect-timeout"
	if k := time.Duration(c.o.KeepAlive) * time.Second; k < limit {
		limit, option = k, "--keepalive"
	}
	return fmt.Sprintf("mqtt: %s took the connection but sent no CONNACK within %v (%s): is it an MQTT broker, without TLS?", c.dialer.Address(), limit, option)
}

// say prints lines to stderr, behind what waits for stdout, so that a terminal shows both in order. Empty ones are left out.
func (c *connector) say(lines ...string) {
	_ = c.out.Flush()
	for _, line := range lines {
		if line != "" {
			_, _ = io.WriteString(c.env.Stderr, line+"\n")
		}
	}
}

// tell is say for what --quiet silences.
func (c *connector) tell(lines ...string) {
	if !c.o.Quiet {
		c.say(lines...)
	}
}

// diagnose prints what tlsdiag finds in an attempt that failed before CONNACK.
func (c *connector) diagnose(err error) {
	if finding, ok := c.finding(err); ok {
		c.printFinding(finding)
	}
}

func (c *connector) finding(err error) (tlsdiag.Finding, bool) {
	if c.watcher == nil {
		return tlsdiag.Finding{}, false
	}
	c.blame(err)
	return c.watcher.Finding()
}

func (c *connector) printFinding(finding tlsdiag.Finding) {
	c.logFinding(finding)
	if c.o.DiagFormat == options.DiagJSON {
		text, err := report.JSON(finding, c.watcher.Evidence())
		if err == nil {
			c.say(string(text))
		}
		return
	}
	t := c.env.Terminal
	_, _ = io.WriteString(c.env.Stderr, report.Text(finding, report.Options{Width: t.Width, Colour: t.Color}))
}

// blame tells the watcher what failed, where the transport could not know.
func (c *connector) blame(err error) {
	var dial *transport.Error
	var lost *session.LostError
	var refused *session.RefusedError
	var bad *mqtt.Malformed
	switch {
	case errors.As(err, &refused):
		c.watcher.Refused(byte(refused.Connack.Code))
	case errors.As(err, &bad) && c.conn != nil && c.conn.First() != nil:
		c.watcher.Failed(tlsdiag.OpRead, err)
		c.watcher.NotConnack(c.conn.First())
	case errors.As(err, &dial):
		if dial.Op == tlsdiag.OpLoad {
			c.watcher.Failed(dial.Op, dial.Err)
		}
	case errors.As(err, &lost) && !lost.Connack:
		c.watcher.Failed(tlsdiag.OpRead, lost.Err)
		// What is no MQTT may look like the beginning of a long packet.
		if c.conn != nil && len(c.conn.First()) > 0 && mqtt.PacketType(c.conn.First()[0]>>4) != mqtt.CONNACK {
			c.watcher.NotConnack(c.conn.First())
		}
	case errors.Is(err, session.ErrKeepAlive):
		c.watcher.Failed(tlsdiag.OpConnack, os.ErrDeadlineExceeded)
	}
}

// usage ends a program whose command line cannot be carried out, or that was asked for help or its version.
func (e *Env) usage(cmd options.Command, inv options.Invocation, err error) Exit {
	asked := Exit{Code: codeFailure}
	if inv == options.AsCulex {
		asked.Code = codeSuccess
	}
	var bad *options.UsageError
	switch {
	case errors.Is(err, options.ErrHelp):
		e.help(cmd, inv)
		return asked
	case errors.Is(err, options.ErrVersion) && cmd.Own():
		_, _ = io.WriteString(e.Stdout, e.Build.String())
		return asked
	case errors.Is(err, options.ErrVersion):
		_, _ = io.WriteString(e.Stdout, options.VersionText(cmd, e.Build.Version))
		return asked
	case errors.As(err, &bad) && bad.Usage:
		e.help(cmd, inv)
	}
	_, _ = io.WriteString(e.Stderr, err.Error())
	return Exit{Code: codeFailure}
}

func (e *Env) help(cmd options.Command, inv options.Invocation) {
	if inv == options.AsCulex && e.Help != nil {
		_, _ = io.WriteString(e.Stdout, e.Help(inv.Program(cmd)))
		return
	}
	_ = options.Usage(e.Stdout, cmd, e.Build.Version)
}
