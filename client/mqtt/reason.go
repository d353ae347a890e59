package mqtt

// ReasonCode is a Reason Code of MQTT 5.0 (2.4), or a return code of 3.x in
// CONNACK and SUBACK. In 5.0 a code of 0x80 or more is a failure.
type ReasonCode byte

// The Reason Codes of MQTT 5.0. Success also stands for Normal disconnection and
// Granted QoS 0, which share its number.
const (
	Success                             ReasonCode = 0x00
	GrantedQoS1                         ReasonCode = 0x01
	GrantedQoS2                         ReasonCode = 0x02
	DisconnectWithWillMessage           ReasonCode = 0x04
	NoMatchingSubscribers               ReasonCode = 0x10
	NoSubscriptionExisted               ReasonCode = 0x11
	ContinueAuthentication              ReasonCode = 0x18
	ReAuthenticate                      ReasonCode = 0x19
	UnspecifiedError                    ReasonCode = 0x80
	MalformedPacket                     ReasonCode = 0x81
	ProtocolError                       ReasonCode = 0x82
	ImplementationSpecificError         ReasonCode = 0x83
	UnsupportedProtocolVersion          ReasonCode = 0x84
	ClientIdentifierNotValid            ReasonCode = 0x85
	BadUserNameOrPassword               ReasonCode = 0x86
	NotAuthorized                       ReasonCode = 0x87
	ServerUnavailable                   ReasonCode = 0x88
	ServerBusy                          ReasonCode = 0x89
	Banned                              ReasonCode = 0x8A
	ServerShuttingDown                  ReasonCode = 0x8B
	BadAuthenticationMethod             ReasonCode = 0x8C
	KeepAliveTimeout                    ReasonCode = 0x8D
	SessionTakenOver                    ReasonCode = 0x8E
	TopicFilterInvalid                  ReasonCode = 0x8F
	TopicNameInvalid                    ReasonCode = 0x90
	PacketIdentifierInUse               ReasonCode = 0x91
	PacketIdentifierNotFound            ReasonCode = 0x92
	ReceiveMaximumExceeded              ReasonCode = 0x93
	TopicAliasInvalid                   ReasonCode = 0x94
	PacketTooLarge                      ReasonCode = 0x95
	MessageRateTooHigh                  ReasonCode = 0x96
	QuotaExceeded                       ReasonCode = 0x97
	AdministrativeAction                ReasonCode = 0x98
	PayloadFormatInvalid                ReasonCode = 0x99
	RetainNotSupported                  ReasonCode = 0x9A
	QoSNotSupported                     ReasonCode = 0x9B
	UseAnotherServer                    ReasonCode = 0x9C
	ServerMoved                         ReasonCode = 0x9D
	SharedSubscriptionsNotSupported     ReasonCode = 0x9E
	ConnectionRateExceeded              ReasonCode = 0x9F
	MaximumConnectTime                  ReasonCode = 0xA0
	SubscriptionIdentifiersNotSupported ReasonCode = 0xA1
	WildcardSubscriptionsNotSupported   ReasonCode = 0xA2
)

// The return codes of a 3.x CONNACK that refuses (MQTT 3.1.1, 3.2.2.3).
const (
	Refused3ProtocolVersion       ReasonCode = 1
	Refused3IdentifierRejected    ReasonCode = 2
	Refused3ServerUnavailable     ReasonCode = 3
	Refused3BadUserNameOrPassword ReasonCode = 4
	Refused3NotAuthorized         ReasonCode = 5
)

// Failed reports whether the code says that the request was refused (MQTT 5.0,
// 2.4). In a 3.x CONNACK every code but 0 is a refusal, which this does not know.
func (c ReasonCode) Failed() bool { return c >= 0x80 }

// String returns the text that the reference client prints for the code of a
// 5.0 packet, "Unknown reason" for a code that the standard does not have.
func (c ReasonCode) String() string {
	switch {
	case c == Success:
		return "Success"
	case c == GrantedQoS1:
		return "Granted QoS 1"
	case c == GrantedQoS2:
		return "Granted QoS 2"
	case c == DisconnectWithWillMessage:
		return "Disconnect with Will Message"
	case c == NoMatchingSubscribers:
		return "No matching subscribers"
	case c == NoSubscriptionExisted:
		return "No subscription existed"
	case c == ContinueAuthentication:
		return "Continue authentication"
	case c == ReAuthenticate:
		return "Re-authenticate"
	case c >= UnspecifiedError && c <= WildcardSubscriptionsNotSupported:
		return failureTexts[c-UnspecifiedError]
	}
	return "Unknown reason"
}

// failureTexts has the texts of the codes from UnspecifiedError on, which leave
// no gap up to WildcardSubscriptionsNotSupported.
var failureTexts = [...]string{
	"Unspecified error",
	"Malformed Packet",
	"Protocol Error",
	"Implementation specific error",
	"Unsupported Protocol Version",
	"Client Identifier not valid",
	"Bad User Name or Password",
	"Not authorized",
	"Server unavailable",
	"Server busy",
	"Banned",
	"Server shutting down",
	"Bad authentication method",
	"Keep Alive timeout",
	"Session taken over",
	"Topic Filter invalid",
	"Topic Name invalid",
	"Packet Identifier in use",
	"Packet Identifier not found",
	"Receive Maximum exceeded",
	"Topic Alias invalid",
	"Packet too large",
	"Message rate too high",
	"Quota exceeded",
	"Administrative action",
	"Payload format invalid",
	"Retain not supported",
	"QoS not supported",
	"Use another server",
	"Server moved",
	"Shared Subscriptions not supported",
	"Connection rate exceeded",
	"Maximum connect time",
	"Subscription identifiers not supported",
	"Wildcard Subscriptions not supported",
}

// ConnackText returns the text that the reference client prints for the code of
// a CONNACK of version v, without a final full stop. In 3.x the codes have texts
// of their own.
func ConnackText(v Version, code ReasonCode) string {
	if v == V5 {
		return code.String()
	}
	switch code {
	case Success:
		return "Connection Accepted"
	case Refused3ProtocolVersion:
		return "Connection Refused: unacceptable protocol version"
	case Refused3IdentifierRejected:
		return "Connection Refused: identifier rejected"
	case Refused3ServerUnavailable:
		return "Connection Refused: broker unavailable"
	case Refused3BadUserNameOrPassword:
		return "Connection Refused: bad user name or password"
	case Refused3NotAuthorized:
		return "Connection Refused: not authorised"
	}
	return "Connection Refused: unknown reason"
}
