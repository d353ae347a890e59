package tlsdiag

import (
	"context"
	"errors"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// Error is the failure of a connection whose cause is known.
// [report.Text] writes its Finding for people, [report.JSON] for programs.
type Error struct {
	Finding Finding
	// Evidence is everything that was seen; it is not to be changed.
	Evidence *evidence.Session
	// Err is what failed.
	Err error
}

// Error returns what failed and the cause in one line, safe to print.
func (e *Error) Error() string {
	return e.Err.Error() + ": " + report.Escape(e.Finding.Headline) + " (" + e.Finding.ID + ")"
}

// Unwrap returns what failed.
func (e *Error) Unwrap() error { return e.Err }

// Timeout says whether a time-out failed, as net.Error has it.
func (e *Error) Timeout() bool { return timedOut(e.Err) }

// explain notes a failure and returns err with its cause, or err alone where
// there is nothing to say. That somebody gave up is no failure.
func (w *Watcher) explain(op Op, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	w.Failed(op, err)
	finding, ok := w.Finding()
	if !ok {
		return err
	}
	return &Error{Finding: finding, Evidence: w.Evidence(), Err: err}
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
