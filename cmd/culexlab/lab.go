package main

import (
	"crypto/tls"
	"errors"
	"os"
	"slices"
	"strconv"
	"time"
)

const (
	host    = "localhost"
	topic   = "gateway/test0"
	message = `{"message":"THIS_IS_A_TEST_MESSAGE"}`
)

// lab is a broker with a listener for each scenario, and a directory with the files that its clients need.
type lab struct {
	dir    string
	broker *broker
	ports  map[string]int // by the name of the scenario
}

// withLab lets work have a lab with keys of its own, and clears it away.
func withLab(work func(*lab) error) (err error) {
	k, err := freshKeys()
	if err != nil {
		return err
	}
	l, err := newLab(k, time.Now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	return work(l)
}

// newLab starts a lab whose certificates are valid from now on. It is to be closed.
func newLab(k keys, now time.Time) (*lab, error) {
	dir, err := os.MkdirTemp("", "culexlab")
	if err != nil {
		return nil, err
	}
	l := &lab{dir: dir, ports: map[string]int{}}
	if err := l.start(newPKI(k, now)); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

func (l *lab) start(p *pki) error {
	if err := p.write(l.dir); err != nil {
		return err
	}
	var err error
	if l.broker, err = newBroker(); err != nil {
		return err
	}
	for _, s := range slices.Concat(working(), failing()) {
		var c *tls.Config
		if s.server != nil {
			c = s.server(p)
		}
		if l.ports[s.name], err = l.broker.listen(s.name, c); err != nil {
			return err
		}
	}
	return l.broker.server.Serve()
}

// close ends the broker with all its connections and removes the files.
func (l *lab) close() error {
	var err error
	if l.broker != nil {
		err = l.broker.server.Close()
	}
	return errors.Join(err, os.RemoveAll(l.dir))
}

// pub returns the words behind `culex pub` or `mosquitto_pub` that meet a scenario, with a text to send.
func (l *lab) pub(s *scenario, at place, text string) []string {
	return append(l.words(s, at), "-m", text)
}

// sub returns the words behind `culex sub` or `mosquitto_sub` that wait for one message.
func (l *lab) sub(s *scenario, at place) []string {
	return append(l.words(s, at), "-C", "1")
}

func (l *lab) words(s *scenario, at place) []string {
	common := []string{"-h", host, "-p", strconv.Itoa(l.ports[s.name]), "-t", topic, "-u", username, "-P", password}
	return append(common, s.options(at)...)
}
