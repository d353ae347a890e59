package client

import (
	"context"
	"fmt"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/session"
)

// RR is mosquitto_rr: args are the words after the program's name.
func RR(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseRR(inv, args, env.options())
	if err != nil {
		return env.usage(options.CommandRR, inv, err)
	}
	payload, err := env.payload(&o.Message)
	if err != nil {
		return env.unreadable(&o.Client, err)
	}
	c, exit := env.prepare(options.CommandRR, inv, o, &o.Client)
	if c == nil {
		return exit
	}
	r := &requester{connector: c, o: o, payload: payload, printer: newPrinter(c, &o.Output), failed: make(chan error, 1)}
	return r.run()
}

// requester is one run of mosquitto_rr: it subscribes to the response topic, publishes the request and prints the
// first response.
type requester struct {
	*connector
	o       *options.RR
	payload []byte
	printer *printer
	session *session.Session
	sent    time.Time
	failed  chan error // why the request could not be sent
	output  error      // why stdout failed
	done    bool
}

func (r *requester) run() Exit {
	timeout := r.timeoutAfterDial(r.o.Timeout.Duration())
	r.session = session.New(r.sessionConfig(r.o.ReceiveMaximum(), session.Events{
		Connected:  r.connected,
		Message:    r.message,
		Subscribed: r.subscribed,
		Refused:    r.refuse,
		Idle:       r.out.Flush,
		Lost:       r.lost,
	}))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- r.session.Run(ctx, r.dial, r.retryFirst()) }()
	select {
	case err := <-ended:
		return r.finish(err)
	case <-timeout:
		return r.cut(r.session, ended, codeTimeout)
	case sig := <-r.env.signals():
		return r.die(r.session, ended, sig)
	}
}

func (r *requester) connected(mqtt.Connack) error {
	r.settle()
	filter := mqtt.Subscription{Filter: string(r.o.ResponseTopic), QoS: byte(r.o.QoS), Options: r.o.SubscriptionOptions(r.o.MQTTVersion())}
	return r.session.Subscribe([]mqtt.Subscription{filter}, r.o.Properties.Subscribe)
}

// largeRequest is the size in bytes from which on a message is written at once and not added to what waits.
const largeRequest = 64 << 10

// subscribed sends the request, unless the broker refused the subscription. While a large one is written the session has to
// go on reading, or nobody would notice a broker that does not read.
func (r *requester) subscribed(ack mqtt.Suback) error {
	if r.noteSuback(ack) > 0 {
		if !r.o.Quiet {
			r.say(ack.Codes[0].String())
		}
		return session.ErrStop
	}
	r.sent = r.env.Now()
	if len(r.payload) < largeRequest {
		r.request()
	} else {
		go r.request()
	}
	return nil
}

func (r *requester) request() {
	_, err := r.session.Publish(&mqtt.Publish{
		Topic:      []byte(r.o.Topic),
		Payload:    r.payload,
		QoS:        byte(r.o.QoS),
		Properties: r.o.RequestProperties(),
	})
	switch err {
	case nil:
		r.session.Flush()
	case session.ErrClosed: // the answer was there first
	default:
		r.failed <- err
		r.session.Disconnect(mqtt.Success)
	}
}

func (r *requester) message(m *mqtt.Publish) error {
	if r.done || m.Retain && bool(r.o.SkipRetained) {
		return nil
	}
	r.done = true
	took := r.env.Now().Sub(r.sent)
	r.output = r.printer.print(m)
	if r.o.Latency && r.output == nil {
		_, r.output = fmt.Fprintln(r.out, latencyText(took))
	}
	return session.ErrStop
}

func (r *requester) finish(err error) Exit {
	if err == nil && len(r.failed) > 0 {
		err = <-r.failed
	}
	if err != nil {
		return r.leave(r.fail(err))
	}
	if r.output == nil {
		r.output = r.out.Flush()
	}
	return Exit{Code: r.outputStatus(r.output, r.strict())}
}

// latencyText is the reference's wording, in the unit that fits.
func latencyText(d time.Duration) string {
	switch {
	case d < time.Microsecond:
		return fmt.Sprintf("Latency: %dns", d.Nanoseconds())
	case d < time.Millisecond:
		return fmt.Sprintf("Latency: %fµs", float64(d.Nanoseconds())/1e3)
	case d < time.Second:
		return fmt.Sprintf("Latency: %fms", float64(d.Nanoseconds())/1e6)
	default:
		return fmt.Sprintf("Latency: %d.%09d", d/time.Second, d%time.Second)
	}
}
