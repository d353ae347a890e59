package record

import "fmt"

// Alert levels (RFC 8446 section 6).
const (
	LevelWarning = 1
	LevelFatal   = 2
)

// Alert descriptions that decide something elsewhere.
const (
	CloseNotify            = 0
	BadRecordMAC           = 20
	HandshakeFailure       = 40
	BadCertificate         = 42
	UnsupportedCertificate = 43
	CertificateRevoked     = 44
	CertificateExpired     = 45
	CertificateUnknown     = 46
	IllegalParameter       = 47
	UnknownCA              = 48
	AccessDenied           = 49
	DecodeError            = 50
	DecryptError           = 51
	ProtocolVersion        = 70
	InsufficientSecurity   = 71
	InternalError          = 80
	InappropriateFallback  = 86
	UnrecognizedName       = 112
	UnknownPSKIdentity     = 115
	CertificateRequired    = 116
	NoApplicationProtocol  = 120
)

// Description is what is known about one alert code.
type Description struct {
	Code int
	// Name is the specification's.
	Name string
	// RFC defines it.
	RFC string
	// Meaning completes "the peer …", in the past tense, for an MQTT user.
	Meaning string
}

// Describe returns what is known about an alert code. A code that has no
// definition gets its number as its name and no meaning.
func Describe(code int) Description {
	for _, d := range descriptions {
		if d.Code == code {
			return d
		}
	}
	return Description{Code: code, Name: fmt.Sprintf("alert %d", code)}
}

// descriptions is every AlertDescription that has been assigned (IANA TLS Alerts).
var descriptions = [...]Description{
	{0, "close_notify", "RFC 8446 6.1", "closed the connection in order"},
	{10, "unexpected_message", "RFC 8446 6.2", "received a message out of turn"},
	{20, "bad_record_mac", "RFC 8446 6.2", "could not authenticate a record: a wrong pre-shared key, or bytes changed on the way"},
	{21, "decryption_failed", "RFC 5246 7.2.2", "could not decrypt a record"},
	{22, "record_overflow", "RFC 8446 6.2", "received a record longer than allowed: not TLS, or a damaged length"},
	{30, "decompression_failure", "RFC 5246 7.2.2", "could not decompress a record"},
	{40, "handshake_failure", "RFC 8446 6.2", "found no acceptable set of parameters"},
	{41, "no_certificate", "RFC 5246 7.2.2", "missed a certificate (SSL 3.0)"},
	{42, "bad_certificate", "RFC 8446 6.2", "found something wrong with the certificate"},
	{43, "unsupported_certificate", "RFC 8446 6.2", "cannot use a certificate of this kind or purpose"},
	{44, "certificate_revoked", "RFC 8446 6.2", "found the certificate on its revocation list"},
	{45, "certificate_expired", "RFC 8446 6.2", "found the certificate, or its own revocation list, out of date"},
	{46, "certificate_unknown", "RFC 8446 6.2", "could not accept the certificate for a reason of its own"},
	{47, "illegal_parameter", "RFC 8446 6.2", "found a value out of range or inconsistent"},
	{48, "unknown_ca", "RFC 8446 6.2", "could not build a chain from the certificate to a CA it trusts"},
	{49, "access_denied", "RFC 8446 6.2", "took the certificate for valid and denied access"},
	{50, "decode_error", "RFC 8446 6.2", "could not decode a message"},
	{51, "decrypt_error", "RFC 8446 6.2", "could not verify a signature or a Finished message"},
	{52, "too_many_cids_requested", "RFC 9147 5.10", "was asked for too many connection identifiers (DTLS)"},
	{60, "export_restriction", "RFC 5246 7.2.2", "refused an export cipher"},
	{70, "protocol_version", "RFC 8446 6.2", "does not speak any TLS version that was offered"},
	{71, "insufficient_security", "RFC 8446 6.2", "found everything that was offered too weak"},
	{80, "internal_error", "RFC 8446 6.2", "failed for a reason of its own"},
	{86, "inappropriate_fallback", "RFC 7507 4", "refused a repeated attempt at a lower version"},
	{90, "user_canceled", "RFC 8446 6.1", "gave up"},
	{100, "no_renegotiation", "RFC 5246 7.2.2", "refused to renegotiate"},
	{109, "missing_extension", "RFC 8446 6.2", "missed an extension that is mandatory"},
	{110, "unsupported_extension", "RFC 8446 6.2", "received an extension it had not asked for"},
	{111, "certificate_unobtainable", "RFC 6066 9", "could not fetch a certificate"},
	{112, "unrecognized_name", "RFC 6066 9", "serves no host of this name"},
	{113, "bad_certificate_status_response", "RFC 6066 9", "received an invalid OCSP response"},
	{114, "bad_certificate_hash_value", "RFC 6066 9", "fetched a certificate that does not match its digest"},
	{115, "unknown_psk_identity", "RFC 4279 2", "does not know the pre-shared key identity"},
	{116, "certificate_required", "RFC 8446 6.2", "requires a client certificate"},
	{117, "general_error", "RFC 9846 6.2", "failed and did not say why"},
	{120, "no_application_protocol", "RFC 7301 3.2", "does not support any ALPN protocol that was offered"},
	{121, "ech_required", "RFC 9849 5", "refused the encrypted ClientHello"},
}
