package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/culex-mqtt/culex/client/keys"
	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/output"
	"github.com/culex-mqtt/culex/client/session"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// connector is what the three programs share: it makes connections as the options say and keeps what was seen of the
// last one, for the diagnosis.
type connector struct {
	env     *Env
	o       *options.Client
	log     zerolog.Logger
	out     *output.Writer
	program string // as it was called
	// talkative allows warnings: scripts and cron mail what they see, so under the reference's names only a terminal is told.
	talkative bool
	dialer    transport.Dialer
	watcher   *tlsdiag.Watcher // of the last attempt
	conn      *transport.Conn  // the connection it made
	settled   atomic.Bool      // a CONNACK has come, at some time
	outage    outage
	refused   mqtt.ReasonCode // the first refusal of a message or a subscription
	dialled   func()          // called after each connection is made, before CONNECT; nil for nothing
}

// command is the command line of any of the three programs.
type command interface {
	CheckMessage() error
	CheckSettings() error
	CheckTransport() error
}

// prepare checks what shows only when the options are put to use, and reads the files that TLS needs. Without a
// connector the program ends with the exit.
func (e *Env) prepare(cmd options.Command, inv options.Invocation, all command, o *options.Client) (*connector, Exit) {
	for _, check := range []func() error{all.CheckMessage, all.CheckSettings} {
		if err := check(); err != nil {
			return nil, e.usage(cmd, inv, err)
		}
	}
	c := e.connector(cmd, inv, o)
	failed := c.secure()
	var interrupted *interruptedError
	if errors.As(failed, &interrupted) {
		return nil, Exit{Signal: interrupted.signal}
	}
	var file *certs.FileError
	if errors.As(failed, &file) && file.NotOpened() {
		return nil, Exit{Code: c.fail(failed)}
	}
	if err := all.CheckTransport(); err != nil {
		return nil, e.usage(cmd, inv, err)
	}
	if failed != nil {
		return nil, Exit{Code: c.fail(failed)}
	}
	c.talkative = !o.Quiet && (inv == options.AsCulex || e.Terminal.Interactive)
	if c.talkative {
		for _, warning := range o.Warnings() {
			c.say("Warning: " + warning)
		}
	}
	return c, Exit{}
}

// connector has read no file yet.
func (e *Env) connector(cmd options.Command, inv options.Invocation, o *options.Client) *connector {
	c := &connector{env: e, o: o, out: output.NewWriter(e.Stdout), program: inv.Program(cmd)}
	c.log = newLog(e, o, c.program)
	c.dialer = c.newDialer()
	return c
}

// opener reads keys for as long as files are read.
func (c *connector) opener() *keys.Opener {
	return keys.New(c.passPhrase, c.env.getenv("TPM2TOOLS_TCTI"))
}

// secure reads the files of TLS, if TLS is on.
func (c *connector) secure() error {
	if c.o.Trust() == options.Unencrypted {
		return nil
	}
	opener := c.opener()
	defer opener.Forget()
	settings := c.tlsOptions()
	settings.Opener = opener
	if dir := c.o.SessionDir; dir != nil {
		opened, err := transport.OpenSessionDir(*dir)
		if err != nil {
			return err
		}
		settings.Sessions = opened
	}
	secured, err := transport.NewTLS(settings, transport.Environment{Getenv: c.env.getenv, Now: c.env.Now})
	if err != nil {
		c.watcher = tlsdiag.Watch(c.dialer.Watch)
		return &transport.Error{Op: tlsdiag.OpLoad, Address: c.dialer.Address(), Err: err}
	}
	c.dialer.TLS = secured
	c.dialer.Watch.Policy.SecurityLevel = secured.SecurityLevel()
	return nil
}

// unsupported refuses what the commands of the diagnosis cannot do: they try certificates only.
func (c *connector) unsupported() error {
	if c.o.Trust() == options.TrustKey {
		return &unsupportedError{"--psk"}
	}
	return nil
}

// unsupportedError names an option that a command cannot carry out.
type unsupportedError struct{ option string }

func (e *unsupportedError) Error() string {
	return "this command does not have " + e.option + "; nothing was sent"
}

func trustsOS(o *options.Client) bool {
	t := o.Trust()
	return t == options.TrustOS || t == options.TrustBoth
}

// settings tells the diagnosis what was asked for.
func (c *connector) settings() tlsdiag.Settings {
	o := c.o
	s := tlsdiag.Settings{
		Host:      o.Host,
		Port:      int(o.EffectivePort()),
		TLS:       o.Trust() != options.Unencrypted,
		Trust:     tlsdiag.Trust{CAFile: text(o.CAFile), CAPath: text(o.CAPath), OSCerts: trustsOS(o)},
		CertFile:  text(o.Cert),
		KeyFile:   o.KeyFile(),
		CRLFiles:  o.CRLFiles,
		Program:   c.program,
		Now:       c.env.Now,
		Getenv:    c.env.getenv,
		BuildTime: c.env.Build.Time,
		Policy: tlsdiag.Policy{
			Insecure:      o.Insecure,
			NoVerify:      o.NoVerify,
			MinVersion:    c.minVersion(),
			SecurityLevel: transport.DefaultSecurityLevel,
			ServerName:    text(o.ServerName),
			Ciphers:       text(o.Ciphers),
			Pins:          o.Pins,
		},
	}
	if o.Trust() == options.TrustKey {
		s.PSKIdentity = text(o.PSKIdentity)
	}
	if o.ALPN != nil {
		s.Policy.ALPN = []string{*o.ALPN}
	}
	return s
}

