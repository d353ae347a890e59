package tlsdiag

import (
	"syscall"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// synchronised asks the kernel whether something keeps its clock in time
// (STA_UNSYNC of adjtimex(2)). It needs no privilege.
func synchronised() evidence.Answer {
	const staUnsync = 0x0040
	var t syscall.Timex
	if _, err := syscall.Adjtimex(&t); err != nil {
		return evidence.NotObserved
	}
	return evidence.Of(t.Status&staUnsync == 0)
}
