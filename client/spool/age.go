package spool

import (
	"bytes"
	"encoding/hex"
	"os"
	"strconv"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// Stamp is a moment by two clocks: the wall clock, which a gateway may set long after it has started, and the time since
// the start of the system, which only compares within one run of it.
type Stamp struct {
	Wall   time.Time
	Boot   [16]byte // the identifier of this run of the system; zero if unknown
	Uptime time.Duration
}

// Clock reads the present moment.
type Clock func() Stamp

// SystemClock is the clock of this machine. Now is its wall clock; on Linux /proc tells the rest. It is for one goroutine
// at a time.
func SystemClock(now func() time.Time) Clock {
	var last Stamp
	return func() Stamp {
		s := Stamp{Wall: now(), Boot: last.Boot}
		if past := s.Wall.Sub(last.Wall); !last.Wall.IsZero() && past >= 0 && past < time.Second {
			s.Uptime = last.Uptime + past
			return s
		}
		if s.Uptime, s.Boot = uptime(), bootID(); s.Uptime == 0 {
			s.Boot = [16]byte{}
		}
		last = s
		return s
	}
}

// bootID identifies this run of the system; zero if nothing does.
func bootID() (id [16]byte) {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil {
		_, _ = hex.Decode(id[:], bytes.ReplaceAll(bytes.TrimSpace(text), []byte{'-'}, nil))
	}
	return id
}

// uptime is how long the system runs, suspended or not; 0 if it is not known.
func uptime() time.Duration {
	text, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return 0
	}
	first, _, _ := bytes.Cut(text, []byte{' '})
	seconds, _ := strconv.ParseFloat(string(first), 64)
	return time.Duration(seconds * float64(time.Second))
}

// firstPlausible is a second before which no gateway that runs this program has its clock set: 2024-01-01.
const firstPlausible = 1_704_067_200

// since tells how old something is. Where the clocks cannot tell it is as good as new: a clock that was not set must not
// cost a message.
func (s Stamp) since(stored Stamp) time.Duration {
	switch {
	case stored.Boot != [16]byte{} && stored.Boot == s.Boot:
		return max(0, s.Uptime-stored.Uptime)
	case stored.Wall.Unix() < firstPlausible:
		return 0
	}
	return max(0, s.Wall.Sub(stored.Wall))
}

// refresh takes the time that the message has spent here from its Message Expiry Interval, as a server does (MQTT 5.0,
// 3.3.2.3.3). It tells whether anything is left.
func (m *Message) refresh(age time.Duration) bool {
	interval, limited := m.Properties.Uint(mqtt.MessageExpiryInterval)
	if !limited {
		return true
	}
	left := time.Duration(interval)*time.Second - age
	if left <= 0 {
		return false
	}
	m.Properties = m.Properties.WithUint32(mqtt.MessageExpiryInterval, uint32((left+time.Second-1)/time.Second))
	return true
}
