package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// check is one thing that a client and a broker do together.
type check struct {
	name     string
	versions string // the versions in which there is such a thing, as version.name has them; empty: all
	run      func(context.Context, *pair) error
}

// checks is the suite. Every check uses a topic and a client identifier of its own.
func checks() []check {
	list := []check{}
	for qos := range 3 {
		list = append(list, check{name: fmt.Sprintf("QoS %d", qos), run: delivery(qos)})
	}
	for qos := range 3 {
		list = append(list, check{name: fmt.Sprintf("retained, QoS %d", qos), run: retained(qos)})
	}
	for qos := range 3 {
		list = append(list, check{name: fmt.Sprintf("will, QoS %d", qos), run: will(qos)})
	}
	for qos := 1; qos < 3; qos++ {
		list = append(list, check{name: fmt.Sprintf("session resumed, QoS %d", qos), run: resumed(qos)})
	}
	return append(list,
		check{name: "retained message cleared", run: cleared},
		check{name: "retained will", run: retainedWill},
		check{name: "properties of a message", versions: "5.0", run: properties},
		check{name: "subscription identifier", versions: "5.0", run: subscriptionIdentifier},
		check{name: "topic alias", versions: "5.0", run: topicAlias},
		check{name: "message expiry", versions: "5.0", run: expiry},
		check{name: "retain as published", versions: "5.0", run: retainAsPublished},
		check{name: "request and response", versions: "5.0", run: request},
		check{name: "shared subscription", versions: "5.0", run: shared},
	)
}

const format = "=%q %r %p"

// delivery publishes to a subscriber.
func delivery(qos int) func(context.Context, *pair) error {
	return func(ctx context.Context, p *pair) error {
		got := p.subscribe(ctx, "-q", digit(qos), "-F", format)
		return got.after("="+digit(qos)+" 0 hello", p.publish(ctx, "-q", digit(qos), "-m", "hello"))
	}
}

// retained publishes before anybody subscribes.
func retained(qos int) func(context.Context, *pair) error {
	return func(ctx context.Context, p *pair) error {
		if err := p.publish(ctx, "-q", digit(qos), "-r", "-m", "kept"); err != nil {
			return err
		}
		return p.subscribe(ctx, "-q", digit(qos), "-F", format).after("="+digit(qos)+" 1 kept", nil)
	}
}

func cleared(ctx context.Context, p *pair) error {
	if err := p.publish(ctx, "-q", "1", "-r", "-m", "kept"); err != nil {
		return err
	}
	if err := p.publish(ctx, "-q", "1", "-r", "-n"); err != nil {
		return err
	}
	got := p.subscribe(ctx, "-q", "1", "-F", format)
	return got.after("=1 0 next", p.publish(ctx, "-q", "1", "-m", "next"))
}

// will kills a client that has one.
func will(qos int) func(context.Context, *pair) error {
	return func(ctx context.Context, p *pair) error {
		got := p.subscribe(ctx, "-q", digit(qos), "-F", format)
		if got.err != nil {
			return got.err
		}
		return got.after("="+digit(qos)+" 0 gone", p.die(ctx, "--will-qos", digit(qos)))
	}
}

func retainedWill(ctx context.Context, p *pair) error {
	got := p.subscribe(ctx, "-q", "1", "-F", format)
	if got.err != nil {
		return got.err
	}
	if err := got.after("=1 0 gone", p.die(ctx, "--will-qos", "1", "--will-retain")); err != nil {
		return err
	}
	return p.subscribe(ctx, "-q", "1", "-F", format).after("=1 1 gone", nil)
}

// resumed publishes while the subscriber is away.
func resumed(qos int) func(context.Context, *pair) error {
	return func(ctx context.Context, p *pair) error {
		session := []string{"-c", "-i", p.id(), "-q", digit(qos)}
		if p.version.name == "5.0" {
			session = append(session, "-x", "60")
		}
		if err := p.once(ctx, append(session, "-E")...); err != nil {
			return err
		}
		if err := p.publish(ctx, "-q", digit(qos), "-m", "missed"); err != nil {
			return err
		}
		return p.subscribe(ctx, append(session, "-F", format)...).after("="+digit(qos)+" 0 missed", nil)
	}
}

func properties(ctx context.Context, p *pair) error {
	got := p.subscribe(ctx, "-q", "1", "-F", "=%C|%R|%D|%P|%F")
	return got.after("=text/plain|answers|17|k:v|1", p.publish(ctx, "-q", "1", "-m", "x",
		"-D", "publish", "content-type", "text/plain", "-D", "publish", "response-topic", "answers",
		"-D", "publish", "correlation-data", "17", "-D", "publish", "user-property", "k", "v",
		"-D", "publish", "payload-format-indicator", "1"))
}

func subscriptionIdentifier(ctx context.Context, p *pair) error {
	got := p.subscribe(ctx, "-q", "1", "-F", "=%S", "-D", "subscribe", "subscription-identifier", "7")
	return got.after("=7", p.publish(ctx, "-q", "1", "-m", "x"))
}

func topicAlias(ctx context.Context, p *pair) error {
	got := p.subscribe(ctx, "-q", "1", "-F", format)
	return got.after("=1 0 hello", p.publish(ctx, "-q", "1", "-m", "hello", "-D", "publish", "topic-alias", "1"))
}

// expiry subscribes when one of two retained messages is too old.
func expiry(ctx context.Context, p *pair) error {
	if err := p.publish(ctx, "-q", "1", "-r", "-m", "old", "-D", "publish", "message-expiry-interval", "1"); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(2500 * time.Millisecond):
	}
	got := p.subscribe(ctx, "-q", "1", "-F", format)
	return got.after("=1 0 next", p.publish(ctx, "-q", "1", "-m", "next"))
}

func retainAsPublished(ctx context.Context, p *pair) error {
	got := p.subscribe(ctx, "-q", "1", "-F", format, "--retain-as-published")
	return got.after("=1 1 kept", p.publish(ctx, "-q", "1", "-r", "-m", "kept"))
}

func request(ctx context.Context, p *pair) error {
	got := p.subscribe(ctx, "-q", "1", "-F", "=%R %p")
	if got.err != nil {
		return got.err
	}
	answered := make(chan error, 1)
	go func() {
		err := got.after("="+p.topic()+"/answer question", nil)
		if err == nil {
			err = p.publishTo(ctx, p.topic()+"/answer", "-q", "1", "-m", "answer")
		}
		answered <- err
	}()
	out, err := p.run(ctx, "rr", "-t", p.topic(), "-e", p.topic()+"/answer", "-m", "question", "-q", "1", "-W", patience)
	if other := <-answered; other != nil {
		return other
	}
	if err == nil && strings.TrimSpace(out) != "answer" {
		err = fmt.Errorf("rr printed %q", out)
	}
	return err
}

func shared(ctx context.Context, p *pair) error {
	got := p.subscribeTo(ctx, "$share/group/"+p.topic(), "-q", "1", "-F", format)
	return got.after("=1 0 hello", p.publish(ctx, "-q", "1", "-m", "hello"))
}

func digit(n int) string { return string(rune('0' + n)) }
