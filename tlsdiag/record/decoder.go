package record

// decoder reads the vectors of the TLS presentation language (RFC 8446
// section 3). Its first mistake sticks: later calls return zero values, and
// the caller asks once, at the end, whether all went well.
type decoder struct {
	b      []byte
	failed bool
}

func (d *decoder) take(n int) []byte {
	if d.failed || n > len(d.b) {
		d.failed = true
		return nil
	}
	out := d.b[:n:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) uint(size int) int {
	v := 0
	for _, b := range d.take(size) {
		v = v<<8 | int(b)
	}
	return v
}

func (d *decoder) u8() int  { return d.uint(1) }
func (d *decoder) u16() int { return d.uint(2) }

// vector reads a vector whose length takes size bytes.
func (d *decoder) vector(size int) decoder {
	b := d.take(d.uint(size))
	return decoder{b: b, failed: d.failed}
}

func (d *decoder) more() bool { return !d.failed && len(d.b) > 0 }

// list reads 16-bit numbers to the end, at most maxList of them, leaving out
// the reserved values of RFC 8701 (GREASE).
func (d *decoder) list() []uint16 {
	n := min(len(d.b)/2, maxList)
	if n == 0 {
		return nil
	}
	out := make([]uint16, 0, n)
	for d.more() && len(out) < n {
		if v := d.u16(); v&0x0f0f != 0x0a0a || v>>8 != v&0xff {
			out = append(out, uint16(v))
		}
	}
	return out
}
