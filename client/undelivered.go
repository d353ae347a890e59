package client

import (
	"bytes"
	"fmt"
	"sync/atomic"
)

// lineCount counts the lines that -l has taken from stdin, also those that wait in a buffer. Any goroutine may ask for it.
type lineCount struct {
	newlines atomic.Int64
	partial  atomic.Bool // something follows the last newline
}

func (c *lineCount) add(p []byte) {
	if len(p) > 0 {
		c.newlines.Add(int64(bytes.Count(p, []byte{'\n'})))
		c.partial.Store(p[len(p)-1] != '\n')
	}
}

func (c *lineCount) total() int {
	n := int(c.newlines.Load())
	if c.partial.Load() {
		n++
	}
	return n
}

// undelivered counts the messages that are not known to have reached the broker, out of all that there were to publish:
// with -l the lines read so far. From is the first such line.
func (p *publisher) undelivered() (count, total, from int) {
	account := p.session.Account()
	total = p.total()
	from = account.First
	if from == 0 {
		from = account.Accepted + 1
	}
	return total - account.Accepted + account.Unknown, total, from
}

// total is how many messages there were to publish: with -l the lines read so far.
func (p *publisher) total() int {
	switch {
	case p.flushing:
		return 0
	case p.o.StdinLines:
		return p.lines.total()
	}
	return int(p.o.Repeat)
}

// undeliveredText is our line about them. Where nothing was sent of a message that is not a line, the error says it all.
func (p *publisher) undeliveredText() string {
	count, total, from := p.undelivered()
	switch {
	case count == 0 || !p.o.StdinLines && p.session.Account().Accepted == 0:
		return ""
	case total == 1:
		return "mqtt: the message is not known to have arrived"
	}
	are := "are"
	if count == 1 {
		are = "is"
	}
	text := fmt.Sprintf("mqtt: %d of %d messages %s not known to have arrived", count, total, are)
	if p.o.StdinLines {
		text += fmt.Sprintf(", from line %d on", from)
	}
	return text
}
