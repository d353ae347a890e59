package brokerlog

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Limits that keep a log of any size in constant memory.
const (
	maxLine     = 16 << 10 // bytes of a line that are read; the rest is skipped
	maxShown    = 300      // bytes of a line that an entry keeps
	maxPending  = 64       // connections that have not come to CONNECT
	maxClients  = 1000     // addresses that are counted apart
	maxPerHost  = 16       // different failures, and identifiers, of an address
	maxReadings = 512      // different failures of a log
)

// Log reads the lines of one source in their order: it knows who printed them, which client they are about, and what
// it has explained before.
type Log struct {
	words    *vocabulary
	by       evidence.Side // told by the caller
	line     int
	stamped  bool // lines had mosquitto's own time stamp
	stepped  bool // lines told of clients, as only a broker's do
	failed   bool // the line before was a failure of the same stack
	last     string
	readings map[string]*first
	clients  map[string]*Client
	order    []string
	pending  []string
	held     *held
	summary  Summary
	spare    Entry // the first line that only completes another one
}

// first is a failure as it was explained the first time.
type first struct {
	reading Reading
	line    int
	count   int
}

// Entry is a line that reports a failure.
type Entry struct {
	Line int
	Time string // as the log has it, seconds since 1970 put into a date; empty if it has none
	Text string // the line without what stands before it
	// Client is the address of the client that the line is about; empty if that is not told.
	Client string
	// OneOf says that Client is the latest of several that it can be, and how many.
	OneOf int
	// First is the line with the same failure that came first, and Count how many there were until now.
	First, Count int
	Reading      Reading
}

// Again tells whether the same was explained before.
func (e Entry) Again() bool { return e.First != e.Line }

// Summary is what a log comes to.
type Summary struct {
	Lines    int // read
	Failures int // lines that report one
	// Connections and Accepted count what a broker's log tells of its clients.
	Connections, Accepted int
	Clients               []Client
	// Elsewhere counts failures of addresses beyond those that are kept apart.
	Elsewhere int
}

// Client is what a log says of one address.
type Client struct {
	Address     string
	Connections int
	Accepted    int
	IDs         []string // under which it was accepted
	Failures    []Failure
}

// Failure is one kind of failure of a client.
type Failure struct {
	Finding     cause.Finding
	Count       int
	First, Last string // times
	Line        int    // where it was explained
}

// NewLog begins a log. Who printed its lines is told by the lines themselves where by is empty.
func NewLog(by evidence.Side) *Log {
	return &Log{words: newVocabulary(), by: by, readings: map[string]*first{}, clients: map[string]*Client{}}
}

// Read reads lines until the end and answers each that reports a failure as soon as it has come. It returns the first
// error of reading or of answer. Where nothing but the rest of an error's stack came, that is answered at the end.
func (l *Log) Read(r io.Reader, answer func(Entry) error) error {
	lines := bufio.NewReaderSize(r, maxLine)
	for {
		text, err := lines.ReadSlice('\n')
		if len(text) > 0 {
			entry, ok := l.Line(string(text))
			if ok {
				if err := answer(entry); err != nil {
					return err
				}
			}
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = lines.ReadSlice('\n') // the end of a line that is too long
		}
		switch {
		case errors.Is(err, io.EOF):
			return l.end(answer)
		case err != nil:
			return err
		}
	}
}

// end answers a source that had the rest of an error's stack only.
func (l *Log) end(answer func(Entry) error) error {
	if h := l.held; h != nil {
		l.held = nil
		return answer(l.count(h.event.key(), h.event, h.entry))
	}
	if l.summary.Failures > 0 || l.spare.Line == 0 {
		return nil
	}
	l.summary.Failures++
	return answer(l.spare)
}

// Line reads the next line. It returns false for one that reports no failure, or that only completes one.
func (l *Log) Line(raw string) (Entry, bool) {
	l.line++
	l.summary.Lines++
	text := strings.TrimRight(raw, "\r\n \t")
	h, body := behead(text)
	l.stamped = l.stamped || h.stamped
	if body == "" || traffic(body) {
		return Entry{}, false
	}
	s := stepOf(body)
	l.follow(s)
	e, ok := l.read(h, body, s)
	if !ok {
		l.failed = l.failed && s.what != opened
		return Entry{}, false
	}
	entry := Entry{Line: l.line, First: l.line, Count: 1, Time: instant(h.time), Text: shorten(body)}
	entry.Client, entry.OneOf = l.blame(s, body)
	key := e.key()
	switch {
	case e.detail, l.failed && e.meaning() == l.last && inStack(body):
		return l.detail(e, entry, s)
	case vague(e):
		return l.hold(e, entry)
	}
	l.failed, l.last, l.held = s.what != left, e.meaning(), nil
	return l.count(key, e, entry), true
}

