package options

import "math"

// Port is a TCP port; 0 stands for a Unix domain socket, whose path is then the host, and NoPort for none given.
type Port int32

// NoPort is a port that was not given.
const NoPort Port = -1

func (v *Port) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	return v.parse(p, word)
}

// parse reads a port as atoi does, but refuses what is no number: with the reference it turns the host into the path of
// a Unix domain socket.
func (v *Port) parse(p *pass, word string) error {
	n, rest := cInteger(word, 10)
	if rest == word || n == 0 && word != "0" {
		return p.client.call.lineError("Invalid port given: %s", word)
	}
	if n < 0 || n > math.MaxUint16 {
		return p.client.call.lineError("Invalid port given: %d", n)
	}
	*v = Port(n)
	return nil
}

// UnixSocket is the path of a Unix domain socket. Reading it sets the host and the port.
type UnixSocket string

func (v *UnixSocket) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	*v = UnixSocket(word)
	p.client.Host, p.client.Port = word, 0
	return nil
}
