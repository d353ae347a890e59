package client

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/pcap"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// Pcap is culex tlsdiag pcap: it says how the connections in a packet capture went.
func Pcap(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParsePcap(args, env.options())
	if err != nil {
		return env.usage(options.CommandPcap, inv, err)
	}
	p := &pcapReader{env: env, o: o, out: bufio.NewWriter(env.Stdout)}
	p.live = *o.File == "-"
	run := pcap.Options{Keys: new(record.KeyLog)}
	if o.ServerPort != options.NoPort {
		run.Ports = []uint16{uint16(o.ServerPort)}
	}
	if err := p.prepare(run.Keys); err != nil {
		return p.failed(err)
	}
	in := env.Stdin
	if !p.live {
		f, err := openCapture(*o.File)
		if err != nil {
			return p.failed(err)
		}
		defer f.Close()
		in = f
	}
	totals, err := pcap.Read(in, run, p.report)
	return p.finish(totals, err)
}

func openCapture(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the capture %s cannot be read: %s", printable(path), errnoText(err))
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s is a directory, and not a capture", printable(path))
	}
	return f, nil
}

// pcapReader is one run of culex tlsdiag pcap.
type pcapReader struct {
	env    *Env
	o      *options.Pcap
	out    *bufio.Writer
	trust  tlsdiag.Trust
	live   bool
	outErr error
	// stage is that of the first connection that failed.
	stage options.Stage
	count pcapCount
}

// pcapCount counts connections by their outcome.
type pcapCount struct {
	Sound     int `json:"sound"`
	Failed    int `json:"failed"`
	Undecided int `json:"undecided"`
}

// prepare reads the files beside the capture.
func (p *pcapReader) prepare(keys *record.KeyLog) error {
	if p.o.KeyLog != nil {
		f := &keyLogFile{path: *p.o.KeyLog}
		first, err := f.read()
		if err != nil {
			return fmt.Errorf("the key log %s cannot be read: %s", printable(f.path), errnoText(err))
		}
		if keys.Add(first) == 0 && !p.live {
			fmt.Fprintf(p.env.Stderr, "Warning: %s holds no keys of TLS connections (CLIENT_RANDOM ..., CLIENT_TRAFFIC_SECRET_0 ...)\n", printable(f.path))
		}
		keys.More = f.more
	}
	p.trust.OSCerts = p.o.UseOSCerts
	if p.o.CAPath != nil {
		p.trust.CAPath = *p.o.CAPath
	}
	if p.o.CAFile != nil {
		p.trust.CAFile = *p.o.CAFile
		return certs.NewStore().AddFile(p.trust.CAFile)
	}
	return nil
}

func (p *pcapReader) failed(err error) Exit {
	fmt.Fprintf(p.env.Stderr, "Error: %s\n", err)
	return Exit{Code: int(options.NotRun)}
}

// keyLogFile is a key log that may grow.
type keyLogFile struct {
	path   string
	offset int64
}

// maxKeyLog is how much of a key log is read at once.
const maxKeyLog = 64 << 20

func (f *keyLogFile) read() ([]byte, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(io.NewSectionReader(file, f.offset, maxKeyLog), maxKeyLog))
	if err != nil {
		return nil, err
	}
	// A line that is not complete yet is read again.
	n := len(b)
	for f.offset > 0 && n > 0 && b[n-1] != '\n' {
		n--
	}
	f.offset += int64(n)
	return b[:n], nil
}

func (f *keyLogFile) more() []byte {
	info, err := os.Stat(f.path)
	if err != nil || info.Size() <= f.offset {
		return nil
	}
	b, _ := f.read()
	return b
}

// report is told of each connection at its end.
func (p *pcapReader) report(c *pcap.Connection) {
	if c.Protocol == pcap.None && (c.Established || p.o.ServerPort == options.NoPort && !mqttPort(c.Server.Port())) {
		// Nobody said anything, or TCP to something else failed.
		return
	}
	o := tlsdiag.Observe(tlsdiag.Settings{
		Trust: p.trust, Program: "mosquitto_pub", Getenv: p.env.getenv,
		Policy: tlsdiag.Policy{SecurityLevel: certs.DefaultSecurityLevel},
	}, c)
	switch o.Outcome {
	case tlsdiag.Sound:
		p.count.Sound++
	case tlsdiag.Undecided:
		p.count.Undecided++
	default:
		p.count.Failed++
		if p.stage == options.Sound {
			p.stage = stageOfObserved(&o)
		}
	}
	if p.o.Format == options.FormJSON {
		p.writeJSON(pcapConnection(c, &o))
	} else {
		p.writeText(c, &o)
	}
	if p.live {
		p.flush()
	}
}

// mqttPort says that a port is known for MQTT.
func mqttPort(port uint16) bool { return port == 1883 || port >= 8883 && port <= 8887 }

// stageOfObserved is the exit code for a connection that failed.
func stageOfObserved(o *tlsdiag.Observed) options.Stage {
	switch o.Evidence.Stage {
	case evidence.StageDial:
		return options.StageNetwork
	case evidence.StageConnack, evidence.StagePlain:
		return options.StageMQTT
	}
	return stageOfCause(o.Finding.ID)
}

func (p *pcapReader) writeJSON(v any) {
	line, err := json.Marshal(v)
	if err == nil {
		_, err = p.out.Write(append(line, '\n'))
	}
	p.note(err)
}

func (p *pcapReader) flush() { p.note(p.out.Flush()) }

func (p *pcapReader) note(err error) {
	if p.outErr == nil {
		p.outErr = err
	}
}

// finish writes the totals, and what was wrong with the capture.
func (p *pcapReader) finish(totals pcap.Totals, err error) Exit {
	if p.o.Format == options.FormJSON {
		p.writeJSON(struct {
			Schema int         `json:"schema"`
			Count  pcapCount   `json:"connections"`
			Totals pcap.Totals `json:"totals"`
		}{report.Schema, p.count, totals})
	} else {
		_, werr := p.out.WriteString(p.summary(totals))
		p.note(werr)
	}
	p.flush()
	if p.outErr != nil {
		return p.env.unwritten(p.outErr)
	}
	found := p.count.Sound + p.count.Failed + p.count.Undecided
	switch {
	case err != nil:
		fmt.Fprintf(p.env.Stderr, "Error: %s\n", err)
	case found == 0:
		fmt.Fprintln(p.env.Stderr, "Error: there is no TLS or MQTT connection in the capture")
	}
	if p.stage == options.Sound && (err != nil || found == 0) {
		return Exit{Code: int(options.NotRun)}
	}
	return Exit{Code: int(p.stage)}
}
