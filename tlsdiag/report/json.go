package report

import (
	"encoding/json"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Schema is the version of the JSON form. Fields may be added under the same
// number; one that is renamed or removed raises it.
const Schema = 1

// Document is the JSON form of a finding. JSON.md describes each field, down to
// the last one of the evidence.
type Document struct {
	Schema     int               `json:"schema"`
	Cause      string            `json:"cause"`
	Confidence cause.Confidence  `json:"confidence"`
	Rival      string            `json:"rival,omitempty"`
	Message    string            `json:"message"`
	Seen       []string          `json:"seen,omitempty"`
	Hints      []cause.Hint      `json:"hints,omitempty"`
	Also       []cause.Note      `json:"also,omitempty"`
	Stage      evidence.Stage    `json:"stage"`
	Alert      *Alert            `json:"alert,omitempty"`
	Verdict    *evidence.Verdict `json:"verdict,omitempty"`
	Evidence   *evidence.Session `json:"evidence,omitempty"`
}

// Alert is the alert that ended the connection.
type Alert struct {
	From evidence.Side `json:"from"`
	// Level is 1 warning or 2 fatal, 0 if it could not be read.
	Level int `json:"level,omitempty"`
	// Code is -1 for an alert that could not be read.
	Code int    `json:"code"`
	Name string `json:"name,omitempty"`
}

// JSON writes f and the evidence it rests on as one object, without a final
// line feed.
func JSON(f cause.Finding, s *evidence.Session) ([]byte, error) {
	return json.Marshal(NewDocument(f, s))
}

// NewDocument puts the JSON form together.
func NewDocument(f cause.Finding, s *evidence.Session) Document {
	return Document{
		Schema: Schema, Cause: f.ID, Confidence: f.Confidence, Rival: f.Rival, Message: f.Headline,
		Seen: f.Seen, Hints: f.Hints, Also: f.Also, Stage: s.Stage, Alert: alert(s), Verdict: s.Verdict, Evidence: s,
	}
}

func alert(s *evidence.Session) *Alert {
	a := s.Flow.Decisive()
	if a == nil {
		return nil
	}
	out := &Alert{From: a.From, Level: a.Level, Code: a.Code}
	if a.Code >= 0 {
		out.Name = record.Describe(a.Code).Name
	}
	return out
}
