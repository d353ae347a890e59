package transport

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag"
)

// Error is a connection that could not be made.
type Error struct {
	Op      tlsdiag.Op // the step that failed, OpLoad to OpWebSocket; OpRead, OpWrite and OpConnack while a WebSocket is opened
	Address string     // what was dialled: host:port, or the path of a Unix socket
	Err     error
}

func (e *Error) Error() string { return fmt.Sprintf("%v %s: %v", e.Op, e.Address, e.Err) }

// Unwrap gives the error of the failed step.
func (e *Error) Unwrap() error { return e.Err }
