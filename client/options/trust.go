package options

import "strings"

// Trust is what makes a broker trustworthy.
type Trust byte

// The values of Trust.
const (
	Unencrypted Trust = iota // plain MQTT, no TLS
	TrustFiles               // the certificates of --cafile and --capath
	TrustOS                  // the certificates of the operating system
	TrustBoth                // all of them
	TrustKey                 // the pre-shared key
)

// Trust tells whether TLS is on, and what the broker has to show then.
func (o *Client) Trust() Trust {
	files := o.CAFile != nil || o.CAPath != nil
	switch {
	case o.NoTLS:
		return Unencrypted
	case files && o.UseOSCerts:
		return TrustBoth
	case files:
		return TrustFiles
	case o.PSK != nil:
		return TrustKey
	case o.UseOSCerts, o.Port == securePort:
		return TrustOS
	}
	return Unencrypted
}

const (
	plainPort  = 1883
	securePort = 8883
)

// EffectivePort is the port to connect to; 0 stands for a Unix domain socket.
func (o *Client) EffectivePort() uint16 {
	switch {
	case o.Port != NoPort:
		return uint16(o.Port)
	case o.SecureService():
		return securePort
	}
	return plainPort
}

// SecureService tells whether the default port, and the service that -S looks up, are those of MQTT over TLS. That
// takes an option that names what to trust: --tls-use-os-certs alone does not do it.
func (o *Client) SecureService() bool {
	return o.CAFile != nil || o.CAPath != nil || o.PSK != nil
}

// SocketPath is the path of the Unix domain socket to connect to, and false where a host and a port are meant.
func (o *Broker) SocketPath() (string, bool) { return o.Host, o.Port == 0 }

// needsTLS is an option that does nothing without TLS.
type needsTLS struct {
	given  bool
	option string
}

// referenceTLS lists those of the reference, which only get a warning.
func (o *Client) referenceTLS() []needsTLS {
	return []needsTLS{
		{o.Cert != nil, "--cert"},
		{o.Key != nil, "--key"},
		{o.Insecure, "--insecure"},
		{o.MinVersion != nil, "--tls-version"},
		{o.Ciphers != nil, "--ciphers"},
		{o.ALPN != nil, "--tls-alpn"},
		{o.KeyLog != nil, "--tls-keylog"},
	}
}

// ownTLS lists those of culex, which are errors.
func (o *Client) ownTLS() []needsTLS {
	return []needsTLS{
		{o.NoVerify, "--tls-no-verify"},
		{o.ServerName != nil, "--tls-server-name"},
		{o.KeyPassFile != nil, "--key-pass-file"},
		{o.KeyPassEnv != nil, "--key-pass-env"},
		{o.CRLFiles != nil, "--crl-file"},
		{o.Pins != nil, "--tls-pin"},
		{o.Curves != nil, "--tls-curves"},
		{o.SessionDir != nil, "--tls-session-dir"},
	}
}

// given returns the names of the options that were given.
func given(options []needsTLS) []string {
	var names []string
	for _, o := range options {
		if o.given {
			names = append(names, o.option)
		}
	}
	return names
}

const turnsOn = "--cafile, --capath, --tls-use-os-certs, --psk, -L mqtts:// or port 8883"

// checkOwnTLS refuses options of culex that need TLS where there is none.
func (o *Client) checkOwnTLS() error {
	if o.Trust() != Unencrypted {
		return nil
	}
	names := given(o.ownTLS())
	switch {
	case len(names) == 0:
		return nil
	case o.NoTLS:
		return o.call.lineError("%s cannot be combined with --no-tls.", names[0])
	}
	return o.call.lineError("%s given, but nothing turns TLS on: use one of %s.", names[0], turnsOn)
}

// Warnings are facts about the options that a careful user wants to know, one line each without a full stop at its end:
// TLS options that turn no TLS on, and files with secrets that others can read.
func (o *Client) Warnings() []string {
	var warnings []string
	if names := given(o.referenceTLS()); len(names) > 0 && o.Trust() == Unencrypted && !o.NoTLS {
		warnings = append(warnings, strings.Join(names, ", ")+" without TLS: the connection is not encrypted; what turns TLS on is "+turnsOn)
	}
	if o.passwordExposed {
		warnings = append(warnings, "others can read the password in "+*o.PasswordFile+": use chmod 600")
	}
	if o.passPhraseExposed {
		warnings = append(warnings, "others can read the pass phrase in "+*o.KeyPassFile+": use chmod 600")
	}
	return warnings
}
