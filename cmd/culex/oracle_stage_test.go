package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	debianPath = "/usr/bin:/bin"        // where Debian's programs are
	composure  = 300 * time.Millisecond // from what the broker saw to what the client has made of it
)

// oracleStage is where cases run: a directory, a broker, and the programs under test.
type oracleStage struct {
	dir   string
	path  string // where a shell finds the programs under test
	vars  []string
	names map[string]string // of ports, which are different each time
	log   *oracleLog
}

// play runs a case and returns what could be seen of it, as lines of text.
func (s *oracleStage) play(c *oracleCase) (string, error) {
	for _, line := range c.before {
		if p := s.run(debianPath, line); p.code() != 0 {
			return "", fmt.Errorf("%s: %s", line, p.transcript(""))
		}
	}
	beside, err := s.startBeside(c)
	for _, b := range beside {
		defer b.kill()
	}
	if err != nil {
		return "", err
	}
	from := s.log.size()
	p := s.start(s.path, c.command)
	defer p.kill()
	if err := s.during(c, p, from); err != nil {
		p.kill()
		return "", fmt.Errorf("%w\n%s", err, p.transcript(""))
	}
	p.await(c.limit)
	seen := p.transcript("")
	for _, b := range beside {
		b.await(oracleLimit)
		seen += b.transcript("beside ")
	}
	for _, line := range c.after {
		seen += s.run(debianPath, line).transcript("after ")
	}
	return s.masked(seen), nil
}

func (s *oracleStage) startBeside(c *oracleCase) (started []*oracleProcess, err error) {
	for _, line := range c.beside {
		from := s.log.size()
		started = append(started, s.start(debianPath, line))
		if err := s.log.await(subscribed, from, nil); err != nil {
			return started, fmt.Errorf("%s: %w", line, err)
		}
	}
	return started, nil
}

// subscribed matches what brokers log when a client has subscribed: mosquitto, and the scripted one.
var subscribed = regexp.MustCompile(`Sending SUBACK to|SUBSCRIBE`)

func (s *oracleStage) during(c *oracleCase, p *oracleProcess, from int) error {
	if len(c.during) == 0 {
		return nil
	}
	ready := c.ready
	if ready == nil {
		ready = subscribed
	}
	if err := s.log.await(ready, from, p.over); err != nil {
		return err
	}
	if p.over() {
		return nil
	}
	for _, step := range c.during {
		switch step.kind {
		case "signal":
			time.Sleep(composure)
			p.signal(step.text)
		case "while":
			if w := s.run(debianPath, step.text); w.code() != 0 {
				return fmt.Errorf("%s: %s", step.text, w.transcript(""))
			}
		case "while killed":
			from := s.log.size()
			w := s.start(debianPath, step.text)
			err := s.log.await(subscribed, from, nil)
			w.kill()
			if err != nil {
				return fmt.Errorf("%s: %w", step.text, err)
			}
		}
	}
	return nil
}

// masked replaces what is different each time.
func (s *oracleStage) masked(text string) string {
	for _, m := range []struct{ re, to string }{
		{`"tst":(\\t)?"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}`, `"tst":$1"YYYY-MM-DDTHH:MM:SS.nnnnnn`},
		{`\bauto-[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\b`, `auto-XXXXXXXX`},
		{`("message-expiry-interval":(?:\\t)?)35\d\d\b`, `${1}3600`},
		{`this gateway's clock: .*`, `this gateway's clock: …`},
		// What is found about a name depends on the name servers and on nsswitch.conf of this machine.
		{`(?ms)^(err: net: ).*\bnosuch\.invalid\b.*?^err:   id:   host-.*?$`, `${1}nosuch.invalid …`},
		{`\bpid-\d+`, `pid-N`},
		{`\bmosq-[0-9A-Za-z]{18}\b`, `mosq-XXXXXXXXXXXXXXXXXX`},
	} {
		text = regexp.MustCompile(m.re).ReplaceAllString(text, m.to)
	}
	for number, name := range s.names {
		text = regexp.MustCompile(`(^|\D)`+number+`(\D)`).ReplaceAllString(text, "${1}$$"+name+"${2}")
	}
	return strings.ReplaceAll(text, s.dir, "$DIR")
}

