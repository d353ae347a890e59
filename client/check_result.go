package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// checkResult is the JSON form of a check's outcome. Fields may be added, none is renamed or removed.
type checkResult struct {
	Schema int  `json:"schema"`
	OK     bool `json:"ok"`
	// Exit is the exit code.
	Exit int `json:"exit"`
	// Address is what was dialled.
	Address string `json:"address"`
	// TLS is the version of TLS, empty for plain MQTT and where none was agreed.
	TLS string `json:"tls,omitempty"`
	// Connect and RoundTrip are milliseconds: up to CONNACK, and from the message's leaving to its return.
	Connect   float64 `json:"connect_ms,omitempty"`
	RoundTrip float64 `json:"round_trip_ms,omitempty"`
	// Error is the first line of what text would say, Detail the second.
	Error  string `json:"error,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Finding is what is wrong with TLS.
	Finding *report.Document `json:"finding,omitempty"`
}

// finish reports how the check went.
func (k *checker) finish(err error) Exit {
	if k.step.Load() == checked {
		return k.passed()
	}
	if refused := k.refusal.Load(); refused != nil {
		err = refused
	}
	s := k.status(err)
	k.log.Error().Err(err).Int("status", s.code).Msg("failed")
	if k.o.Format != options.FormJSON {
		if k.o.Quiet {
			return k.leave(s.code)
		}
		k.say(s.line, s.detail)
		k.diagnose(err)
		return k.leave(s.code)
	}
	r := k.result(s.code)
	r.Error, r.Detail = s.line, s.detail
	if finding, ok := k.finding(err); ok {
		k.logFinding(finding)
		document := report.NewDocument(finding, k.watcher.Evidence())
		r.Finding = &document
	}
	return k.print(r)
}

// status is statusOf with what only a check ends with.
func (k *checker) status(err error) status {
	var refused *rejection
	if errors.As(err, &refused) {
		return status{line: "Error: " + err.Error(), detail: "mqtt: " + k.rule(), code: int(refused.code)}
	}
	s := status{line: "Timed out", code: codeTimeout}
	if err != errCheckTime {
		s = statusOf(err)
	}
	if s.detail == "" {
		s.detail = k.advice()
	}
	return s
}

// advice says what did not come after a CONNACK that accepted; it is empty before.
func (k *checker) advice() string {
	switch k.step.Load() {
	case awaitSuback:
		return "mqtt: the broker accepted the connection, but did not answer SUBSCRIBE to " + k.topic + ": " + k.rule()
	case awaitMessage:
		return "mqtt: the message to " + k.topic + " did not come back: " + k.rule()
	}
	return ""
}

// rule is what a broker has to allow.
func (k *checker) rule() string {
	return "the broker's access rules (ACL) must let this client write and read " + string(k.o.Topic) + "/#, or another topic of --topic"
}

// passed prints the line of a check that went well.
func (k *checker) passed() Exit {
	if k.o.Format == options.FormJSON {
		return k.print(k.result(codeSuccess))
	}
	secured := ""
	if version := k.conn.TLSVersion(); version != "" {
		secured = ", " + version
	}
	_, err := fmt.Fprintf(k.out, "ok: %s%s, connected in %s, message back in %s\n", k.dialer.Address(), secured,
		milliseconds(k.times.accepted.Sub(k.times.begun)), milliseconds(k.times.back.Sub(k.times.sent)))
	return k.printed(err, codeSuccess)
}

func (k *checker) result(code int) checkResult {
	r := checkResult{Schema: report.Schema, OK: code == codeSuccess, Exit: code, Address: k.dialer.Address()}
	if k.conn != nil {
		r.TLS = k.conn.TLSVersion()
	}
	if step := k.step.Load(); step != awaitConnack {
		r.Connect = toMilliseconds(k.times.accepted.Sub(k.times.begun))
		if step == checked {
			r.RoundTrip = toMilliseconds(k.times.back.Sub(k.times.sent))
		}
	}
	return r
}

func (k *checker) print(r checkResult) Exit {
	line, err := json.Marshal(r)
	if err == nil {
		_, err = k.out.Write(append(line, '\n'))
	}
	return k.printed(err, r.Exit)
}

// printed ends the check after its line.
func (k *checker) printed(err error, code int) Exit {
	if err == nil {
		err = k.out.Flush()
	}
	return Exit{Code: k.outputStatus(err, code)}
}

// toMilliseconds keeps three digits after the point.
func toMilliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond).Microseconds()) / 1e3
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", toMilliseconds(d)) }
