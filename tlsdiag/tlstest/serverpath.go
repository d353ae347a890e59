package tlstest

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
)

// once marks a fault that looks the same whatever the TLS version.
func once(f Fault) Fault {
	f.Versions = []uint16{tls.VersionTLS12}
	return f
}

// answersHello is a server that answers the client's first record with these bytes, whatever it is.
func answersHello(answer string) func(uint16) handler {
	return func(uint16) handler {
		return func(c net.Conn) {
			readHello(c)
			io.WriteString(c, answer)
			drain(c)
		}
	}
}

// speaksFirst is a server that greets without waiting, as SSH and SMTP servers do.
func speaksFirst(greeting string) func(uint16) handler {
	return func(uint16) handler {
		return func(c net.Conn) {
			io.WriteString(c, greeting)
			drain(c)
		}
	}
}

// PlainPort is a plain MQTT broker that is dialled with TLS. As mosquitto does, it resets such a connection.
func PlainPort() Fault {
	return once(Fault{Cause: "tls-to-plain-port", Dial: Dial{Host: host, Trust: root().CertPEM()}, serve: func(uint16) handler {
		return func(c net.Conn) {
			mqtt(c)
			reset(c)
		}
	}})
}

// PlainPortConnack is a plain broker that answers a ClientHello with a refusing CONNACK of four bytes.
func PlainPortConnack() Fault {
	return once(Fault{Cause: "tls-to-plain-port", Variant: "connack", Dial: Dial{Host: host, Trust: root().CertPEM()},
		serve: answersHello("\x20\x02\x00\x01")})
}

// TLSPort is a TLS port that is dialled with plain MQTT. As OpenSSL's users do, it closes without an alert.
func TLSPort() Fault {
	return once(Fault{Cause: "plain-to-tls-port", Dial: Dial{Host: host, Plain: true}, serve: func(uint16) handler {
		return func(c net.Conn) {
			io.ReadFull(c, make([]byte, 5))
			reset(c)
		}
	}})
}

// TLSPortAlert is one that answers plain MQTT with an alert.
func TLSPortAlert() Fault {
	return once(Fault{Cause: "plain-to-tls-port", Variant: "alert", Dial: Dial{Host: host, Plain: true}, serve: func(uint16) handler {
		return func(c net.Conn) {
			io.ReadFull(c, make([]byte, 5))
			c.Write(alertRecord(70))
			drain(c)
		}
	}})
}

// HTTPPort is an HTTP server that is dialled with TLS.
func HTTPPort() Fault {
	return once(Fault{Cause: "peer-is-http", Dial: Dial{Host: host, Trust: root().CertPEM()},
		serve: answersHello("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")})
}

// SSHPort is an SSH server that is dialled with TLS.
func SSHPort() Fault {
	return once(Fault{Cause: "peer-not-tls", Dial: Dial{Host: host, Trust: root().CertPEM()}, serve: speaksFirst("SSH-2.0-OpenSSH_9.2p1\r\n")})
}

// SMTPPort is a mail server that is dialled with TLS.
func SMTPPort() Fault {
	return once(Fault{Cause: "peer-not-tls", Variant: "smtp", Dial: Dial{Host: host, Trust: root().CertPEM()},
		serve: speaksFirst("220 mail.example.test ESMTP Postfix\r\n")})
}

// AMQPPort is an AMQP broker that is dialled with plain MQTT.
func AMQPPort() Fault {
	return once(Fault{Cause: "peer-not-mqtt", Dial: Dial{Host: host, Plain: true}, serve: func(uint16) handler {
		return func(c net.Conn) {
			io.ReadFull(c, make([]byte, 5))
			io.WriteString(c, "AMQP\x00\x00\x09\x01")
			drain(c)
		}
	}})
}

// HTTPSPort is an HTTPS server.
func HTTPSPort() Fault {
	ca := root()
	return Fault{Cause: "peer-is-https", Dial: trusting(ca), serve: established(leafOf(ca), func(c *tls.Conn) {
		c.Read(make([]byte, 512))
		io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
	})}
}

