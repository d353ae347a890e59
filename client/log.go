package client

import (
	"github.com/rs/zerolog"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// newLog is culex's own log, one JSON object a line on stderr, for programs that collect it. It is silent unless
// --log-format asks for it, and never holds a password or a message.
func newLog(env *Env, o *options.Client, program string) zerolog.Logger {
	if o.LogFormat != options.LogJSON || o.Quiet {
		return zerolog.Nop()
	}
	stamp := zerolog.HookFunc(func(e *zerolog.Event, _ zerolog.Level, _ string) { e.Time("time", env.Now().UTC()) })
	return zerolog.New(env.Stderr).Hook(stamp).With().Str("program", program).Int("pid", env.Pid).Logger()
}

// logFinding writes the whole document of --diag-format json into the log, so that both have the same fields.
func (c *connector) logFinding(f tlsdiag.Finding) {
	event := c.log.Error()
	if !event.Enabled() {
		return
	}
	if document, err := report.JSON(f, c.watcher.Evidence()); err == nil {
		event = event.RawJSON("finding", document)
	}
	event.Str("cause", f.ID).Str("confidence", string(f.Confidence)).Msg(f.Headline)
}