// inStack tells a line of an error stack that is not its first.
func inStack(body string) bool {
	rest, ok := strings.CutPrefix(body, "OpenSSL Error[")
	return ok && !strings.HasPrefix(rest, "0]")
}

// vague tells the lines of mosquitto's clients that say for nearly every cause the same, beside a better one if -d is
// given.
func vague(e event) bool {
	return e.what == stated && (e.name == keyTLSError || e.name == keyLost || e.name == keyProtocol)
}

// held is a vague line that waits for a better one.
type held struct {
	event event
	entry Entry
}

// hold keeps a vague line until its source ends or begins anew; then there is no better one.
func (l *Log) hold(e event, entry Entry) (Entry, bool) {
	before := l.held
	l.held, l.failed = &held{e, entry}, false
	if before == nil {
		return Entry{}, false
	}
	return l.count(before.event.key(), before.event, before.entry), true
}

// read finds out what a line reports.
func (l *Log) read(h head, body string, s step) (event, bool) {
	v := l.words
	queue, inQueue := strings.CutPrefix(body, "OpenSSL Error")
	if !inQueue {
		queue = body
	}
	var e event
	ok := false
	if s.what == noStep || strings.Contains(body, "error:") {
		for _, try := range [...]func(string) (event, bool){v.ownWord, v.openSSL, v.verifyLine, v.fromStack, v.bare} {
			if e, ok = try(queue); ok {
				break
			}
		}
	}
	if !ok && s.what == left {
		e, ok = farewell(s, body)
	}
	if ok && e.printed == "" {
		e.printed = l.printer(h, body, inQueue)
	}
	return e, ok
}

// printer is the side whose program printed a line; empty if nothing tells.
func (l *Log) printer(h head, body string, inQueue bool) evidence.Side {
	switch {
	case l.by != "":
		return l.by
	case h.stamped, h.program == "mosquitto", strings.HasPrefix(body, "Client connection from "),
		strings.Contains(body, "TLS handshake error from "), strings.Contains(body, "peername"):
		return evidence.SideServer
	case strings.HasPrefix(h.program, "mosquitto_"):
		return evidence.SideClient
	case inQueue && l.stepped && !l.stamped:
		return evidence.SideServer
	case inQueue:
		return evidence.SideClient // a broker puts a time before its lines
	}
	return ""
}

// detail keeps a line that completes another one, for a source that has nothing else.
func (l *Log) detail(e event, entry Entry, s step) (Entry, bool) {
	if !l.failed && l.spare.Line == 0 {
		entry.Reading = l.words.interpret(e)
		l.spare = entry
	}
	if s.what == left && !l.failed && s.failed {
		// The broker cut a client off and no line said why.
		return l.count(e.key(), e, entry), true
	}
	if s.what == left {
		l.failed = false
	}
	return Entry{}, false
}

// count keeps account of a failure.
func (l *Log) count(key string, e event, entry Entry) Entry {
	l.summary.Failures++
	f := l.readings[key]
	switch {
	case f != nil:
		f.count++
		entry.Reading, entry.First, entry.Count = f.reading, f.line, f.count
	default:
		f = &first{reading: l.words.interpret(e), line: l.line, count: 1}
		f.reading.Detail = false
		entry.Reading = f.reading
		if len(l.readings) < maxReadings {
			l.readings[key] = f
		}
	}
	l.charge(entry)
	return entry
}

// meaning is the same for events that mean the same.
func (e event) meaning() string {
	return string(e.printed) + " " + strconv.Itoa(int(e.what)) + " " + strconv.Itoa(e.code) + " " + e.name
}

// key tells failures apart that are explained in different words.
func (e event) key() string {
	if len(e.seen) == 0 {
		return e.meaning()
	}
	return e.meaning() + "\x00" + e.seen[0]
}

// shorten keeps what can be shown of a line, as valid UTF-8.
func shorten(s string) string {
	if len(s) <= maxShown {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	end := maxShown
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.ToValidUTF8(s[:end], "\uFFFD") + "…"
}
