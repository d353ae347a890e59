package client

import (
	"github.com/rs/zerolog"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/tlsdiag"
)

// newLog is culex's own log, one JSON object a line on stderr, for programs that collect it. It is silent unless
// --log-format asks for it, and never holds a password or a message.
func newLog(env *Env, o *options.Client, program string) zerolog.Logger {
	if o.LogFormat != options.LogJSON {
		return zerolog.Nop()
	}
	stamp := zerolog.HookFunc(func(e *zerolog.Event, _ zerolog.Level, _ string) { e.Time("time", env.Now().UTC()) })
	return zerolog.New(env.Stderr).Hook(stamp).With().Str("program", program).Int("pid", env.Pid).Logger()
}

// logFinding writes what the diagnosis says, under the names that its JSON form has.
func (c *connector) logFinding(f tlsdiag.Finding) {
	c.log.Error().Str("cause", f.ID).Str("confidence", string(f.Confidence)).Str("rival", f.Rival).Msg(f.Headline)
}
