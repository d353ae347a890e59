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
// come again, and not when --reconnect-timeout has gone by.
func (c *connector) patience() func(error) bool {
	return func(err error) bool {
		var refused *session.RefusedError
		var bad *mqtt.Malformed
		var large *mqtt.TooLarge
		if errors.As(err, &refused) || errors.As(err, &bad) || errors.As(err, &large) {
			return false
		}
		limit := time.Duration(c.o.ReconnectTimeout)
		if !c.outage.active {
			c.outage = outage{active: true, since: c.env.Now()}
		}
		return limit == 0 || c.env.Now().Sub(c.outage.since) < limit
	}
}

// outage is a time without a connection.
type outage struct {
	active bool
	told   bool
	since  time.Time
}

// lost tells of an outage once, not of each attempt to end it, with the diagnosis where there is one.
func (c *connector) lost(err error, pause time.Duration) {
	c.log.Warn().Err(err).Dur("pause_ms", pause).Msg("no connection, trying again")
	if c.outage.told || c.o.Quiet {
		return
	}
	c.outage.told = true
	c.say(fmt.Sprintf("mqtt: %s: trying again", outageText(err)))
	c.diagnose(err)
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
		return "no connection (" + strings.TrimPrefix(dialStatus(dial).line, "Error: ") + ")"
	default:
		return err.Error()
	}
}

// givenUp is what a program ends with that had a connection and could not get another: the loss, not the last attempt.
func (c *connector) givenUp(err error) error {
	var dial *transport.Error
	if c.settled.Load() && errors.As(err, &dial) {
		return &session.LostError{Connack: true, Err: err}
	}
	return err
}
