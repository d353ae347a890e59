package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sort"
	"strings"
	"sync"
	"time"
)

// numbers are lines with the numbers from first on.
func numbers(first, count int) []byte {
	var b bytes.Buffer
	for n := first; n < first+count; n++ {
		fmt.Fprintln(&b, n)
	}
	return b.Bytes()
}

// outcome is how a program ended, and the last line that it said.
func outcome(err error, said []byte) (string, error) {
	text := "0"
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		text = fmt.Sprint(exit.ExitCode())
	case err != nil:
		return "", err
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if last := lines[len(lines)-1]; text != "0" && last != "" {
		text += " (" + last + ")"
	}
	return text, nil
}

// feed has a program read lines, over a relay if there are cuts.
func (t *trial) feed(ctx context.Context, program []string, name, qos string, lines, cuts int) (row, error) {
	r := row{what: fmt.Sprintf("`-l -q %s`", qos), program: name, fed: lines}
	if cuts > 0 {
		r.what += fmt.Sprintf(", connection cut %d×", cuts)
	}
	file := t.fresh("ledger")
	l, err := openLedger(loopback+":0", file)
	if err != nil {
		return r, err
	}
	go l.serve()
	address := l.listener.Addr().(*net.TCPAddr)
	input := numbers(0, lines)
	if cuts > 0 {
		relay, err := openRelay(address.String(), t.random, cuts, int64(len(input)+8*lines))
		if err != nil {
			return r, err
		}
		defer relay.close()
		address = relay.listener.Addr().(*net.TCPAddr)
	}
	limit, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(limit, program[0], append(program[1:], "-h", loopback, "-p", fmt.Sprint(address.Port), "-t", "t", "-q", qos, "-l", "-c", "-i", "feeder")...)
	cmd.Stdin = bytes.NewReader(input)
	said, err := combined(cmd)
	if r.exit, err = outcome(err, said); err != nil {
		return r, err
	}
	if limit.Err() != nil {
		r.exit = "does not end (3 min)"
	}
	if err := l.close(); err != nil {
		return r, err
	}
	return r, r.count(file)
}

// combined is what the program says on standard error.
func combined(cmd *exec.Cmd) ([]byte, error) {
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	return said.Bytes(), err
}

// victim is the broker as a process that is killed and comes back on the same port, with the same file.
type victim struct {
	words   []string
	address string
	port    int

	mu    sync.Mutex
	cmd   *exec.Cmd
	kills int
}

func (t *trial) newVictim(file string) (*victim, error) {
	l, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().(*net.TCPAddr)
	v := &victim{words: []string{t.self, "-ledger", file, "-address", address.String()}, address: address.String(), port: address.Port}
	return v, l.Close()
}

func (v *victim) start() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cmd = exec.Command(v.words[0], v.words[1:]...)
	if err := v.cmd.Start(); err != nil {
		return err
	}
	for range 500 {
		c, err := net.Dial("tcp", v.address)
		if err == nil {
			return c.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("the broker does not start")
}

func (v *victim) kill() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cmd != nil {
		_ = v.cmd.Process.Kill()
		_ = v.cmd.Wait()
		v.cmd, v.kills = nil, v.kills+1
	}
}

// harass kills the broker again and again, so often as kills says, and leaves it alive.
func (v *victim) harass(stop <-chan struct{}, pauses []time.Duration) error {
	for i := 0; ; i++ {
		if err := v.start(); err != nil {
			return err
		}
		select {
		case <-stop:
			return nil
		case <-time.After(pauses[i%len(pauses)]):
		}
		v.kill()
		select {
		case <-stop:
			return v.start()
		case <-time.After(pauses[(i+1)%len(pauses)] / 2):
		}
	}
}

// pauses are random, so that the same seed gives the same ones.
func (t *trial) pauses(longest time.Duration) []time.Duration {
	all := make([]time.Duration, 100)
	for i := range all {
		all[i] = time.Duration(t.random.Int64N(int64(longest)))
	}
	return all
}

// pub is one call of culex pub on the spool. Killed after that time, if it still runs; 0 for never.
func (t *trial) pub(ctx context.Context, port int, input []byte, kill time.Duration, args ...string) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if kill > 0 {
		timer := time.AfterFunc(kill, cancel)
		defer timer.Stop()
	}
	cmd := exec.CommandContext(ctx, t.culex, append([]string{"pub", "-h", loopback, "-p", fmt.Sprint(port), "-t", "t", "--spool", t.dir + "/spool"}, args...)...)
	cmd.Stdin = bytes.NewReader(input)
	said, err := combined(cmd)
	var exit *exec.ExitError
	if errors.Is(err, context.Canceled) || errors.As(err, &exit) && exit.ExitCode() < 0 {
		return "killed", nil
	}
	return outcome(err, said)
}

