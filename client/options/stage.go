package options

import "strconv"

// Stage is how far a look at a connection, or at the files for one, came before it met a fault. Its number is the exit
// code of the commands that diagnose. They are tens, so that no exit code of pub, sub and rr, and no code with which a
// broker refuses a connection, means something else.
type Stage int

// The stages, in the order in which a connection runs through them. Of several faults the first counts.
const (
	Sound         Stage = 0
	NotRun        Stage = 1  // the command could not do its work
	StageFiles    Stage = 10 // this side's own files and options
	StageName     Stage = 20 // name lookup
	StageNetwork  Stage = 30 // TCP, and a proxy on the way
	StageTLS      Stage = 40 // the TLS handshake, certificates aside
	StageBroker   Stage = 50 // the broker's certificate, judged here
	StageIdentity Stage = 60 // the client's certificate, judged by the broker
	StageMQTT     Stage = 70 // CONNECT and what follows
)

// String says what the exit code means.
func (s Stage) String() string {
	switch s {
	case Sound:
		return "nothing is wrong"
	case NotRun:
		return "the command could not do its work: wrong options, or an input that cannot be read"
	case StageFiles:
		return "files or options on this side: a certificate, a key, what is trusted"
	case StageName:
		return "name lookup"
	case StageNetwork:
		return "TCP, or a proxy on the way"
	case StageTLS:
		return "TLS: what answers is no TLS, or there is no common version, cipher suite or protocol"
	case StageBroker:
		return "the broker's certificate, as judged on this side"
	case StageIdentity:
		return "the client's certificate, as judged by the broker"
	default:
		return "MQTT: the broker does not answer CONNECT, or refuses it"
	}
}

// ExitStatus is a line of the list of exit codes in a help.
type ExitStatus struct {
	// Code is a number, or several.
	Code    string
	Meaning string
}

// Stages lists the exit codes of all commands that diagnose.
func Stages() []ExitStatus {
	return stages(StageFiles, StageName, StageNetwork, StageTLS, StageBroker, StageIdentity, StageMQTT)
}

// stages lists exit codes of a command that diagnoses: 0, 1 and the given ones.
func stages(list ...Stage) []ExitStatus {
	var exits []ExitStatus
	for _, s := range append([]Stage{Sound, NotRun}, list...) {
		exits = append(exits, ExitStatus{strconv.Itoa(int(s)), s.String()})
	}
	return exits
}
