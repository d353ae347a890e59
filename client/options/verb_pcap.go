package options

// Pcap is the command line of culex tlsdiag pcap.
type Pcap struct {
	Capture `group:"Capture"`
	Form    `group:"Capture"`
	Aid     `group:"Capture"`
}

// Capture names a packet capture and what helps to read it. A pointer is nil if its option was not given.
type Capture struct {
	File *string `arg:"" placeholder:"FILE" help:"A packet capture (pcap, pcapng); - is standard input, as from tcpdump -U -w -."`
	// KeyLog is a file in the NSS key log format. It may grow while the capture does.
	KeyLog *string `name:"keylog" noun:"file" placeholder:"FILE" since:"culex" help:"Open what is encrypted with the keys in this file (SSLKEYLOGFILE, --tls-keylog)."`
	// ServerPort is the one port to look at; NoPort means all.
	ServerPort Port    `name:"port" noun:"port" placeholder:"PORT" since:"culex" help:"Look at the connections of this port only."`
	CAFile     *string `name:"cafile" noun:"file" placeholder:"FILE" help:"The CA certificates that the client trusts, in this file."`
	CAPath     *string `name:"capath" noun:"directory" placeholder:"DIR" help:"The CA certificates that the client trusts, in this directory."`
	UseOSCerts bool    `name:"tls-use-os-certs" help:"The client trusts the CA certificates of the operating system."`
}

// ParsePcap reads the command line of culex tlsdiag pcap.
func ParsePcap(args []string, env Environment) (*Pcap, error) {
	o := &Pcap{Capture: Capture{ServerPort: NoPort}}
	return o, parseVerb(CommandPcap, o, args, env)
}

func aboutPcap() Description {
	return Description{
		Name:     "tlsdiag pcap",
		Brief:    "what a packet capture shows of TLS",
		Summary:  "Say of every TLS and MQTT connection in a packet capture how it went, and why those failed that did.",
		Synopsis: []string{"FILE|- [--keylog FILE] [--port PORT] [--cafile FILE] [--format text|json]"},
		Options:  new(Pcap),
		Exits:    Stages(),
	}
}