// flush has the rest delivered.
func (t *trial) flush(ctx context.Context, port int, qos string) error {
	for range 20 {
		if _, err := t.pub(ctx, port, nil, 0, "-m", "end", "-q", qos); err != nil {
			return err
		}
		if left, err := segments(t.dir + "/spool"); err != nil || left == 0 {
			return err
		}
	}
	return errors.New("the spool does not get empty")
}

func segments(dir string) (n int, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".segment") {
			n++
		}
	}
	return n, err
}

// harassed runs do while the broker is killed again and again, has the rest delivered and counts.
func (t *trial) harassed(ctx context.Context, r *row, qos string, do func(port int) error) error {
	file := t.fresh("ledger")
	_ = t.fresh("spool")
	v, err := t.newVictim(file)
	if err != nil {
		return err
	}
	if err := v.start(); err != nil {
		return err
	}
	v.kill()
	v.kills = 0
	stop, harassing := make(chan struct{}), make(chan error, 1)
	go func() { harassing <- v.harass(stop, t.pauses(1200*time.Millisecond)) }()
	err = do(v.port)
	close(stop)
	err = errors.Join(err, <-harassing)
	if err == nil {
		err = t.flush(ctx, v.port, qos)
	}
	r.what += fmt.Sprintf(", broker killed %d×", v.kills)
	v.kill()
	return errors.Join(err, r.count(file))
}

// killBroker feeds one -l with a spool at the pace of a sensor while the broker is killed.
func (t *trial) killBroker(ctx context.Context, qos string) (row, error) {
	r := row{what: "`-l -q " + qos + " --spool`", program: "culex", fed: t.shots * 10}
	err := t.harassed(ctx, &r, qos, func(port int) error {
		cmd := exec.CommandContext(ctx, t.culex, "pub", "-h", loopback, "-p", fmt.Sprint(port), "-t", "t", "-q", qos, "-l", "--spool", t.dir+"/spool", "-c", "-i", "feeder")
		in, err := cmd.StdinPipe()
		if err != nil {
			return err
		}
		go func() {
			for n := range r.fed {
				if _, err := in.Write(numbers(n, 1)); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			_ = in.Close()
		}()
		said, err := combined(cmd)
		r.exit, err = outcome(err, said)
		return err
	})
	return r, err
}

// killClients feeds -l with a spool in batches; a batch whose program did not end with 0 is fed again.
func (t *trial) killClients(ctx context.Context, qos string) (row, error) {
	const batch = 100
	r := row{what: "`-l -q " + qos + " --spool`, batches of 100, fed again unless exit 0", program: "culex", fed: t.shots * batch}
	exits := map[string]int{}
	file := t.fresh("ledger")
	_ = t.fresh("spool")
	l, err := openLedger(loopback+":0", file)
	if err != nil {
		return r, err
	}
	go l.serve()
	port := l.listener.Addr().(*net.TCPAddr).Port
	for n := 0; n < t.shots; {
		exit, err := t.pub(ctx, port, numbers(n*batch, batch), time.Duration(1+t.random.IntN(12))*time.Millisecond, "-l", "-q", qos)
		if err != nil || ctx.Err() != nil {
			return r, errors.Join(err, ctx.Err())
		}
		exits[exit]++
		if exit == "0" {
			n++
		}
	}
	if err := t.flush(ctx, port, qos); err != nil {
		return r, err
	}
	r.exit = tally(exits)
	return r, errors.Join(l.close(), r.count(file))
}

// killBoth runs one-shots one after the other while they and the broker are killed; one that did not end with 0 is run again.
func (t *trial) killBoth(ctx context.Context) (row, error) {
	r := row{what: "`-m -q 1 --spool`, run again unless exit 0", program: "culex", fed: t.shots}
	exits := map[string]int{}
	err := t.harassed(ctx, &r, "1", func(port int) error {
		for n := 0; n < r.fed; {
			exit, err := t.pub(ctx, port, nil, time.Duration(1+t.random.IntN(12))*time.Millisecond, "-m", fmt.Sprint(n), "-q", "1")
			if err != nil || ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			exits[exit]++
			if exit == "0" {
				n++
			}
		}
		return nil
	})
	r.exit = tally(exits)
	return r, err
}

func tally(exits map[string]int) string {
	var words []string
	for exit, n := range exits {
		words = append(words, fmt.Sprintf("%s: %d×", exit, n))
	}
	sort.Strings(words)
	return strings.Join(words, ", ")
}
