package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// DiagReplay is culex tlsdiag replay: it makes a report again from recorded evidence, with the causes that this culex
// knows.
func DiagReplay(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseDiagReplay(args, env.options())
	if err != nil {
		return env.usage(options.CommandReplay, inv, err)
	}
	recorded, name, err := env.recorded(o.File)
	if err != nil {
		return env.notRun(fmt.Sprintf("%s cannot be read: %s", name, errnoText(err)))
	}
	s, err := readEvidence(recorded)
	if err != nil {
		return env.notRun(fmt.Sprintf("%s: %s", name, err))
	}
	if s.Probes != nil {
		r := report.Probe{Session: s}
		r.Failures, r.Warnings = cause.All(s)
		return env.printProbe(&r, o.Format)
	}
	finding, found := cause.Find(s)
	if !found {
		return env.replayedNothing(s, o.Format)
	}
	stage := stageOf(finding, s)
	if o.Format == options.FormJSON {
		return env.printJSON(report.NewDocument(finding, s), stage)
	}
	return env.print(report.Text(finding, report.Options{Width: env.reportWidth()}), stage)
}

// maxRecorded is the most that is read of a recorded report, in bytes; a large one has 100 kB.
const maxRecorded = 16 << 20

// recorded reads a file, or standard input for nil and "-". The name is for messages.
func (e *Env) recorded(file *string) (content []byte, name string, err error) {
	in, name := e.Stdin, "standard input"
	if file != nil && *file != "-" {
		name = printable(*file)
		f, err := os.Open(*file)
		if err != nil {
			return nil, name, err
		}
		defer f.Close()
		in = f
	}
	content, err = io.ReadAll(io.LimitReader(in, maxRecorded+1))
	if err == nil && len(content) > maxRecorded {
		err = fmt.Errorf("it has more than %d bytes", maxRecorded)
	}
	return content, name, err
}

// readEvidence reads evidence as such, as part of a report, or as part of what culex check prints. The line of the
// reference may stand before it.
func readEvidence(content []byte) (*evidence.Session, error) {
	start := bytes.IndexByte(content, '{')
	if start < 0 {
		return nil, errors.New("there is no JSON object in it; it must be what --diag-format json prints")
	}
	var document struct {
		Evidence *json.RawMessage `json:"evidence"`
		Finding  *struct {
			Evidence *json.RawMessage `json:"evidence"`
		} `json:"finding"`
	}
	var whole json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(content[start:])).Decode(&whole); err != nil {
		return nil, fmt.Errorf("the JSON in it is broken: %w", err)
	}
	if err := json.Unmarshal(whole, &document); err != nil {
		return nil, fmt.Errorf("it is no report of culex: %w", err)
	}
	inner := &whole
	switch {
	case document.Evidence != nil:
		inner = document.Evidence
	case document.Finding != nil && document.Finding.Evidence != nil:
		inner = document.Finding.Evidence
	}
	s := new(evidence.Session)
	if err := json.Unmarshal(*inner, s); err != nil {
		return nil, fmt.Errorf("the evidence in it does not have the form of culex: %w", err)
	}
	switch {
	case s.Schema == 0 || s.Stage == "":
		return nil, errors.New("there is no evidence in it; it must be what --diag-format json prints")
	case s.Schema > evidence.Schema:
		return nil, fmt.Errorf("its evidence has the schema %d, and this culex knows %d: use a newer one", s.Schema, evidence.Schema)
	}
	return s, nil
}

// replayedNothing answers evidence of a connection in which nothing failed that TLS has to do with.
func (e *Env) replayedNothing(s *evidence.Session, format options.FormFormat) Exit {
	stage := stageWithout(s)
	if format == options.FormJSON {
		return e.printJSON(replayed{Schema: report.Schema, Stage: s.Stage, End: s.End, Evidence: s}, stage)
	}
	text := "tls: nothing that failed here has to do with TLS\n"
	if s.End.How != "" {
		text += fmt.Sprintf("  seen: the attempt ended at the stage %s: %s\n", report.Escape(string(s.Stage)), report.Escape(string(s.End.How)))
	}
	return e.print(text, stage)
}

// replayed is the JSON form of evidence without a finding.
type replayed struct {
	Schema   int               `json:"schema"`
	Stage    evidence.Stage    `json:"stage"`
	End      evidence.End      `json:"end"`
	Evidence *evidence.Session `json:"evidence"`
}
