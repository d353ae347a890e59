package client

import (
	"os"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/session"
)

// parting is how long a session gets to end after Disconnect; it lasts longer only where stdout takes nothing.
const parting = 2 * time.Second

// cut ends a program at its time limit or on a signal.
func (c *connector) cut(s *session.Session, ended <-chan error, code int) Exit {
	c.part(s, ended)
	_ = c.out.Flush()
	if code == codeTimeout && !c.o.Quiet {
		c.say("Timed out")
	}
	return Exit{Code: code}
}

// part sends DISCONNECT; in MQTT 5.0 the reason has the broker publish the will, as the reference does.
func (c *connector) part(s *session.Session, ended <-chan error) {
	code := mqtt.Success
	if c.o.MQTTVersion() == mqtt.V5 {
		code = mqtt.DisconnectWithWillMessage
	}
	s.Disconnect(code)
	select {
	case <-ended:
	case <-time.After(parting):
	}
}

// die ends a program that leaves signals to their usual effect. Where there is a will the broker is told nothing, so
// that it publishes it.
func (c *connector) die(s *session.Session, ended <-chan error, sig os.Signal) Exit {
	if c.o.WillTopic == "" {
		s.Disconnect(mqtt.Success)
	} else {
		s.Abort()
	}
	select {
	case <-ended:
	case <-time.After(parting):
	}
	_ = c.out.Flush()
	return Exit{Signal: sig}
}
