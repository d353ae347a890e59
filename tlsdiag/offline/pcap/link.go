package pcap

import (
	"encoding/binary"
	"fmt"
)

// LinkType is the link-layer header type of a capture (tcpdump.org's list).
type LinkType uint16

// The types that are read.
const (
	linkNull     LinkType = 0
	linkEthernet LinkType = 1
	linkRawBSD   LinkType = 12
	linkRawOpen  LinkType = 14
	linkRaw      LinkType = 101
	linkLoop     LinkType = 108
	linkCooked   LinkType = 113
	linkIPv4     LinkType = 228
	linkIPv6     LinkType = 229
	linkCooked2  LinkType = 276
)

func (l LinkType) known() bool {
	switch l {
	case linkNull, linkEthernet, linkRawBSD, linkRawOpen, linkRaw, linkLoop, linkCooked, linkIPv4, linkIPv6, linkCooked2:
		return true
	}
	return false
}

func unknownLink(l LinkType) string {
	return fmt.Sprintf("packets of link type %d cannot be read here; Ethernet (1), Linux cooked (113, 276), raw IP (101) and loopback (0, 108) can", l)
}

// EtherTypes (IEEE 802 numbers).
const (
	etherIPv4  = 0x0800
	etherIPv6  = 0x86dd
	etherVLAN  = 0x8100
	etherQinQ  = 0x88a8
	etherQinQ1 = 0x9100
	etherPPPoE = 0x8864
	maxTags    = 4
)

// network returns the IP packet in a frame, nil if there is none.
func network(l LinkType, b []byte) []byte {
	switch l {
	case linkEthernet:
		if len(b) < 14 {
			return nil
		}
		return ether(binary.BigEndian.Uint16(b[12:]), b[14:])
	case linkCooked:
		if len(b) < 16 {
			return nil
		}
		return ether(binary.BigEndian.Uint16(b[14:]), b[16:])
	case linkCooked2:
		if len(b) < 20 {
			return nil
		}
		return ether(binary.BigEndian.Uint16(b), b[20:])
	case linkNull, linkLoop:
		if len(b) < 4 {
			return nil
		}
		// An address family in the byte order of whoever captured. The IP
		// header tells what it is.
		return b[4:]
	}
	return b
}

// ether returns the IP packet behind VLAN tags and PPPoE.
func ether(kind uint16, b []byte) []byte {
	for range maxTags {
		switch kind {
		case etherIPv4, etherIPv6:
			return b
		case etherVLAN, etherQinQ, etherQinQ1:
			if len(b) < 4 {
				return nil
			}
			kind, b = binary.BigEndian.Uint16(b[2:]), b[4:]
		case etherPPPoE:
			const ipv4, ipv6 = 0x0021, 0x0057
			if len(b) < 8 {
				return nil
			}
			if p := binary.BigEndian.Uint16(b[6:]); p != ipv4 && p != ipv6 {
				return nil
			}
			return b[8:]
		default:
			return nil
		}
	}
	return nil
}
