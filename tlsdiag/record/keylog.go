package record

import (
	"bytes"
	"encoding/hex"
)

// Labels of the NSS key log format (SSLKEYLOGFILE, RFC 9850 section 3).
const (
	labelMaster          = "CLIENT_RANDOM"
	labelClientHandshake = "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
	labelServerHandshake = "SERVER_HANDSHAKE_TRAFFIC_SECRET"
	labelClientTraffic   = "CLIENT_TRAFFIC_SECRET_0"
	labelServerTraffic   = "SERVER_TRAFFIC_SECRET_0"
)

const (
	randomSize = 32
	maxSecret  = 64
	// maxSecrets bounds what a key log may take: some 200,000 connections.
	maxSecrets = 1 << 20
)

// KeyLog is the secrets of connections in the NSS key log format. It is not
// safe for concurrent use.
type KeyLog struct {
	secrets map[secretID][]byte
	// More is asked, if it is not nil, for further lines when a connection's
	// secrets are not there yet: a key log may grow while it is read.
	More func() []byte
}

type secretID struct {
	label  string
	random [randomSize]byte
}

// Add reads lines of a key log and returns how many secrets they hold. Lines
// of other kinds are passed over, as the format has it.
func (k *KeyLog) Add(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && len(k.secrets) < maxSecrets && k.add(fields) {
			n++
		}
	}
	return n
}

func (k *KeyLog) add(fields [][]byte) bool {
	id := secretID{label: label(fields[0])}
	if id.label == "" || len(fields[1]) != 2*randomSize || len(fields[2]) > 2*maxSecret {
		return false
	}
	secret := make([]byte, hex.DecodedLen(len(fields[2])))
	if _, err := hex.Decode(id.random[:], fields[1]); err != nil {
		return false
	}
	if _, err := hex.Decode(secret, fields[2]); err != nil {
		return false
	}
	if k.secrets == nil {
		k.secrets = map[secretID][]byte{}
	}
	k.secrets[id] = secret
	return true
}

// label returns one of the labels that are of use here, or "".
func label(b []byte) string {
	for _, l := range [...]string{labelMaster, labelClientHandshake, labelServerHandshake, labelClientTraffic, labelServerTraffic} {
		if string(b) == l {
			return l
		}
	}
	return ""
}

// secret returns a connection's secret, nil if it is not known. k may be nil.
func (k *KeyLog) secret(label string, random *[randomSize]byte) []byte {
	if k == nil {
		return nil
	}
	id := secretID{label, *random}
	if k.secrets[id] == nil && k.More != nil {
		k.Add(k.More())
	}
	return k.secrets[id]
}
