package client

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/session"
)

// Pub is mosquitto_pub: args are the words after the program's name.
func Pub(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParsePub(inv, args, env.options())
	if err != nil {
		return env.usage(options.CommandPub, inv, err)
	}
	payload, err := env.payload(&o.Message)
	if err != nil {
		return env.unreadable(&o.Client, err)
	}
	c, exit := env.prepare(options.CommandPub, inv, o, &o.Client)
	if c == nil {
		return exit
	}
	p := &publisher{connector: c, o: o}
	p.message = mqtt.Publish{
		Topic:      []byte(o.Topic),
		Payload:    payload,
		QoS:        byte(o.QoS),
		Retain:     o.Retain,
		Properties: o.Properties.Publish,
	}
	return p.start()
}

// start opens the spool, if there is one, and runs.
func (p *publisher) start() Exit {
	if p.o.SpoolDir != nil {
		env := *p.env
		env.Stderr = &oneByOne{w: env.Stderr} // the store speaks, too
		p.env = &env
		store, err := p.openStore()
		if err != nil {
			return p.leave(p.fail(err))
		}
		queued, err := store.queue()
		if err != nil || queued {
			store.release()
		}
		if err != nil {
			return p.leave(p.fail(err))
		}
		if queued {
			return Exit{}
		}
		p.store = store
	}
	return p.run()
}

// publisher is one run of mosquitto_pub.
type publisher struct {
	*connector
	o       *options.Pub
	message mqtt.Publish
	session *session.Session
	lines   lineCount
	reading reading
	store   *store // nil without --spool
	// flushing delivers what is on disk and nothing else.
	flushing bool
}

// run publishes in one goroutine while the session runs in another. The session's end counts even when the publishing
// goroutine still waits for its input.
func (p *publisher) run() Exit {
	p.session = session.New(p.sessionConfig(p.o.ReceiveMaximum(), session.Events{
		Connected: p.connected,
		Refused:   p.refuse,
		Lost:      p.missed,
		Idle:      p.out.Flush,
	}))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended, published := make(chan error, 1), make(chan error, 1)
	go func() { ended <- p.session.Run(ctx, p.dial, p.retry()) }()
	go func() { published <- p.publish() }()
	var failed error
	signals := p.signals()
	for {
		select {
		case failed = <-published:
			p.session.Disconnect(mqtt.Success)
			published = nil
		case err := <-ended:
			if p.store != nil {
				return p.store.finish(err, failed, published)
			}
			return p.finish(err, failed)
		case sig := <-signals:
			return p.killed(ended, published, sig)
		}
	}
}

// signals delivers what is to end the program in good order. With a single message there is none to be kept: the signal
// has its usual effect.
func (p *publisher) signals() <-chan os.Signal {
	if !p.o.StdinLines && p.o.Repeat == 1 && p.store == nil {
		return nil
	}
	return p.env.signals()
}

func (p *publisher) connected(mqtt.Connack) error {
	p.settle()
	if p.store != nil {
		p.store.connected()
	}
	return nil
}

func (p *publisher) missed(err error, pause time.Duration) {
	if p.store != nil {
		p.store.lost()
	}
	p.lost(err, pause)
}

// killed reports what a signal keeps from being delivered, and dies of it.
func (p *publisher) killed(ended, published <-chan error, sig os.Signal) Exit {
	exit := p.die(p.session, ended, sig)
	if p.store != nil {
		p.store.killed(published)
	} else if !p.o.Quiet {
		p.say(p.undeliveredText())
	}
	return exit
}

func (p *publisher) retry() session.Retry {
	patience := p.patience()
	if p.store != nil && p.o.StdinLines {
		return func(err error, _ bool) bool { return p.store.outlasts(err) || patience(err) }
	}
	return func(err error, connected bool) bool {
		if connected && !p.o.StdinLines || !connected && !p.o.RetryConnect {
			return false
		}
		return patience(err)
	}
}

// publish sends what there is to send, up to its acknowledgement.
func (p *publisher) publish() error {
	if p.store != nil {
		return p.store.publish()
	}
	if p.o.StdinLines {
		return p.publishLines()
	}
	for i := range int(p.o.Repeat) {
		if i > 0 {
			time.Sleep(time.Duration(p.o.RepeatDelay))
		}
		id, err := p.session.Publish(&p.message)
		if err != nil {
			return err
		}
		if last := i == int(p.o.Repeat)-1; last && p.message.QoS == 0 {
			return nil // it leaves in one write with DISCONNECT
		}
		if err := p.session.Wait(id); err != nil {
			return err
		}
	}
	return nil
}

// finish reports how it went: the session's end, what could not be published, or what the broker refused.
func (p *publisher) finish(ended, failed error) Exit {
	if ended == nil {
		ended = failed
	}
	if left, _, _ := p.undelivered(); ended == nil && left > 0 {
		ended = &session.LostError{Connack: true, Err: io.ErrUnexpectedEOF}
	}
	if ended == nil {
		return p.leave(p.strict())
	}
	code := p.fail(p.givenUp(ended), p.secondLine(ended))
	if !p.o.Quiet && !errors.Is(ended, session.ErrQoS) { // with that error not one message is sent
		p.say(p.undeliveredText())
	}
	return p.leave(code)
}

// secondLine is what the reference says after a refused connection.
func (p *publisher) secondLine(err error) string {
	var refused *session.RefusedError
	switch {
	case !errors.As(err, &refused):
		return ""
	case p.o.StdinLines || refused.Connack.Code <= 5:
		return "Error: The connection was refused"
	default:
		return "Error: " + protocolText
	}
}