// oracleProcess is a shell that runs one command line, in a process group of its own.
type oracleProcess struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	ended          chan struct{}
	err            error
	late           bool // it had to be killed
}

func (s *oracleStage) run(path, line string) *oracleProcess {
	p := s.start(path, line)
	p.await(oracleLimit)
	return p
}

func (s *oracleStage) start(path, line string) *oracleProcess {
	if strings.HasPrefix(line, "mosquitto_") && !strings.ContainsAny(line, "|;&") {
		line = "exec " + line // for signals to reach the program itself
	}
	p := &oracleProcess{cmd: exec.Command("/bin/sh", "-c", line), ended: make(chan struct{})}
	p.cmd.Dir = s.dir
	nowhere := filepath.Join(s.dir, "nowhere")
	p.cmd.Env = append([]string{
		"PATH=" + path, "HOME=" + nowhere, "XDG_CONFIG_HOME=" + nowhere, "TZ=UTC", "LC_ALL=C.UTF-8",
		"RES_OPTIONS=attempts:1 timeout:1", "TERM=dumb",
	}, s.vars...)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.WaitDelay = oracleLimit // for what the shell has left behind
	if p.err = p.cmd.Start(); p.err != nil {
		close(p.ended)
		return p
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p
}

func (p *oracleProcess) await(limit time.Duration) {
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.late = true
		p.kill()
	}
}

func (p *oracleProcess) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// kill ends what is left of a process and its children.
func (p *oracleProcess) kill() {
	if !p.over() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	}
	<-p.ended
}

func (p *oracleProcess) signal(name string) {
	signals := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}
	_ = p.cmd.Process.Signal(signals[name])
}

func (p *oracleProcess) code() int {
	if p.cmd.ProcessState == nil || p.late {
		return -1
	}
	return p.cmd.ProcessState.ExitCode()
}

// transcript is the end of a process and its output, each line after the name of its stream.
func (p *oracleProcess) transcript(tag string) string {
	var exit *exec.ExitError
	end := strconv.Itoa(p.code())
	switch {
	case p.late:
		end = "none"
	case errors.As(p.err, &exit) && !exit.Exited():
		end = exit.String()
	case p.err != nil && exit == nil:
		end = p.err.Error()
	}
	return tag + "exit: " + end + "\n" + tagged(tag+"out: ", p.stdout.Bytes()) + tagged(tag+"err: ", p.stderr.Bytes())
}

// tagged begins each line with a tag and writes bytes that cannot be seen as Go does.
func tagged(tag string, output []byte) string {
	var b strings.Builder
	for line := range bytes.Lines(output) {
		text, complete := bytes.CutSuffix(line, []byte("\n"))
		quoted := strconv.Quote(string(text))
		b.WriteString(tag + strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`))
		if !complete {
			b.WriteString("⟨no newline⟩")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// oracleLog is what a broker tells, for others to wait for something in it.
type oracleLog struct {
	mu   sync.Mutex
	text []byte
}

func (l *oracleLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *oracleLog) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.text)
}

func (l *oracleLog) since(from int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text[from:])
}

// await waits until the log has something that matches, behind the place given, or until there is nothing to wait for.
func (l *oracleLog) await(re *regexp.Regexp, from int, over func() bool) error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if re.MatchString(l.since(from)) || over != nil && over() {
			return nil
		}
	}
	return fmt.Errorf("nothing matches %s in:\n%s", re, l.since(from))
}

// copyFiles fills the directory of a stage.
func copyFiles(dir string, files map[string][]byte) error {
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
