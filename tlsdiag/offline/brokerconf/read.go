package brokerconf

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Limits of what is read.
const (
	maxDepth = 8        // include_dir inside of one
	maxLine  = 64 << 10 // bytes
	maxFiles = 1000     // of all include_dir
	maxTotal = 100_000  // lines
	plainTCP = 1883
)

// System is what reading needs of the file system.
type System struct {
	Open    func(path string) (io.ReadCloser, error)
	ReadDir func(path string) ([]fs.DirEntry, error)
}

// Read reads a configuration file and what it includes. The error is that of opening or reading the file itself; all
// that is wrong in it, and with what it includes, is in Faults.
func Read(path string, system System) (*Config, error) {
	r := reader{system: system, config: &Config{}, words: map[string]option{}}
	for _, o := range options() {
		r.words[o.name] = o
	}
	r.general.Default = true
	r.current = &r.general
	if err := r.file(path, 0); err != nil {
		return nil, err
	}
	r.finish()
	return r.config, nil
}

// reader is the state while reading.
type reader struct {
	system  System
	config  *Config
	words   map[string]option
	general Listener  // what stands before the first listener
	current *Listener // whose section it is
	bridge  *Bridge   // of the section, nil outside of one
	port    Value     // of the option port
	bind    Value
	lines   int
}

func (r *reader) file(path string, depth int) error {
	f, err := r.system.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r.config.Files = append(r.config.Files, path)
	lines := bufio.NewReaderSize(f, maxLine)
	for n := 1; ; n++ {
		text, err := lines.ReadSlice('\n')
		place := Place{path, n}
		if err == bufio.ErrBufferFull {
			r.fault(place, "", fmt.Sprintf("the line is longer than %d bytes", maxLine))
			for err == bufio.ErrBufferFull {
				_, err = lines.ReadSlice('\n')
			}
			text = nil
		}
		if r.lines++; r.lines > maxTotal {
			r.fault(place, "", fmt.Sprintf("there are more than %d lines; the rest is not read", maxTotal))
			return nil
		}
		r.line(strings.TrimSpace(string(text)), place, depth)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

func (r *reader) fault(at Place, option, message string) {
	r.config.Faults = append(r.config.Faults, Fault{Place: at, Option: option, Message: message})
}

// line reads one line. A # begins a comment at the beginning of a line only.
func (r *reader) line(text string, at Place, depth int) {
	if text == "" || text[0] == '#' {
		return
	}
	word, rest, _ := strings.Cut(text, " ")
	v := Value{Option: word, Text: strings.TrimSpace(rest), Place: at}
	if o, ok := r.words[word]; ok {
		r.set(o, v)
		return
	}
	switch word {
	case "listener":
		r.listener(v)
	case "include_dir":
		r.include(v, depth)
	case "per_listener_settings":
		r.config.PerListener = v.Text == "true"
		r.boolean(v)
	case "user":
		r.config.User = v
	case "port":
		r.port = v
		if _, err := portOf(v.Text); err != nil {
			r.fault(at, word, err.Error())
		}
	case "bind_address":
		r.bind = v
	case "protocol":
		r.current.Protocol = v.Text
	case "connection":
		r.config.Bridges = append(r.config.Bridges, Bridge{Name: v.Text, Place: at})
		r.bridge = &r.config.Bridges[len(r.config.Bridges)-1]
	default:
		r.other(v)
	}
}

// set keeps an option of a listener.
func (r *reader) set(o option, v Value) {
	switch {
	case v.Text == "":
		r.fault(v.Place, v.Option, "the value is missing")
		return
	case o.kind == aBool && !r.boolean(v):
		return
	case o.in == nil:
		return
	}
	l := r.current
	if o.name == "psk_file" && !r.config.PerListener || o.name == "allow_anonymous" && !r.config.PerListener {
		l = &r.general // one for the whole broker
	}
	field := o.in(l)
	if field.Given() && o.kind != aBool {
		r.fault(v.Place, v.Option, "it is given twice for one listener, first in "+field.Place.String())
		return
	}
	*field = v
}

// boolean checks the value of a boolean option.
func (r *reader) boolean(v Value) bool {
	if v.Text == "true" || v.Text == "false" {
		return true
	}
	if v.Text == "" {
		r.fault(v.Place, v.Option, "the value is missing")
	} else {
		r.fault(v.Place, v.Option, fmt.Sprintf("the value %q is neither true nor false", v.Text))
	}
	return false
}

// listener begins a section: a port and an address, or 0 and the path of a Unix socket.
func (r *reader) listener(v Value) {
	number, bind, _ := strings.Cut(v.Text, " ")
	port, err := strconv.Atoi(number)
	l := Listener{Port: port, Bind: strings.TrimSpace(bind), Protocol: "mqtt", Place: v.Place}
	switch {
	case err == nil && port == 0 && l.Bind != "":
		l.Socket, l.Bind = l.Bind, ""
	default:
		if _, err := portOf(number); err != nil {
			r.fault(v.Place, v.Option, err.Error())
		}
	}
	r.bridge = nil
	r.config.Listeners = append(r.config.Listeners, l)
	r.current = &r.config.Listeners[len(r.config.Listeners)-1]
}

func portOf(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 65535 {
		return 0, fmt.Errorf("%q is no port: a number from 1 to 65535", text)
	}
	return n, nil
}

// include reads the files of a directory whose names end in .conf, in the order of their names.
func (r *reader) include(v Value, depth int) {
	entries, err := r.system.ReadDir(v.Text)
	switch {
	case v.Text == "":
		r.fault(v.Place, v.Option, "the value is missing")
		return
	case err != nil:
		r.fault(v.Place, v.Option, "the directory cannot be read: "+reason(err))
		return
	case depth == maxDepth:
		r.fault(v.Place, v.Option, "directories include each other")
		return
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(strings.ToLower(a.Name()), strings.ToLower(b.Name())) })
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".conf") {
			continue
		}
		if len(r.config.Files) == maxFiles {
			r.fault(v.Place, v.Option, fmt.Sprintf("there are more than %d files", maxFiles))
			return
		}
		if err := r.file(filepath.Join(v.Text, e.Name()), depth+1); err != nil {
			r.fault(v.Place, v.Option, e.Name()+" cannot be read: "+reason(err))
		}
	}
}

