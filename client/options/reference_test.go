package options_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/options"
)

const connects = "(connects)"

// invocation is one run of the reference and of ours.
type invocation struct {
	program string
	args    []string
	file    string // the option file, if not empty
}

func (i invocation) String() string {
	s := fmt.Sprintf("%s %q", i.program, i.args)
	if i.file != "" {
		s += fmt.Sprintf(" with the option file %q", i.file)
	}
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return s
}

// TestAgainstReference runs command lines that do not get as far as a connection with the installed reference and with
// ours, and allows only the accepted differences. It prints their list.
func TestAgainstReference(t *testing.T) {
	if _, err := exec.LookPath("mosquitto_pub"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the reference is missing: %v", err)
		}
		t.Skipf("the reference is missing: %v", err)
	}
	runs := slices.Concat(goldenRuns(t), missingAndBad(), propertyMatrix(), tooLong(), randomRuns(200))
	judge := newJudge(t)
	t.Run("runs", func(t *testing.T) {
		for chunk := range slices.Chunk(runs, (len(runs)+3)/4) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				for _, run := range chunk {
					judge.compare(t, dir, run)
				}
			})
		}
	})
	judge.report(t, len(runs))
}

// judge compares outcomes and remembers which differences occurred.
type judge struct {
	list []accepted
	res  map[string]*regexp.Regexp

	mu    sync.Mutex
	used  map[string]int
	equal int
}

func newJudge(t *testing.T) *judge {
	j := &judge{list: acceptedDifferences(), res: map[string]*regexp.Regexp{}, used: map[string]int{}}
	ids := map[string]bool{}
	for _, a := range j.list {
		if ids[a.id] || a.why == "" {
			t.Errorf("%s is there twice, or without a reason", a.id)
		}
		ids[a.id] = true
		for _, re := range []string{a.argv, a.reference, a.ours} {
			j.res[re] = regexp.MustCompile(re)
		}
	}
	return j
}

func (j *judge) compare(t *testing.T, dir string, run invocation) {
	reference := referenceOutcome(t, dir, run)
	ours := ourOutcome(dir, run)
	j.mu.Lock()
	defer j.mu.Unlock()
	// With --quiet the reference does not tell whether it got as far as a connection.
	silent := reference == "" && slices.Contains(run.args, "--quiet") && ours == connects
	if reference == ours || silent {
		j.equal++
		return
	}
	argv := " " + strings.Join(run.args, " ") + " "
	for _, a := range j.list {
		if a.reference != "" && j.res[a.argv].MatchString(argv) && j.res[a.reference].MatchString(reference) && j.res[a.ours].MatchString(ours) {
			j.used[a.id]++
			return
		}
	}
	t.Errorf("%v:\nreference %.300q\n     ours %.300q", run, reference, ours)
}

func (j *judge) report(t *testing.T, runs int) {
	t.Logf("%d command lines, %d of them with the same outcome", runs, j.equal)
	for _, a := range j.list {
		switch {
		case a.reference == "":
			t.Logf("accepted, not seen here: %s: %s", a.id, a.why)
		case j.used[a.id] == 0:
			t.Errorf("%s: no command line shows this difference any more", a.id)
		default:
			t.Logf("accepted, %3d times: %s: %s", j.used[a.id], a.id, a.why)
		}
	}
}

// later matches the errors of the reference that come after the options: nothing answers at the address that it gets.
var later = regexp.MustCompile(`^Error: (Connection refused|No such file or directory|Cannot assign requested address|Network is unreachable)\n` +
	`|^Unable to connect \((Lookup error|A TLS error occurred)\.\)\.\n|^Error: Problem setting TLS options: File not found\.\n` +
	`|(?m)^Error loading input (from stdin|file ".*")\.\n$`)

func referenceOutcome(t *testing.T, dir string, run invocation) string {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, run.program, run.args...)
	cmd.Env = []string{"XDG_CONFIG_HOME=" + dir, "LC_ALL=C.UTF-8", "RES_OPTIONS=attempts:1 timeout:1"}
	writeOptionFile(t, dir, run)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return connects
	case err != nil && !errors.As(err, &exit):
		t.Fatal(err)
	case exit != nil && exit.ExitCode() == -1:
		return "(died) " + exit.String()
	case exit == nil || exit.ExitCode() != 1:
		return fmt.Sprintf("(exit %d) %s", cmd.ProcessState.ExitCode(), stderr.String())
	case later.MatchString(stderr.String()):
		return connects
	case stderr.Len() == 0 && strings.HasPrefix(stdout.String(), run.program+" version "):
		return "(version asked for)\n"
	case stderr.Len() == 0 && stdout.Len() > 0:
		return "(help asked for)\n"
	case stdout.Len() > 0:
		return stderr.String() + "(usage)\n"
	}
	return stderr.String()
}

