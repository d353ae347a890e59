package output

import (
	"strconv"
	"sync/atomic"
)

// Rate counts received messages for --message-rate. The zero value is ready; its methods may be called by several
// goroutines.
type Rate struct {
	count atomic.Int64
}

// Count counts one message.
func (r *Rate) Count() { r.count.Add(1) }

// AppendLine appends the line for the messages counted since the last call, "N msgs/s", and begins to count again. It
// is to be called once per second.
func (r *Rate) AppendLine(dst []byte) []byte {
	return append(strconv.AppendInt(dst, r.count.Swap(0), 10), " msgs/s\n"...)
}
