package pcap

import (
	"encoding/binary"
	"net/netip"
)

// endpoint is an address and a port; IPv4 addresses are mapped into IPv6.
type endpoint struct {
	address [16]byte
	port    uint16
}

func (e endpoint) addrPort() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(e.address).Unmap(), e.port)
}

// segment is one TCP segment (RFC 9293 section 3.1).
type segment struct {
	from, to endpoint
	seq, ack uint32
	flags    uint8
	payload  []byte
	// absent is how many bytes of the payload were on the wire and were not captured.
	absent int
	// part says that this is the first fragment of a segment.
	part bool
}

// Flags of a segment.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

// nature says what a packet is.
type nature int

const (
	notIP nature = iota
	notTCP
	fragment
	tcp
)

const (
	protocolTCP     = 6
	protocolHop     = 0
	protocolRouting = 43
	protocolPart    = 44
	protocolAuth    = 51
	protocolOptions = 60
	maxExtensions   = 16
)

// ip reads an IP packet into s. cut is how many bytes of the packet are missing
// at its end. A first fragment is read as far as it goes; what follows it is
// missing then.
func (s *segment) ip(b []byte, cut int) nature {
	if len(b) == 0 {
		return notIP
	}
	switch b[0] >> 4 {
	case 4:
		return s.ipv4(b, cut)
	case 6:
		return s.ipv6(b, cut)
	}
	return notIP
}

func mapped(b []byte) (a [16]byte) {
	a[10], a[11] = 0xff, 0xff
	copy(a[12:], b)
	return a
}

func (s *segment) ipv4(b []byte, cut int) nature {
	const fixed = 20
	if len(b) < fixed {
		return notIP
	}
	header, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if header < fixed || header > len(b) || total != 0 && total < header {
		return notIP
	}
	s.from.address, s.to.address = mapped(b[12:16]), mapped(b[16:20])
	if b[9] != protocolTCP {
		return notTCP
	}
	const more, offset = 0x2000, 0x1fff
	part := binary.BigEndian.Uint16(b[6:])
	if part&offset != 0 {
		return fragment
	}
	// A length of 0 is that of a segment which the network card cuts up later.
	b, cut = s.trim(b, total, cut)
	s.part = part&more != 0
	return s.tcp(b[header:], cut)
}

func (s *segment) ipv6(b []byte, cut int) nature {
	const fixed = 40
	if len(b) < fixed {
		return notIP
	}
	copy(s.from.address[:], b[8:24])
	copy(s.to.address[:], b[24:40])
	next, length := b[6], int(binary.BigEndian.Uint16(b[4:]))
	if length > 0 {
		length += fixed
	}
	b, cut = s.trim(b, length, cut)
	b = b[fixed:]
	for range maxExtensions {
		size := 0
		switch {
		case next == protocolTCP:
			return s.tcp(b, cut)
		case len(b) < 8:
			return notTCP
		case next == protocolHop, next == protocolRouting, next == protocolOptions:
			size = (int(b[1]) + 1) * 8
		case next == protocolAuth:
			size = (int(b[1]) + 2) * 4
		case next == protocolPart:
			size = 8
			part := binary.BigEndian.Uint16(b[2:])
			if part>>3 != 0 {
				if b[0] == protocolTCP {
					return fragment
				}
				return notTCP
			}
			s.part = part&1 != 0
		default:
			return notTCP
		}
		if size > len(b) {
			return notTCP
		}
		next, b = b[0], b[size:]
	}
	return notTCP
}

// trim takes off what an Ethernet frame adds to a short packet, and tells how
// much of the packet is missing.
func (s *segment) trim(b []byte, total, cut int) ([]byte, int) {
	switch {
	case total == 0:
		return b, cut
	case total < len(b):
		return b[:total], 0
	}
	return b, total - len(b)
}

func (s *segment) tcp(b []byte, cut int) nature {
	const fixed = 20
	if len(b) < fixed {
		return notTCP
	}
	header := int(b[12]>>4) * 4
	if header < fixed || header > len(b) {
		return notTCP
	}
	s.from.port, s.to.port = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	s.seq, s.ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	s.flags = b[13]
	s.payload, s.absent = b[header:], cut
	return tcp
}
