package session

import (
	"bytes"
	"io"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// identifiers hands out Packet Identifiers: one counter for the whole session, from 1, never 0 (MQTT 5.0, 2.2.1).
type identifiers struct {
	last uint16
	used []uint64 // one bit an identifier, made when the first is kept
}

// next returns the identifier after the last one that is not in use; there always is one, see mostInflight.
func (i *identifiers) next() uint16 {
	for {
		i.last++
		if i.last != 0 && !i.taken(i.last) {
			return i.last
		}
	}
}

func (i *identifiers) taken(id uint16) bool {
	return i.used != nil && i.used[id/64]&(1<<(id%64)) != 0
}

func (i *identifiers) keep(id uint16) {
	if i.used == nil {
		i.used = make([]uint64, 1<<16/64)
	}
	i.used[id/64] |= 1 << (id % 64)
}

func (i *identifiers) free(id uint16) {
	if i.used != nil {
		i.used[id/64] &^= 1 << (id % 64)
	}
}

// phase is what a message in flight waits for.
type phase byte

const (
	done phase = iota
	awaitPuback
	awaitPubrec
	awaitPubcomp
)

// flight is a QoS 1 or 2 message that the broker has not acknowledged.
type flight struct {
	packet  []byte // the encoded PUBLISH, all of it or all but payload; the buffer is used again
	payload []byte // a large payload, not copied
	number  int    // the number of its Publish, from 1
	id      uint16
	phase   phase
	waiting bool // the present connection has not been sent it yet
}

// window is the ring of messages in flight, in the order in which they were published.
type window struct {
	ring    []flight
	head    int // the oldest
	length  int // from head, finished ones between others included
	open    int // of those, the unfinished
	waiting int // of those, the ones that wait to be sent again
}

func (w *window) at(i int) *flight { return &w.ring[(w.head+i)%len(w.ring)] }

// push returns the next free place, whose buffer the caller fills.
func (w *window) push(id uint16, p phase, number int) *flight {
	if w.length == len(w.ring) {
		w.makeRoom()
	}
	f := w.at(w.length)
	w.length++
	w.open++
	*f = flight{packet: f.packet[:0], id: id, phase: p, number: number}
	return f
}

// makeRoom closes the gaps in a full ring that has more gaps than messages: a broker that never acknowledges the oldest
// message leaves them. Any other full ring it doubles.
func (w *window) makeRoom() {
	if w.open > len(w.ring)/2 || len(w.ring) == 0 {
		ring := make([]flight, max(4, 2*len(w.ring)))
		for i := range w.length {
			ring[i] = *w.at(i)
		}
		w.ring, w.head = ring, 0
		return
	}
	kept := 0
	for i := range w.length {
		if f := w.at(i); f.phase != done {
			to := w.at(kept)
			*to, *f = *f, *to // the buffers of finished messages are used again
			kept++
		}
	}
	w.length = kept
}

// find returns the unfinished message with that identifier, or nil. Acknowledgements come in order, so it is nearly always the first.
func (w *window) find(id uint16) *flight {
	for i := range w.length {
		if f := w.at(i); f.id == id && f.phase != done {
			return f
		}
	}
	return nil
}

// oldest returns the first message in flight, or nil.
func (w *window) oldest() *flight {
	if w.length == 0 {
		return nil
	}
	return w.at(0) // finish leaves no gap there
}

// finish marks a message as answered and gives back the places that are free at the old end.
func (w *window) finish(f *flight) {
	if f.waiting {
		f.waiting = false
		w.waiting--
	}
	f.phase, f.payload = done, nil
	w.open--
	for w.length > 0 && w.at(0).phase == done {
		w.head = (w.head + 1) % len(w.ring)
		w.length--
	}
}

// rewind has all that is in flight wait for a new connection. Without the session, whether the broker has lost it or never
// had one, PUBREC counts for nothing: the message itself has to be sent again.
func (w *window) rewind(session bool) {
	w.waiting = w.open
	for i := range w.length {
		f := w.at(i)
		f.waiting = f.phase != done
		if f.phase == awaitPubcomp && !session {
			f.phase = awaitPubrec
		}
	}
}

// appendAgain appends what a new connection has to be sent first: the unacknowledged messages with DUP set, in order,
// and PUBREL for those that the broker has received (MQTT 5.0, 4.4).
func (f *flight) appendAgain(dst []byte, v mqtt.Version) []byte {
	if f.phase == awaitPubcomp {
		return mqtt.AppendAck(dst, v, mqtt.PUBREL, f.id, mqtt.Success)
	}
	mqtt.SetDup(f.packet)
	dst = append(dst, f.packet...)
	return append(dst, f.payload...)
}

// retainFlag is RETAIN in the first byte of a PUBLISH (MQTT 5.0, 3.3.1.3).
const retainFlag = 0x01

func (f *flight) qos() byte { return f.packet[0] >> 1 & 3 }

// publish decodes the message again, for the debug line of its second sending.
func (f *flight) publish(v mqtt.Version) (p mqtt.Publish, ok bool) {
	r := mqtt.NewReader(io.MultiReader(bytes.NewReader(f.packet), bytes.NewReader(f.payload)), 0)
	frame, err := r.Next()
	if err != nil {
		return p, false
	}
	return p, mqtt.ParsePublish(v, frame, &p) == nil
}
