package client

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/spool"
)

// SpoolStatus is culex spool status: it says what waits.
func SpoolStatus(env *Env, inv options.Invocation, args []string) Exit {
	return env.spoolCommand(options.CommandSpoolStatus, inv, args, (*spool.Spool).Status)
}

// SpoolDrop is culex spool drop: it throws away what waits, and says what that was.
func SpoolDrop(env *Env, inv options.Invocation, args []string) Exit {
	return env.spoolCommand(options.CommandSpoolDrop, inv, args, func(s *spool.Spool) (spool.Status, error) {
		d, err := s.Deliver(spool.Holder{Pid: env.Pid, Wait: holderWait})
		if err != nil {
			return spool.Status{}, err
		}
		defer func() { _ = d.Close() }()
		return d.Drop()
	})
}

// spoolCommand runs a command that needs no broker, and prints what it tells.
func (e *Env) spoolCommand(c options.Command, inv options.Invocation, args []string, do func(*spool.Spool) (spool.Status, error)) Exit {
	o, err := options.ParseSpoolLook(c, args, e.options())
	if err != nil {
		return e.usage(c, inv, err)
	}
	st, err := e.inSpool(*o.Dir, do)
	if err != nil {
		return e.notRun(spoolFault(*o.Dir, err))
	}
	dropped := c == options.CommandSpoolDrop
	if o.Format == options.FormJSON {
		return e.printJSON(newSpoolDocument(*o.Dir, &st, dropped), options.Sound)
	}
	return e.print(spoolText(*o.Dir, &st, dropped), options.Sound)
}

// inSpool opens a spool that is there, for as long as do runs.
func (e *Env) inSpool(dir string, do func(*spool.Spool) (spool.Status, error)) (spool.Status, error) {
	s, err := spool.OpenExisting(dir, spool.Config{Now: e.Now})
	if err != nil {
		return spool.Status{}, err
	}
	defer func() { _ = s.Close() }()
	return do(s)
}

// SpoolFlush is culex spool flush: it delivers what waits, and ends when nothing does.
func SpoolFlush(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseSpoolFlush(args, env.options())
	if err != nil {
		return env.usage(options.CommandSpoolFlush, inv, err)
	}
	before, err := env.inSpool(*o.Dir, (*spool.Spool).Status)
	if err != nil {
		return env.notRun(spoolFault(*o.Dir, err))
	}
	if before.Messages == 0 {
		return env.print(spoolText(*o.Dir, &before, false), options.Sound)
	}
	c, exit := env.prepare(options.CommandSpoolFlush, inv, o, &o.Client)
	if c == nil {
		return exit
	}
	p := &publisher{connector: c, o: o.Pub(), flushing: true}
	exit = p.start()
	after, err := env.inSpool(*o.Dir, (*spool.Spool).Status)
	if err != nil {
		return env.notRun(spoolFault(*o.Dir, err))
	}
	if printed := env.print(flushText(*o.Dir, &before, &after), options.Sound); exit == (Exit{}) {
		return printed
	}
	return exit
}

// flushText tells what a delivery has come to. Others may have stored meanwhile.
func flushText(dir string, before, after *spool.Status) string {
	left := "nothing waits any more"
	if n := after.Messages; n > 0 {
		left = messages(n) + " left, the oldest " + age(after.Age)
	}
	gone := max(0, before.Messages-after.Messages)
	return fmt.Sprintf("%s: %s gone, %s\n", printable(dir), messages(gone), left)
}

// spoolFault says what is wrong with a spool.
func spoolFault(dir string, err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("there is no spool in %s: %s", printable(dir), errnoText(err))
	}
	return err.Error()
}

// spoolText is a status for people.
func spoolText(dir string, st *spool.Status, dropped bool) string {
	var b strings.Builder
	switch what := ""; {
	case st.Messages == 0:
		fmt.Fprintf(&b, "%s: nothing waits\n", printable(dir))
	default:
		if dropped {
			what = " dropped"
		}
		fmt.Fprintf(&b, "%s: %s%s, %d bytes, the oldest %s (%s)\n", printable(dir), messages(st.Messages), what, st.Bytes,
			age(st.Age), st.Oldest.UTC().Format(time.RFC3339))
	}
	for _, broker := range st.Brokers {
		fmt.Fprintf(&b, "  broker  %s\n", printable(broker))
	}
	const shown = 20
	topics := byCount(st.Topics)
	for _, topic := range topics[:min(shown, len(topics))] {
		fmt.Fprintf(&b, "  topic   %s: %d\n", printable(topic), st.Topics[topic])
	}
	if n := len(topics) - shown; n > 0 {
		fmt.Fprintf(&b, "          and %d others\n", n)
	}
	if st.Damaged > 0 {
		fmt.Fprintf(&b, "  kept    %d files of bytes that are no messages (damaged-*)\n", st.Damaged)
	}
	if st.Rejected > 0 {
		fmt.Fprintf(&b, "  kept    %d messages that the broker did not take (rejected-*)\n", st.Rejected)
	}
	return b.String()
}

// byCount lists topics, those with the most messages first.
func byCount(topics map[string]int) []string {
	var names []string
	for name := range topics {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := topics[b] - topics[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return names
}

func age(d time.Duration) string { return d.Round(time.Second).String() + " old" }

// spoolDocument is a status for programs.
type spoolDocument struct {
	Directory  string         `json:"directory"`
	Dropped    bool           `json:"dropped"`
	Messages   int            `json:"messages"`
	Bytes      int64          `json:"bytes"`
	Oldest     *time.Time     `json:"oldest,omitempty"`
	AgeSeconds float64        `json:"age_seconds"`
	Brokers    []string       `json:"brokers"`
	Topics     map[string]int `json:"topics"`
	Damaged    int            `json:"damaged"`
	Rejected   int            `json:"rejected"`
}

func newSpoolDocument(dir string, st *spool.Status, dropped bool) spoolDocument {
	d := spoolDocument{
		Directory: dir, Dropped: dropped, Messages: st.Messages, Bytes: st.Bytes, AgeSeconds: st.Age.Seconds(),
		Brokers: append([]string{}, st.Brokers...), Topics: st.Topics, Damaged: st.Damaged, Rejected: st.Rejected,
	}
	if st.Messages > 0 {
		oldest := st.Oldest.UTC()
		d.Oldest = &oldest
	}
	return d
}
