package client

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/session"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag"
)

// patience decides whether an outage is worth another attempt: not after a refusal or a broken protocol, which would
// come again, not where the broker's limits are too low now for what is in flight, and not when --reconnect-timeout has
// gone by.
func (c *connector) patience() func(error) bool {
	return func(err error) bool {
		var refused *session.RefusedError
		var bad *mqtt.Malformed
		var large *mqtt.TooLarge
		if errors.As(err, &refused) || errors.As(err, &bad) || errors.As(err, &large) ||
			errors.Is(err, session.ErrQoS) || errors.Is(err, session.ErrPacketSize) {
			return false
		}
		limit := time.Duration(c.o.ReconnectTimeout)
		if !c.outage.active {
			c.outage = outage{active: true, since: c.env.Now()}
		}
		return limit == 0 || c.env.Now().Sub(c.outage.since) < limit
	}
}

// retryFirst has the first connection tried again with --retry-connect, and no later one.
func (c *connector) retryFirst() session.Retry {
	patience := c.patience()
	return func(err error, connected bool) bool { return !connected && c.o.RetryConnect && patience(err) }
}

// outage is a time without a connection.
type outage struct {
	active bool
	told   bool
	cause  string // the finding that was told; empty for none
	since  time.Time
}

// lost tells of an outage once, not of each attempt to end it, with the diagnosis where there is one. TLS that fails in
// another way than before is news: the broker may have come back with another certificate.
func (c *connector) lost(err error, pause time.Duration) {
	c.log.Warn().Err(err).Dur("pause_ms", pause).Msg("no connection, trying again")
	if c.o.Quiet || c.outage.told && !inTLS(err) {
		return
	}
	finding, found := c.finding(err)
	if c.outage.told && finding.ID == c.outage.cause {
		return
	}
	c.outage.told, c.outage.cause = true, finding.ID
	c.say(fmt.Sprintf("mqtt: %s: trying again", outageText(err)))
	if found {
		c.printFinding(finding)
	}
}

// inTLS tells whether TLS ended an attempt, in the handshake or by an alert after it.
func inTLS(err error) bool {
	var dial *transport.Error
	return isTLS(err) || errors.As(err, &dial) && dial.Op == tlsdiag.OpHandshake
}

func outageText(err error) string {
	var lost *session.LostError
	var dial *transport.Error
	switch {
	case errors.As(err, &lost) && lost.Connack && errors.Is(lost.Err, io.EOF):
		return "the broker closed the connection"
	case errors.As(err, &lost) && lost.Connack:
		return "the connection was lost (" + lost.Err.Error() + ")"
	case errors.As(err, &lost):
		return "the broker closed the connection before CONNACK"
	case errors.As(err, &dial) && dial.Op == tlsdiag.OpHandshake:
		return "the TLS handshake failed"
	case errors.As(err, &dial):
		return "no connection (" + reasonOf(dial) + ")"
	default:
		return err.Error()
	}
}

// reasonOf is the reference's line for a connection that could not be made, without what frames it there.
func reasonOf(e *transport.Error) string {
	reason := strings.TrimPrefix(dialStatus(e).line, "Error: ")
	reason = strings.TrimPrefix(reason, "Unable to connect (")
	return strings.TrimSuffix(reason, ").")
}

// givenUp is what a program ends with that had a connection and could not get another: the loss, not the last attempt.
func (c *connector) givenUp(err error) error {
	var dial *transport.Error
	if c.settled.Load() && errors.As(err, &dial) {
		return &session.LostError{Connack: true, Err: errors.New(err.Error())} // no longer the error of an attempt
	}
	return err
}
