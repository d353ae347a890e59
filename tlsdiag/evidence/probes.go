package evidence

// Probes is what further connections to the same place showed. They are made
// on request only, are few, and are bounded in time.
type Probes struct {
	// Loads are the files that could not be used, one session for each; the
	// connections were made without them.
	Loads []Session `json:"loads,omitempty"`
	// Addresses are those that the host name has, each tried by itself.
	Addresses []Reach `json:"addresses,omitempty"`
	// Runs are the probes in the order in which they ran.
	Runs   []Probe `json:"runs,omitempty"`
	Offers Offers  `json:"offers"`
	// Verdicts are those that OpenSSL's rules would come to after the first
	// one, each with what was refused before set right.
	Verdicts []Verdict `json:"verdicts,omitempty"`
	// Go is what crypto/x509 says about the same chain, name and trust.
	Go *Verdict `json:"go,omitempty"`
	// Beyond is a connection on which the server's certificate was not judged,
	// to see what comes next. No CONNECT was sent on it.
	Beyond *Session `json:"beyond,omitempty"`
	// CutShort is why not all probes ran; empty if all did.
	CutShort string `json:"cut_short,omitempty"`
}

// Run returns the first probe of a kind, or nil.
func (p *Probes) Run(kind ProbeKind) *Probe {
	if p == nil {
		return nil
	}
	for i := range p.Runs {
		if p.Runs[i].Kind == kind {
			return &p.Runs[i]
		}
	}
	return nil
}

// Reach is an attempt to reach one address with TCP.
type Reach struct {
	Address string `json:"address"`
	// How is how it failed; empty if it was reached.
	How   How    `json:"how,omitempty"`
	Error string `json:"error,omitempty"`
	// Used says whether the attempt that this session is about went there.
	Used Answer `json:"used,omitempty"`
}

// ProbeKind is what a probe asks.
type ProbeKind string

// The kinds, in the order in which they run.
const (
	// ProbeConnect sends a CONNECT without TLS.
	ProbeConnect ProbeKind = "plain-connect"
	// ProbeTLS13 and the next three send a ClientHello of one version, with
	// every cipher suite that OpenSSL has.
	ProbeTLS13 ProbeKind = "tls-1.3"
	ProbeTLS12 ProbeKind = "tls-1.2"
	ProbeTLS11 ProbeKind = "tls-1.1"
	ProbeTLS10 ProbeKind = "tls-1.0"
	// ProbePSK offers cipher suites with a pre-shared key only.
	ProbePSK ProbeKind = "psk"
	// ProbeSmall and ProbeLarge send the same ClientHello, as short as it can
	// be and with padding beyond one TCP segment.
	ProbeSmall ProbeKind = "small-hello"
	ProbeLarge ProbeKind = "large-hello"
	// ProbeName and ProbeNoName go up to the server's certificate with the
	// server name, if there is one to send, and without.
	ProbeName   ProbeKind = "server-name"
	ProbeNoName ProbeKind = "no-server-name"
	// ProbeALPN does the same with the ALPN protocols that MQTT services have.
	ProbeALPN ProbeKind = "alpn"
	// ProbeSuites, ProbeGroups and ProbeSignatures offer all that there is,
	// then leave out what the server picks, until it refuses.
	ProbeSuites     ProbeKind = "cipher-suites"
	ProbeGroups     ProbeKind = "groups"
	ProbeSignatures ProbeKind = "signature-algorithms"
)

// ProbeResult is what came of a probe.
type ProbeResult string

// The results.
const (
	// ProbeServerHello: the server went on with the handshake.
	ProbeServerHello ProbeResult = "server-hello"
	// ProbeAlert: it sent a fatal alert.
	ProbeAlert ProbeResult = "alert"
	// ProbeConnack: it sent a CONNACK.
	ProbeConnack ProbeResult = "connack"
	// ProbeStranger: it answered in another protocol.
	ProbeStranger ProbeResult = "stranger"
	// ProbeClosed: it closed or reset the connection and gave no reason.
	ProbeClosed ProbeResult = "closed"
	// ProbeSilence: nothing came in time.
	ProbeSilence ProbeResult = "silence"
	// ProbeUnreached: TCP was not established.
	ProbeUnreached ProbeResult = "unreached"
)

// Probe is one question put to the server, in one connection or a few.
type Probe struct {
	// Number is counted from 1; reports call it by that.
	Number int       `json:"number"`
	Kind   ProbeKind `json:"kind"`
	// Connections is how many it took, if more than one.
	Connections int         `json:"connections,omitempty"`
	Result      ProbeResult `json:"result"`
	// HelloSize counts the bytes of the ClientHello on the wire.
	HelloSize   int          `json:"hello_size,omitempty"`
	ServerHello *ServerHello `json:"server_hello,omitempty"`
	// Alert is the AlertDescription that came.
	Alert    int       `json:"alert,omitempty"`
	Stranger *Stranger `json:"stranger,omitempty"`
	// ALPN is the protocol that the server picked.
	ALPN string `json:"alpn,omitempty"`
	// Leaf is the certificate that the server showed, by its SHA-256
	// fingerprint, and Subject its subject.
	Leaf    string `json:"leaf,omitempty"`
	Subject string `json:"subject,omitempty"`
}

// Answered says that the server went on with the handshake.
func (p *Probe) Answered() bool {
	return p != nil && p.Result == ProbeServerHello && p.ServerHello != nil
}

// Offers is what the server takes, as far as it was asked.
type Offers struct {
	// Versions are the versions that were tried, the newest first.
	Versions []VersionOffer `json:"versions,omitempty"`
	// Suites are in the order in which the server picks them, the newest
	// version's first.
	Suites []CipherSuite `json:"suites,omitempty"`
	// Groups are key exchange groups, curves among them.
	Groups     []Parameter `json:"groups,omitempty"`
	Signatures []Parameter `json:"signatures,omitempty"`
	// ALPN are the protocols that the server picked.
	ALPN []string `json:"alpn,omitempty"`
}

// VersionOffer says whether the server speaks a version.
type VersionOffer struct {
	Version Version `json:"version"`
	Spoken  Answer  `json:"spoken,omitempty"`
}

// Speaks says whether the server speaks a version.
func (o *Offers) Speaks(v Version) Answer {
	for _, offer := range o.Versions {
		if offer.Version == v {
			return offer.Spoken
		}
	}
	return NotObserved
}

// CipherSuite is one cipher suite that the server picked (IANA: TLS Cipher Suites).
type CipherSuite struct {
	Version Version `json:"version"`
	ID      uint16  `json:"id"`
	// OpenSSL and IANA are its names; for TLS 1.3 they are the same.
	OpenSSL string `json:"openssl"`
	IANA    string `json:"iana,omitempty"`
	// Here says whether this program has it.
	Here Answer `json:"here,omitempty"`
}

// Parameter is a number of a registry with its name.
type Parameter struct {
	ID   uint16 `json:"id"`
	Name string `json:"name"`
	// Here says whether this program has it.
	Here Answer `json:"here,omitempty"`
}