func writeOptionFile(t *testing.T, dir string, run invocation) {
	name := filepath.Join(dir, run.program)
	if run.file == "" {
		_ = os.Remove(name)
	} else if err := os.WriteFile(name, []byte(run.file), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ourOutcome is ours, with the opening of files where the reference has it.
func ourOutcome(dir string, run invocation) string {
	env := world{}.env()
	env.LookupEnv = func(name string) (string, bool) { return dir, name == "XDG_CONFIG_HOME" }
	env.ReadFile, env.Stat = os.ReadFile, os.Stat
	o, err := parse(run.program, run.args, env)
	if err == nil {
		err = o.CheckMessage()
	}
	if err == nil {
		err = o.CheckSettings()
	}
	if err == nil && filesMissing(clientOf(o)) {
		return connects
	}
	if err == nil {
		err = o.CheckTransport()
	}
	if err == nil {
		return connects
	}
	return describe(run.program, nil, err)
}

func clientOf(o command) *options.Client {
	switch o := o.(type) {
	case *options.Pub:
		return &o.Client
	case *options.Sub:
		return &o.Client
	}
	return &o.(*options.RR).Client
}

func filesMissing(o *options.Client) bool {
	if o.CAFile == nil && o.CAPath == nil {
		return false
	}
	for _, name := range []*string{o.CAFile, o.Cert, o.Key} {
		if name == nil {
			continue
		}
		if _, err := os.Stat(*name); err != nil {
			return true
		}
	}
	return false
}

// start keeps a command line that gets through away from anything that may be listening: the host is no host name, which
// shows without asking the DNS.
func start() []string { return []string{"-h", "no..where"} }

// goldenRuns are the command lines of the golden files.
func goldenRuns(t *testing.T) []invocation {
	files, err := filepath.Glob("testdata/argv/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var runs []invocation
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		optionFile := ""
		for line := range strings.Lines(string(content)) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "> ") {
				optionFile += line[2:] + "\n"
			}
			if strings.HasPrefix(line, "$ mosquitto_") {
				argv := words(t, line[2:])
				runs = append(runs, invocation{argv[0], append(start(), argv[1:]...), optionFile})
			}
			if strings.HasPrefix(line, "$ ") {
				optionFile = ""
			}
		}
	}
	return runs
}

// enough is what each program needs beside the option under test.
func enough() map[options.Command][]string {
	return map[options.Command][]string{
		options.CommandPub: {"-t", "t"},
		options.CommandSub: {"-t", "t"},
		options.CommandRR:  {"-t", "t", "-e", "e"},
	}
}

// missingAndBad give every option of every program words that it may not expect.
func missingAndBad() []invocation {
	bad := []string{"", "abc", "-1", "0", "4294967296", "\xff", "a/+/#b", " 7 "}
	var runs []invocation
	for c := options.CommandPub; c <= options.CommandRR; c++ {
		program := options.AsReference.Program(c)
		names := options.OptionNames(c)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if !names[name] {
				runs = append(runs, invocation{program, slices.Concat(start(), enough()[c], []string{name}), ""})
				continue
			}
			for i, word := range bad {
				// What the programs have in common is tried out with one of them only.
				_, common := options.OptionNames(options.CommandPub)[name]
				if common && c != options.CommandPub && i > 2 {
					continue
				}
				runs = append(runs, invocation{program, slices.Concat(start(), enough()[c], []string{name, word}), ""})
			}
		}
	}
	return runs
}

