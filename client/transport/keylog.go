package transport

import "os"

// keyLog is the path of a file to which each write is appended. As in the reference a file that cannot be written is no
// reason to fail; unlike there, others cannot read it.
type keyLog string

// Write appends one line.
func (k keyLog) Write(line []byte) (int, error) {
	f, err := os.OpenFile(string(k), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return len(line), nil
	}
	defer f.Close()
	_, _ = f.Write(line)
	return len(line), nil
}