// established is a server that completes the handshake and then does something else than MQTT.
func established(leaf *Identity, then func(*tls.Conn)) func(uint16) handler {
	return func(version uint16) handler {
		return func(c net.Conn) {
			t := tls.Server(c, config(version, leaf))
			if t.Handshake() == nil {
				then(t)
			}
			drain(c)
		}
	}
}

// ClosedAfterConnect is a broker that closes on CONNECT without a word.
func ClosedAfterConnect() Fault {
	ca := root()
	return Fault{Cause: "closed-after-connect", Dial: trusting(ca), serve: established(leafOf(ca), func(c *tls.Conn) {
		c.Read(make([]byte, 512))
	})}
}

// NoConnack is a broker that never answers the CONNECT.
func NoConnack() Fault {
	ca := root()
	return Fault{Cause: "no-connack", Dial: trusting(ca), serve: established(leafOf(ca), func(c *tls.Conn) { io.Copy(io.Discard, c) })}
}

// Silent is a port behind which nobody reads.
func Silent() Fault {
	return once(Fault{Cause: "peer-silent", Dial: Dial{Host: host, Trust: root().CertPEM()}, serve: func(uint16) handler {
		return func(c net.Conn) { io.Copy(io.Discard, c) }
	}})
}

// ClosedOnHello is a TLS port that closes on the ClientHello.
func ClosedOnHello() Fault {
	return once(Fault{Cause: "closed-after-client-hello", Dial: Dial{Host: host, Port: 8883, Trust: root().CertPEM()},
		serve: answersHello("")})
}

// Stalled is a server of whose flight the end gets lost, as on a path that drops large packets.
func Stalled() Fault {
	ca := root()
	return Fault{Cause: "server-flight-stalled", Dial: trusting(ca), serve: func(version uint16) handler {
		return func(c net.Conn) {
			tls.Server(&lossy{Conn: c, left: 300}, config(version, leafOf(ca))).Handshake()
		}
	}}
}

// lossy is a connection that loses what is written behind its first bytes.
type lossy struct {
	net.Conn
	left int
}

