package client

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/session"
	"github.com/culex-mqtt/culex/client/transport"
)

// Sub is mosquitto_sub: args are the words after the program's name.
func Sub(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseSub(inv, args, env.options())
	if err != nil {
		return env.usage(options.CommandSub, inv, err)
	}
	c, exit := env.prepare(options.CommandSub, inv, o, &o.Client)
	if c == nil {
		return exit
	}
	s := &subscriber{connector: c, o: o, printer: newPrinter(c, &o.Output)}
	return s.run()
}

// subscriber is one run of mosquitto_sub.
type subscriber struct {
	*connector
	o       *options.Sub
	printer *printer
	session *session.Session
	clearer clearer
	count   int   // messages that passed all filters
	done    bool  // nothing is printed any more
	output  error // why stdout failed
}

func (s *subscriber) run() Exit {
	timeout := s.timeoutAfterDial(s.o.Timeout.Duration())
	cfg := s.sessionConfig(s.o.ReceiveMaximum(), session.Events{
		Connected:  s.connected,
		Lost:       s.lost,
		Message:    s.message,
		Ready:      s.ready,
		Subscribed: s.subscribed,
		Refused:    s.refuse,
		Idle:       s.idle,
	})
	s.session = session.New(cfg)
	stop := s.monitor()
	defer stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.session.Run(ctx, s.dial, s.retry()) }()
	select {
	case err := <-ended:
		return s.finish(err)
	case <-timeout:
		return s.cut(ended, codeTimeout)
	case sig := <-s.env.signals():
		if sig == syscall.SIGHUP { // the reference leaves it to its usual effect
			return s.die(s.session, ended, sig)
		}
		return s.cut(ended, codeSuccess)
	}
}

// cut ends sub. Before the first CONNACK there is nothing to end, and the code says so.
func (s *subscriber) cut(ended <-chan error, code int) Exit {
	if !s.settled.Load() {
		return Exit{Code: codeNeverBegan}
	}
	return s.connector.cut(s.session, ended, code)
}

// retry goes on for ever once there was a connection, even one that the broker closed before CONNACK.
func (s *subscriber) retry() session.Retry {
	patience := s.patience()
	return func(err error, connected bool) bool {
		var dial *transport.Error
		never := !connected && (errors.As(err, &dial) || isTLS(err))
		return (!never || s.o.RetryConnect) && patience(err)
	}
}

// connected subscribes and unsubscribes, on each connection anew.
func (s *subscriber) connected(mqtt.Connack) error {
	s.settle()
	if len(s.o.Topics) > 0 {
		if err := s.session.Subscribe(s.subscriptions(), s.o.Properties.Subscribe); err != nil {
			return err
		}
	}
	for _, filter := range s.o.Unsubscribe {
		if err := s.session.Unsubscribe([]string{filter}, s.o.Properties.Unsubscribe); err != nil {
			return err
		}
	}
	return nil
}

func (s *subscriber) subscriptions() []mqtt.Subscription {
	filters := make([]mqtt.Subscription, 0, len(s.o.Topics))
	for _, filter := range s.o.Topics {
		filters = append(filters, mqtt.Subscription{Filter: filter, QoS: byte(s.o.QoS), Options: s.o.SubscriptionOptions(s.o.MQTTVersion())})
	}
	return filters
}

// subscribed ends the program when the broker refuses all, with --strict any, of the filters, and with -E.
func (s *subscriber) subscribed(ack mqtt.Suback) error {
	refused := s.noteSuback(ack)
	if s.o.Debug && !s.o.Quiet {
		s.printSuback(ack)
	}
	if refused == len(ack.Codes) && !s.o.Quiet {
		s.say("All subscription requests were denied.")
	}
	if refused == len(ack.Codes) || refused > 0 && s.o.Strict || s.o.Exit {
		return session.ErrStop
	}
	return nil
}

// message takes a message through the filters, in the reference's order, and prints it.
func (s *subscriber) message(m *mqtt.Publish) error {
	switch {
	case s.done:
		return nil
	case s.o.MessageRate:
		s.printer.rate.Count()
		return nil
	case s.o.RetainedOnly && !m.Retain:
		return s.stop()
	case m.Retain && bool(s.o.SkipRetained), s.filteredOut(m.Topic):
		return nil
	}
	if s.o.RemoveRetained && m.Retain {
		s.clearer.add(s.session, m.Topic)
	}
	if s.lucky() {
		if err := s.printer.print(m); err != nil {
			return s.outputFailed(err)
		}
	}
	s.count++
	if s.o.Count > 0 && s.count >= int(s.o.Count) {
		return s.stop()
	}
	return nil
}

// ready tells whether one more message can be printed while so many are promised to be. With -C the broker keeps the rest:
// what is acknowledged but not printed would be lost to the next run of a persistent session.
func (s *subscriber) ready(promised int) bool {
	return !s.done && (s.o.Count == 0 || s.o.MessageRate || s.count+promised < int(s.o.Count))
}

// stop ends the program cleanly, once the broker knows which retained messages to clear.
func (s *subscriber) stop() error {
	s.done = true
	if !s.clearer.busy() {
		return session.ErrStop
	}
	go s.clearer.leaveAfter(s.session)
	return nil
}

func (s *subscriber) idle() error {
	if err := s.out.Flush(); err != nil {
		return s.outputFailed(err)
	}
	return nil
}

// outputFailed ends the program without acknowledging what was not printed.
func (s *subscriber) outputFailed(err error) error {
	if s.output == nil {
		s.output = err
	}
	s.done = true
	return session.ErrStop
}

func (s *subscriber) finish(err error) Exit {
	if err != nil {
		return s.leave(s.fail(s.givenUp(err)))
	}
	if s.output == nil {
		s.output = s.out.Flush()
	}
	return Exit{Code: s.outputStatus(s.output, s.strict())}
}

// timeoutAfterDial is closed when the time of -W has gone by since the first connection was made.
func (c *connector) timeoutAfterDial(limit time.Duration) <-chan struct{} {
	passed := make(chan struct{})
	if limit > 0 {
		c.dialled = func() {
			c.dialled = nil
			time.AfterFunc(limit, func() { close(passed) })
		}
	}
	return passed
}
