package client

import (
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// stageOf is the stage of a finding, and so the exit code of the commands that diagnose: that of its cause, or how far the
// connection came where the catalogue has none.
func stageOf(f tlsdiag.Finding, s *evidence.Session) options.Stage {
	if f.ID == cause.Unclassified {
		return stageWithout(s)
	}
	return stageOfCause(f.ID)
}

// stageWithout is the stage of a connection that no cause fits. One that did not fail is sound.
func stageWithout(s *evidence.Session) options.Stage {
	if s.End.How == "" && s.Connack == 0 {
		return options.Sound
	}
	switch s.Stage {
	case evidence.StageLocal:
		return options.StageFiles
	case evidence.StageResolve:
		return options.StageName
	case evidence.StageDial:
		return options.StageNetwork
	case evidence.StageVerify:
		return options.StageBroker
	case evidence.StageEstablished, evidence.StagePlain, evidence.StageConnack:
		return options.StageMQTT
	}
	return options.StageTLS
}