// reason is an error of the system without the path, which stands beside it.
func reason(err error) string {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// other takes a word that is no TLS option of a listener.
func (r *reader) other(v Value) {
	switch {
	case strings.Contains(bridgeOptions, " "+v.Option+" "):
		if r.bridge == nil {
			r.fault(v.Place, v.Option, "it stands before any connection, so the broker refuses it")
			return
		}
		r.bridge.Options = append(r.bridge.Options, v)
	case knownOther(v.Option):
	default:
		if meant := near(v.Option); meant != "" {
			r.config.Faults = append(r.config.Faults, Fault{Place: v.Place, Option: v.Option, Near: meant,
				Message: "the broker does not know this word and does not start; " + meant + " is probably meant"})
			return
		}
		r.config.Unknown = append(r.config.Unknown, v)
	}
}

// finish adds the default listener, and gives each listener what stands for the whole broker.
func (r *reader) finish() {
	g := &r.general
	// Of the options before the first listener those of certificates ask for the default one.
	asks := r.port
	for _, v := range []Value{r.bind, g.CertFile, g.KeyFile, g.CAFile, g.CAPath, g.PSKHint, g.CRLFile, g.Ciphers, g.TLSVersion, g.RequireCertificate} {
		if !asks.Given() {
			asks = v
		}
	}
	if asks.Given() || len(r.config.Listeners) == 0 {
		l := *g
		l.Port, l.Place, l.Bind = plainTCP, asks.Place, r.bind.Text
		if l.File == "" && len(r.config.Files) > 0 {
			l.File, l.Bind = r.config.Files[0], "127.0.0.1" // without any listener the broker serves its own machine only
		}
		if n, err := portOf(r.port.Text); err == nil {
			l.Port = n
		}
		if l.Protocol == "" {
			l.Protocol = "mqtt"
		}
		r.config.Listeners = slices.Insert(r.config.Listeners, 0, l)
	}
	for i := range r.config.Listeners {
		l := &r.config.Listeners[i]
		if !r.config.PerListener {
			l.PSKFile, l.AllowAnonymous = g.PSKFile, g.AllowAnonymous
		}
	}
}