// propertyMatrix gives -D each property for each packet.
func propertyMatrix() []invocation {
	packets := []string{"connect", "publish", "subscribe", "unsubscribe", "disconnect", "will", "auth", "connack", "puback", "pubrec", "pubrel", "pubcomp", "suback", "unsuback"}
	properties := []string{
		"payload-format-indicator", "message-expiry-interval", "content-type", "response-topic", "correlation-data", "subscription-identifier",
		"session-expiry-interval", "authentication-method", "authentication-data", "request-problem-information", "request-response-information",
		"will-delay-interval", "receive-maximum", "topic-alias-maximum", "maximum-packet-size", "topic-alias", "server-reference", "reason-string",
		"user-property", "assigned-client-identifier", "server-keep-alive", "response-information", "maximum-qos", "retain-available",
		"wildcard-subscription-available", "subscription-identifier-available", "shared-subscription-available",
	}
	var runs []invocation
	for _, packet := range packets {
		for _, property := range properties {
			args := append(start(), "-t", "t", "-n", "-D", packet, property, "1")
			if property == "user-property" {
				args = append(args, "v")
			}
			runs = append(runs, invocation{"mosquitto_pub", args, ""})
		}
	}
	return runs
}

// tooLong are words at and above their limits.
func tooLong() []invocation {
	var runs []invocation
	for _, n := range []int{65535, 65536, 65537} {
		long := strings.Repeat("a", n)
		for _, option := range [][]string{{"-i"}, {"-u"}, {"-u", "u", "-P"}, {"--will-topic"}, {"--will-topic", "w", "--will-payload"}, {"-D", "publish", "content-type"}, {"-D", "publish", "correlation-data"}} {
			runs = append(runs, invocation{"mosquitto_pub", slices.Concat(start(), []string{"-t", "t", "-n"}, option, []string{long}), ""})
		}
	}
	runs = append(runs,
		invocation{"mosquitto_pub", append(start(), "-n", "-t", strings.Repeat("/", 201)), ""},
		invocation{"mosquitto_pub", append(start(), "-n", "-t", "t", "--tls-alpn", strings.Repeat("a", 255)), ""},
		invocation{"mosquitto_pub", append(start(), "-n", "-t", "t", "--tls-engine", "dynamic"), ""},
		invocation{"mosquitto_pub", append(start(), "-n", "-t", "t", "-M", "4294967296"), ""},
	)
	return runs
}

// randomRuns mix options, most of them right, in any order.
func randomRuns(n int) []invocation {
	choices := [][]string{
		{"-t", "a"}, {"-t", "a/b"}, {"-t", "+"}, {"-m", "x"}, {"-m", ""}, {"-n"}, {"-q", "1"}, {"-q", "3"}, {"-i", "id"}, {"-i", ""}, {"-I", "pre"},
		{"-k", "5"}, {"-k", "4"}, {"-c"}, {"-x", "5"}, {"-x", "-1"}, {"-V", "311"}, {"-V", "5"}, {"-V", "31"}, {"-V", "6"}, {"-u", "u"}, {"-P", "p"},
		{"-M", "7"}, {"-d"}, {"--quiet"}, {"-r"}, {"--repeat", "2"}, {"--repeat", "0"}, {"-C", "1"}, {"-W", "1"}, {"-R"}, {"--retained-only"}, {"-v"}, {"-N"},
		{"-e", "r"}, {"-e", "#"}, {"-T", "x"}, {"-U", "y"}, {"-F", "%p"}, {"-F", "%"}, {"--will-topic", "w"}, {"--will-payload", "w"}, {"--will-retain"},
		{"--will-qos", "2"}, {"--cert", "c"}, {"--key", "k"}, {"--keyform", "pem"}, {"--psk", "ab"}, {"--psk-identity", "i"}, {"--insecure"}, {"--tls-version", "tlsv1.2"},
		{"--tls-version", "x"}, {"-D", "connect", "receive-maximum", "5"}, {"-D", "publish", "topic-alias", "0"}, {"-D", "will", "content-type", "x"},
		{"-D", "publish", "content-type", "x"}, {"-D", "disconnect", "reason-string", "x"}, {"-L", "mqtt://127.0.0.1:1/u"}, {"-A", "127.0.0.1"}, {"--nodelay"}, {"--help"}, {"-x"},
	}
	programs := []string{"mosquitto_pub", "mosquitto_sub", "mosquitto_rr"}
	random := rand.New(rand.NewPCG(1, 2))
	runs := make([]invocation, n)
	for i := range runs {
		args := start()
		for range 2 + random.IntN(8) {
			args = append(args, choices[random.IntN(len(choices))]...)
		}
		runs[i] = invocation{programs[i%3], args, ""}
	}
	return runs
}