// Write writes what is left to write.
func (c *lossy) Write(p []byte) (int, error) {
	n := min(len(p), c.left)
	c.left -= n
	if _, err := c.Conn.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Corrupted is a server whose flight has one bit changed on the way: in TLS 1.2 in the signature of the key exchange, in
// TLS 1.3 in an encrypted record.
func Corrupted() Fault {
	ca := root()
	return Fault{Cause: "bytes-corrupted", Dial: trusting(ca), serve: func(version uint16) handler {
		return func(c net.Conn) {
			tls.Server(&flipping{Conn: c}, config(version, leafOf(ca))).Handshake()
			drain(c)
		}
	}}
}

// flipping is a connection that changes one bit of a server's flight.
type flipping struct{ net.Conn }

// Write changes the last byte of a ServerKeyExchange message, or of an encrypted record.
func (c *flipping) Write(p []byte) (int, error) {
	const handshake, applicationData, serverKeyExchange = 22, 23, 12
	p = bytes.Clone(p)
	for rest := p; len(rest) > 5; {
		end := min(5+(int(rest[3])<<8|int(rest[4])), len(rest))
		if rest[0] == applicationData || rest[0] == handshake && rest[5] == serverKeyExchange {
			rest[end-1] ^= 1
			break
		}
		rest = rest[end:]
	}
	return c.Conn.Write(p)
}

// ServerTooOld is a server that stops at TLS 1.1 and says so with an alert.
func ServerTooOld() Fault {
	ca := root()
	f := once(chainFault("server-tls-version-too-old", []*Identity{ca}))
	f.serve = func(uint16) handler {
		cfg := config(tls.VersionTLS11, leafOf(ca))
		return broker(cfg)
	}
	return f
}

// ServerPicksOld is a server that answers with a ServerHello of TLS 1.1.
func ServerPicksOld() Fault {
	return once(Fault{Cause: "server-tls-version-too-old", Variant: "picked", Dial: Dial{Host: host, Trust: root().CertPEM()},
		serve: picks(tls.VersionTLS11, tls.TLS_RSA_WITH_AES_128_CBC_SHA)})
}

// picks is a server that answers with a ServerHello of this version and suite, and with nothing else.
func picks(version, suite uint16) func(uint16) handler {
	return func(uint16) handler {
		return func(c net.Conn) {
			if _, err := readHello(c); err != nil {
				return
			}
			// version, random, no session, suite, no compression (RFC 5246 7.4.1.3)
			body := binary.BigEndian.AppendUint16(nil, version)
			body = append(body, make([]byte, 32+1)...)
			body = append(binary.BigEndian.AppendUint16(body, suite), 0)
			message := append([]byte{2, 0, 0, byte(len(body))}, body...)
			header := append(binary.BigEndian.AppendUint16([]byte{22}, version), 0, byte(len(message)))
			c.Write(append(header, message...))
			drain(c)
		}
	}
}

// WantsPSK is a server that picks TLS_PSK_WITH_AES_128_GCM_SHA256, which nobody offered; others send an alert instead.
func WantsPSK() Fault {
	return once(Fault{Cause: "server-wants-psk", Dial: Dial{Host: host, Trust: root().CertPEM()}, serve: picks(tls.VersionTLS12, 0x00a8)})
}

// ClientTooNew is dialled by a client that wants TLS 1.3 of a server with TLS 1.2.
func ClientTooNew() Fault {
	ca := root()
	f := chainFault("client-tls-version-too-new", []*Identity{ca}, leafOf(ca))
	f.Versions = []uint16{tls.VersionTLS12}
	f.Dial.MinVersion = tls.VersionTLS13
	return f
}

// ServerTooNew is dialled by a client that stops at TLS 1.2.
func ServerTooNew() Fault {
	ca := root()
	f := chainFault("server-tls-version-too-new", []*Identity{ca}, leafOf(ca))
	f.Versions = []uint16{tls.VersionTLS13}
	f.Dial.MaxVersion = tls.VersionTLS12
	return f
}

// NoSuite is a server with a cipher suite that no client here offers.
func NoSuite() Fault {
	ca := root()
	f := once(chainFault("no-common-cipher-suite", []*Identity{ca}))
	f.serve = func(version uint16) handler {
		cfg := config(version, Issue(Template{Subject: CN(host), Issuer: ca, Key: RSA(2048, 1), Extensions: Server(DNS(host))}))
		cfg.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
		return broker(cfg)
	}
	return f
}

// ALPNRefused is a server that knows another application protocol.
func ALPNRefused() Fault {
	ca := root()
	f := chainFault("alpn-refused", []*Identity{ca})
	f.Dial.ALPN = []string{"mqqt"}
	f.serve = func(version uint16) handler {
		cfg := config(version, leafOf(ca))
		cfg.NextProtos = []string{"mqtt"}
		return broker(cfg)
	}
	return f
}

// ALPNMissing is a cloud service on port 443 that closes on a client without the right application protocol.
func ALPNMissing() Fault {
	const service = "plant-ats.iot.eu-west-1.amazonaws.com"
	ca := root()
	leaf := Issue(Template{Subject: CN(service), Issuer: ca, Extensions: Server(DNS(service))})
	return Fault{Cause: "alpn-missing", Dial: Dial{Host: service, Port: 443, Trust: ca.CertPEM()},
		serve: established(leaf, func(*tls.Conn) {})}
}

// NameUnknown is a server that does not serve the name.
func NameUnknown() Fault {
	return once(Fault{Cause: "server-name-unknown", Dial: Dial{Host: host, Trust: root().CertPEM()}, serve: alerts(112)})
}

// Unexplained is a server that answers the ClientHello with internal_error.
func Unexplained() Fault {
	return once(Fault{Cause: "unclassified", Dial: Dial{Host: host, Trust: root().CertPEM()}, serve: alerts(80)})
}