func (c *connector) tlsOptions() transport.TLSOptions {
	o := c.o
	t := transport.TLSOptions{
		CAFile:     text(o.CAFile),
		CAPath:     text(o.CAPath),
		OSCerts:    trustsOS(o),
		CertFile:   text(o.Cert),
		KeyFile:    o.KeyFile(),
		CRLFiles:   o.CRLFiles,
		MinVersion: c.minVersion(),
		Ciphers:    o.Ciphers,
		ALPN:       text(o.ALPN),
		ServerName: text(o.ServerName),
		KeyLog:     text(o.KeyLog),
		Curves:     text(o.Curves),
		Pins:       o.Pins,
	}
	if o.Trust() == options.TrustKey {
		t.PSK = &transport.PSK{Identity: text(o.PSKIdentity), Key: o.PSKKey()}
	}
	switch {
	case o.NoVerify:
		t.Verify = transport.VerifyNone
	case o.Insecure:
		t.Verify = transport.VerifyChain
	}
	return t
}

// minVersion is the lowest TLS version asked for, 0 if none was.
func (c *connector) minVersion() uint16 {
	if c.o.MinVersion == nil {
		return 0
	}
	v, _ := c.o.MinVersion.Min()
	return v
}

// dial makes one connection.
func (c *connector) dial(ctx context.Context) (net.Conn, error) {
	conn, watcher, err := c.dialer.Dial(ctx)
	c.conn, c.watcher = conn, watcher
	if err != nil {
		c.log.Warn().Str("address", c.dialer.Address()).Err(err).Msg("not connected")
		return nil, err
	}
	c.log.Info().Str("address", c.dialer.Address()).Str("tls", conn.TLSVersion()).Bool("resumed", conn.Resumed()).Msg("connected")
	if c.dialled != nil {
		c.dialled()
	}
	return conn, nil
}

// settle is called at each accepting CONNACK. The first time it warns of what works here only by leniency, or not for long.
func (c *connector) settle() {
	c.outage = outage{}
	c.conn.Settle()
	if first := !c.settled.Swap(true); first && c.talkative {
		if warning, ok := c.watcher.Warning(); ok {
			c.say("Warning: " + warning.Headline)
		}
	}
	c.log.Info().Msg("accepted by the broker")
}

// sessionConfig is what a session needs to know of the options.
func (c *connector) sessionConfig(maximum uint16, events session.Events) session.Config {
	o := c.o
	cfg := session.Config{
		Connect: mqtt.Connect{
			Version:    o.MQTTVersion(),
			CleanStart: o.CleanStart(),
			KeepAlive:  uint16(o.KeepAlive),
			ClientID:   c.clientID(),
			Username:   o.Username,
			Password:   o.Password,
			Will:       will(o),
			Properties: o.ConnectProperties(maximum),
		},
		MaxInflight:    int(o.MaxInflight),
		Leave:          o.Properties.Disconnect,
		CloseNotify:    c.dialer.TLS != nil,
		ConnectTimeout: time.Duration(o.ConnectTimeout),
		Events:         events,
		Now:            c.env.Now,
	}
	if o.Debug {
		cfg.Trace = session.NewTrace(promptly{c.out})
	}
	return cfg
}

// promptly flushes each debug line: who asks for them wants to see where it hangs.
type promptly struct{ out *output.Writer }

func (p promptly) Write(line []byte) (int, error) {
	n, err := p.out.Write(line)
	if err == nil {
		err = p.out.Flush()
	}
	return n, err
}

func will(o *options.Client) *mqtt.Will {
	if o.WillTopic == "" {
		return nil
	}
	return &mqtt.Will{
		Topic:      string(o.WillTopic),
		Payload:    []byte(text(o.WillPayload)),
		QoS:        byte(o.WillQoS),
		Retain:     o.WillRetain,
		Properties: o.Properties.Will,
	}
}

const identifierLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// clientID is what was asked for. MQTT 3.1 takes no empty one and no more than 23 characters, so it gets a random one.
func (c *connector) clientID() string {
	id := c.o.ClientID()
	if id != "" || c.o.MQTTVersion() != mqtt.V31 {
		return id
	}
	random := []byte("mosq-")
	for range 18 {
		random = append(random, identifierLetters[rand.IntN(len(identifierLetters))])
	}
	return string(random)
}

// text is the value of an option that may be absent.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// leave ends a program after its last line. What waits for stdout is debug lines, or the error is known already.
func (c *connector) leave(code int) Exit {
	_ = c.out.Flush()
	return Exit{Code: code}
}

// strict is the exit code of a run that went well but for refusals, which count with --strict only.
func (c *connector) strict() int {
	if c.o.Strict {
		return int(c.refused)
	}
	return codeSuccess
}

// refuse reports a message that the broker refused.
func (c *connector) refuse(t mqtt.PacketType, ack mqtt.Ack) {
	c.noteRefusal(ack.Code)
	if c.o.Quiet {
		return
	}
	c.say(fmt.Sprintf("Warning: Publish %d failed: %v.", ack.PacketID, ack.Code))
	if reason, ok := ack.Properties.String(mqtt.ReasonString); ok && t == mqtt.PUBACK {
		c.say(printable(reason))
	}
}

func (c *connector) noteRefusal(code mqtt.ReasonCode) {
	if c.refused == 0 {
		c.refused = code
	}
}
