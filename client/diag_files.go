package client

import (
	"fmt"
	"time"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// DiagFiles is culex tlsdiag files: it judges certificates, keys and CA files without a connection.
func DiagFiles(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseDiagFiles(args, env.options())
	if err != nil {
		return env.usage(options.CommandFiles, inv, err)
	}
	c := env.connector(options.CommandFiles, inv, &o.Client)
	set := tlsdiag.FileSet{Settings: c.settings(), Broker: o.For == options.PartyBroker, Soon: time.Duration(o.Days) * 24 * time.Hour}
	set.Settings.TLS = true
	if o.AsUser != nil {
		if set.Account, err = certs.LookUpAccount(*o.AsUser); err != nil {
			return env.notRun(fmt.Sprintf("--as-user %s: this system has no such user", printable(*o.AsUser)))
		}
	}
	opener := c.opener()
	defer opener.Forget()
	set.Opener = opener
	judged := tlsdiag.JudgeFiles(set)
	stage := stageOfFiles(judged)
	if o.Format == options.FormJSON {
		return env.printJSON(newFilesDocument(judged), stage)
	}
	r := filesReport(judged)
	r.Now = env.Now()
	return env.print(r.Text(report.Options{Width: env.reportWidth()}), stage)
}

// stageOfFiles is that of what is to be put right first.
func stageOfFiles(f *tlsdiag.JudgedFiles) options.Stage {
	if len(f.Failures) > 0 {
		return stageOfCause(f.Failures[0].ID)
	}
	for _, r := range f.Remarks {
		if r.Grave {
			return options.StageFiles
		}
	}
	return options.Sound
}

func filesReport(f *tlsdiag.JudgedFiles) *report.Files {
	r := &report.Files{Failures: f.Failures, Doubts: f.Doubts}
	for _, m := range f.Remarks {
		line := report.Line{Label: "warn", Text: m.Text}
		if m.Grave {
			line.Label, r.Grave = "wrong", true
		}
		switch {
		case m.File != "" && m.Line > 0:
			line.Text = fmt.Sprintf("%s, line %d: %s", m.File, m.Line, m.Text)
		case m.File != "":
			line.Text = m.File + ": " + m.Text
		}
		r.Remarks = append(r.Remarks, line)
	}
	for _, j := range f.Files {
		r.Parts = append(r.Parts, report.Part{Role: j.Role, Path: j.Path, Mode: j.Mode, Certificates: j.Certificates,
			Key: j.Key, Matches: j.Matches, CRLs: j.CRLs})
	}
	return r
}

// filesDocument is the JSON form of what files hold.
type filesDocument struct {
	Schema   int                  `json:"schema"`
	Sound    bool                 `json:"sound"`
	Failures []report.Document    `json:"failures,omitempty"`
	Warnings []report.Document    `json:"warnings,omitempty"`
	Remarks  []tlsdiag.Remark     `json:"remarks,omitempty"`
	Files    []tlsdiag.JudgedFile `json:"files"`
}

func newFilesDocument(f *tlsdiag.JudgedFiles) *filesDocument {
	d := &filesDocument{Schema: report.Schema, Sound: stageOfFiles(f) == options.Sound, Remarks: f.Remarks, Files: f.Files}
	documents := func(findings []cause.Finding) (out []report.Document) {
		for _, finding := range findings {
			d := report.NewDocument(finding, new(evidence.Session))
			d.Evidence = nil
			out = append(out, d)
		}
		return out
	}
	d.Failures, d.Warnings = documents(f.Failures), documents(f.Doubts)
	return d
}
