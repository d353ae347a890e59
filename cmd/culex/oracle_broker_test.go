package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// oracleWorkingFiles are what the broker and the command lines read.
func oracleWorkingFiles() map[string][]byte {
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	other := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Other CA"), Extensions: tlstest.CA()})
	localhost := tlstest.Server(tlstest.DNS("localhost"), tlstest.IP("127.0.0.1"))
	ids := map[string]*tlstest.Identity{
		"ca":        ca,
		"other":     other,
		"server":    tlstest.Issue(tlstest.Template{Subject: tlstest.CN("localhost"), Issuer: ca, Extensions: localhost}),
		"foreign":   tlstest.Issue(tlstest.Template{Subject: tlstest.CN("localhost"), Issuer: other, Extensions: tlstest.Server(tlstest.DNS("localhost"))}),
		"elsewhere": tlstest.Issue(tlstest.Template{Subject: tlstest.CN("elsewhere"), Issuer: ca, Extensions: tlstest.Server(tlstest.DNS("elsewhere"))}),
		"nosan":     tlstest.Issue(tlstest.Template{Subject: tlstest.CN("localhost"), Issuer: ca, Extensions: tlstest.Server()}),
		"expired": tlstest.Issue(tlstest.Template{
			Subject: tlstest.CN("localhost"), Issuer: ca, Extensions: localhost,
			NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC),
		}),
		"client":  tlstest.Issue(tlstest.Template{Subject: tlstest.CN("client1"), Issuer: ca, Extensions: tlstest.Client()}),
		"client2": tlstest.Issue(tlstest.Template{Subject: tlstest.CN("client2"), Issuer: other, Extensions: tlstest.Client()}),
	}
	files := map[string][]byte{
		"payload.txt": []byte("line1\nline2\n"),
		"empty.txt":   nil,
		"acl":         []byte("user alice\ntopic readwrite ok/#\n"),
		"psk":         []byte("psku:aabbccdd\n"),
	}
	for name, id := range ids {
		files[name+".crt"], files[name+".key"] = id.CertPEM(), id.KeyPEM()
	}
	return files
}

// startBroker starts a mosquitto with the listeners of the configuration, at ports of the kernel's choice.
func startBroker(dir string) (stage *oracleStage, stop func(), err error) {
	conf, err := os.ReadFile(filepath.Join("testdata", "oracle", "broker.conf"))
	if err != nil {
		return nil, nil, err
	}
	if err := copyFiles(dir, oracleWorkingFiles()); err != nil {
		return nil, nil, err
	}
	program, err := brokerPath()
	if err != nil {
		return nil, nil, err
	}
	if out, err := exec.Command("mosquitto_passwd", "-b", "-c", filepath.Join(dir, "passwords"), "alice", "secret").CombinedOutput(); err != nil {
		return nil, nil, errors.Join(err, errors.New(string(out)))
	}
	// A port may be taken between its choice and the broker's start: then choose others.
	for range 5 {
		stage, stop, err = tryBroker(program, dir, string(conf))
		if err == nil {
			return stage, stop, nil
		}
	}
	return nil, nil, err
}

func tryBroker(program, dir, conf string) (*oracleStage, func(), error) {
	s := &oracleStage{dir: dir, log: &oracleLog{}, names: map[string]string{}}
	ports, err := s.choosePorts(conf)
	if err != nil {
		return nil, nil, err
	}
	conf = os.Expand(conf, func(name string) string { return ports[name] })
	if err := os.WriteFile(filepath.Join(dir, "broker.conf"), []byte(conf), 0o600); err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(program, "-v", "-c", "broker.conf")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, s.log, s.log
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop := func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	err = s.log.await(regexp.MustCompile(`mosquitto version \S+ running|Error`), 0, nil)
	if err == nil && strings.Contains(s.log.since(0), "Error") {
		err = errors.New(s.log.since(0))
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	return s, stop, nil
}

// choosePorts gives each name in the configuration a free port. They are in the environment of the command lines, and
// names again in what these print.
func (s *oracleStage) choosePorts(conf string) (map[string]string, error) {
	ports := map[string]string{}
	for _, m := range regexp.MustCompile(`\$([A-Z]+)`).FindAllStringSubmatch(conf, -1) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // after the last: no two are alike
		s.namePort(m[1], l.Addr())
		ports[m[1]] = strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

func (s *oracleStage) namePort(name string, addr net.Addr) {
	port := strconv.Itoa(addr.(*net.TCPAddr).Port)
	s.vars = append(s.vars, name+"="+port)
	s.names[port] = name
}
