package options

// TLS names the certificates and keys to use. A field is nil if its option was not given; an option given with an empty
// word counts as given, so that an unset shell variable after --cafile does not turn TLS off.
type TLS struct {
	CAFile     *string `name:"cafile" noun:"file" placeholder:"FILE" help:"Trust the CA certificates in this file. Turns TLS on."`
	CAPath     *string `name:"capath" noun:"directory" placeholder:"DIR" help:"Trust the CA certificates in this directory (openssl rehash). Turns TLS on."`
	UseOSCerts bool    `name:"tls-use-os-certs" since:"2.0" help:"Trust the CA certificates of the operating system. Turns TLS on."`
	Cert       *string `name:"cert" noun:"file" placeholder:"FILE" help:"The client's certificate and its chain, or a PKCS #12 bundle."`
	Key        *string `name:"key" noun:"file" placeholder:"FILE" help:"The private key of the client's certificate."`
	KeyForm    *string `name:"keyform" noun:"keyform" placeholder:"FORM" words:"pem" since:"1.6" help:"The form of the private key: pem."`
	PSK        *string `name:"psk" noun:"key" placeholder:"HEX" help:"A pre-shared key in hexadecimal. Turns TLS on, without certificates."`
	// PSKIdentity names the pre-shared key to the broker.
	PSKIdentity *string `name:"psk-identity" noun:"identity" placeholder:"NAME" help:"The name of the pre-shared key."`
}

// TLSPolicy says what is acceptable in a TLS connection. A pointer is nil if its option was not given.
type TLSPolicy struct {
	// Insecure leaves out the check of the broker's name, and nothing else.
	Insecure bool `name:"insecure" help:"Do not compare the broker's name with its certificate."`
	// NoVerify leaves out every check of the broker's certificate.
	NoVerify bool `name:"tls-no-verify" since:"culex" help:"Do not check the broker's certificate at all."`
	// ServerName replaces Host in server_name (RFC 6066 3) and in the check of the certificate.
	ServerName *string `name:"tls-server-name" noun:"name" placeholder:"NAME" since:"culex" help:"Expect the broker's certificate to be for this name."`
	// MinVersion is the lowest version of TLS.
	MinVersion *TLSVersion `name:"tls-version" noun:"version" placeholder:"VERSION" words:"tlsv1.3 tlsv1.2 tlsv1.1" help:"The lowest TLS version: tlsv1.3, tlsv1.2 or tlsv1.1 (tlsv1.2)."`
	// Ciphers is a cipher list of OpenSSL's; with a MinVersion of 1.3 a list of TLS 1.3 suites.
	Ciphers *string `name:"ciphers" noun:"ciphers" placeholder:"LIST" help:"The cipher suites to allow, as an OpenSSL cipher list."`
	// ALPN is the one protocol to offer (RFC 7301).
	ALPN *string `name:"tls-alpn" noun:"protocol" placeholder:"PROTOCOL" since:"1.6" help:"Offer this application protocol (ALPN)."`
	// KeyLog is a file that receives the session's secrets in the NSS key log format.
	KeyLog *string `name:"tls-keylog" noun:"file" placeholder:"FILE" since:"2.1" help:"Append the secrets of the session to this file, for a network analyser."`
	// SessionDir is a directory with TLS sessions to resume (RFC 8446 2.2).
	SessionDir *string `name:"tls-session-dir" noun:"directory" placeholder:"DIR" since:"culex" help:"Keep TLS sessions in this directory, for the next run to resume."`
	// NoTLS turns TLS off whatever else is given.
	NoTLS bool `name:"no-tls" since:"2.1" help:"Never use TLS, whatever the other options say."`
	// Engine and EnginePassword are accepted for the error that they end in: culex has no OpenSSL engines.
	Engine         *string `name:"tls-engine" noun:"engine_id" placeholder:"ENGINE" since:"1.6" help:"An OpenSSL engine (culex has none)."`
	EnginePassword *string `name:"tls-engine-kpass-sha1" noun:"kpass sha1" placeholder:"HEX" since:"1.6" help:"The SHA-1 hash of the password of an engine's key (culex has no engines)."`
}
