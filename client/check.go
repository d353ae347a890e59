package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/session"
)

// Check is culex check: it sends a message to itself through the broker, and ends with the code of what failed.
func Check(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseCheck(args, env.options())
	if err != nil {
		return env.usage(options.CommandCheck, inv, err)
	}
	if o.Format == options.FormJSON {
		o.DiagFormat = options.DiagJSON
	}
	o.ConnectTimeout = min(o.ConnectTimeout, options.Seconds(o.Timeout.Duration()))
	c, exit := env.prepare(options.CommandCheck, inv, o, &o.Client)
	if c == nil {
		return exit
	}
	nonce := rand.Text()
	k := &checker{connector: c, o: o, topic: string(o.Topic) + "/" + nonce, nonce: nonce}
	return k.run()
}

// checker is one run of culex check.
type checker struct {
	*connector
	o       *options.Check
	topic   string // nobody else's
	nonce   string // the message
	session *session.Session
	step    atomic.Int32 // a checkStep
	times   checkTimes
	refusal atomic.Pointer[rejection] // nil if the broker took everything
}

// checkTimes are when a check reached its steps.
type checkTimes struct{ begun, accepted, sent, back time.Time }

// checkStep is what a check waits for.
type checkStep = int32

const (
	awaitConnack checkStep = iota
	awaitSuback
	awaitMessage
	checked
)

// rejection is a subscription or a message that the broker refused.
type rejection struct {
	action string // subscribing or publishing
	topic  string
	code   mqtt.ReasonCode
	text   string // the code's, and the broker's own words
}

func (e *rejection) Error() string {
	return fmt.Sprintf("the broker refused %s to %s: %s (%d)", e.action, e.topic, e.text, byte(e.code))
}

func (k *checker) run() Exit {
	k.times.begun = k.env.Now()
	k.session = session.New(k.sessionConfig(1, session.Events{
		Connected:  k.connected,
		Message:    k.message,
		Subscribed: k.subscribed,
		Refused:    k.rejected,
		Idle:       k.out.Flush,
		Lost:       k.lost,
	}))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- k.session.Run(ctx, k.dial, k.retryFirst()) }()
	limit := time.After(k.o.Timeout.Duration())
	for {
		select {
		case err := <-ended:
			return k.finish(err)
		case <-limit:
			if !k.o.RetryConnect && k.step.Load() == awaitConnack { // --connect-timeout is no longer, and knows what is slow
				limit = time.After(parting)
				continue
			}
			k.part(k.session, ended)
			return k.finish(errCheckTime)
		case sig := <-k.env.Signals:
			return k.die(k.session, ended, sig)
		}
	}
}

// errCheckTime is the end of a check whose time has gone by.
var errCheckTime = errors.New("the time has gone by")

func (k *checker) connected(mqtt.Connack) error {
	k.settle()
	k.times.accepted = k.env.Now()
	k.step.Store(awaitSuback)
	filter := mqtt.Subscription{Filter: k.topic, QoS: byte(k.o.QoS)}
	return k.session.Subscribe([]mqtt.Subscription{filter}, k.o.Properties.Subscribe)
}

// subscribed sends the message, unless the broker refused the subscription.
func (k *checker) subscribed(ack mqtt.Suback) error {
	if code := ack.Codes[0]; code.Failed() {
		k.refusal.Store(&rejection{"subscribing", k.topic, code, k.reason(code, ack.Properties)})
		return session.ErrStop
	}
	k.step.Store(awaitMessage)
	k.times.sent = k.env.Now()
	_, err := k.session.Publish(&mqtt.Publish{
		Topic:      []byte(k.topic),
		Payload:    []byte(k.nonce),
		QoS:        byte(k.o.QoS),
		Properties: k.o.Properties.Publish,
	})
	k.session.Flush()
	return err
}

// rejected ends the check when the broker refuses the message, which only MQTT 5 lets it say.
func (k *checker) rejected(_ mqtt.PacketType, ack mqtt.Ack) {
	k.refusal.Store(&rejection{"publishing", k.topic, ack.Code, k.reason(ack.Code, ack.Properties)})
	k.session.Disconnect(mqtt.Success)
}

// reason is what the broker says of a refusal. Before MQTT 5 that is nothing.
func (k *checker) reason(code mqtt.ReasonCode, props mqtt.Properties) string {
	if k.o.MQTTVersion() != mqtt.V5 {
		return "mostly its access rules"
	}
	text := code.String()
	if own, ok := props.String(mqtt.ReasonString); ok {
		text += ", " + printable(own)
	}
	return text
}

// message ends the check when it is the one that was sent. A retained one was not sent now.
func (k *checker) message(m *mqtt.Publish) error {
	if m.Retain || string(m.Topic) != k.topic || string(m.Payload) != k.nonce {
		return nil
	}
	k.times.back = k.env.Now()
	k.step.Store(checked)
	return session.ErrStop
}
