package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func cloudRootChanged() Cause {
	return Cause{
		ID:       "cloud-root-changed",
		Title:    "a cloud service moved to another root CA",
		Source:   "Azure IoT Hub: from Baltimore CyberTrust Root to DigiCert Global Root G2 (2023); AWS IoT: from VeriSign Class 3 G5 to Amazon Root CA 1 (2018)",
		Explains: []string{"issuer-not-trusted", "intermediate-missing", "cafile-intermediate-only", "ca-recreated"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := top(s)
			if c == nil || !untrusted(s) || issuerAmong(s.Trust.Anchors, c) != nil {
				return Finding{}, false
			}
			for _, m := range moves() {
				if !strings.HasSuffix(strings.ToLower(strings.TrimSuffix(s.Target.Name(), ".")), m.suffix) {
					continue
				}
				if old := retired(s, m); old != nil {
					return moved(s, m, c, old), true
				}
			}
			return Finding{}, false
		},
	}
}

// move is one service's change of root.
type move struct {
	suffix, service, now, file string
	before                     []string
}

func moves() []move {
	return []move{
		{".azure-devices.net", "Azure IoT Hub", "DigiCert Global Root G2", "https://cacerts.digicert.com/DigiCertGlobalRootG2.crt.pem",
			[]string{"Baltimore CyberTrust Root"}},
		{".azure-devices-provisioning.net", "Azure IoT Hub DPS", "DigiCert Global Root G2", "https://cacerts.digicert.com/DigiCertGlobalRootG2.crt.pem",
			[]string{"Baltimore CyberTrust Root"}},
		{".amazonaws.com", "AWS IoT", "Amazon Root CA 1", "https://www.amazontrust.com/repository/AmazonRootCA1.pem",
			[]string{"VeriSign Class 3 Public Primary Certification Authority - G5"}},
	}
}

func retired(s *evidence.Session, m move) *evidence.Certificate {
	for i := range s.Trust.Anchors {
		for _, old := range m.before {
			if s.Trust.Anchors[i].Subject.CommonName == old {
				return &s.Trust.Anchors[i]
			}
		}
	}
	return nil
}

func moved(s *evidence.Session, m move, c, old *evidence.Certificate) Finding {
	return Finding{
		Confidence: Likely,
		Rival:      "issuer-not-trusted",
		Headline:   fmt.Sprintf("%s moved to the root %s; %s still has %s", m.service, m.now, origin(s, old), old.Subject.CommonName),
		Seen: facts(seenCertificate("certificate", s.Peer.Leaf())+", issued by "+name(s.Peer.Leaf().Issuer), sent(s),
			seenCertificate("trusted", old), seenVerdict(s)),
		Hints: []Hint{{Gateway, "append the new root", fmt.Sprintf("curl -fsS %s >> %s", m.file, caFile(s))}},
	}
}
