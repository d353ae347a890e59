package mqtt

import (
	"strconv"
	"strings"

	"github.com/eclipse/paho.golang/packets"
)

// PropertyID is the identifier of a 5.0 property (MQTT 5.0, 2.2.2.2, table 2-4).
type PropertyID byte

// The properties, by the standard's names.
const (
	PayloadFormatIndicator          = PropertyID(packets.PropPayloadFormat)
	MessageExpiryInterval           = PropertyID(packets.PropMessageExpiry)
	ContentType                     = PropertyID(packets.PropContentType)
	ResponseTopic                   = PropertyID(packets.PropResponseTopic)
	CorrelationData                 = PropertyID(packets.PropCorrelationData)
	SubscriptionIdentifier          = PropertyID(packets.PropSubscriptionIdentifier)
	SessionExpiryInterval           = PropertyID(packets.PropSessionExpiryInterval)
	AssignedClientIdentifier        = PropertyID(packets.PropAssignedClientID)
	ServerKeepAlive                 = PropertyID(packets.PropServerKeepAlive)
	AuthenticationMethod            = PropertyID(packets.PropAuthMethod)
	AuthenticationData              = PropertyID(packets.PropAuthData)
	RequestProblemInformation       = PropertyID(packets.PropRequestProblemInfo)
	WillDelayInterval               = PropertyID(packets.PropWillDelayInterval)
	RequestResponseInformation      = PropertyID(packets.PropRequestResponseInfo)
	ResponseInformation             = PropertyID(packets.PropResponseInfo)
	ServerReference                 = PropertyID(packets.PropServerReference)
	ReasonString                    = PropertyID(packets.PropReasonString)
	ReceiveMaximum                  = PropertyID(packets.PropReceiveMaximum)
	TopicAliasMaximum               = PropertyID(packets.PropTopicAliasMaximum)
	TopicAlias                      = PropertyID(packets.PropTopicAlias)
	MaximumQoS                      = PropertyID(packets.PropMaximumQOS)
	RetainAvailable                 = PropertyID(packets.PropRetainAvailable)
	UserProperty                    = PropertyID(packets.PropUser)
	MaximumPacketSize               = PropertyID(packets.PropMaximumPacketSize)
	WildcardSubscriptionAvailable   = PropertyID(packets.PropWildcardSubAvailable)
	SubscriptionIdentifierAvailable = PropertyID(packets.PropSubIDAvailable)
	SharedSubscriptionAvailable     = PropertyID(packets.PropSharedSubAvailable)
)

// PropertyType is the data type of a property's value (MQTT 5.0, 1.5). The
// numbers are those that the reference client prints in its errors.
type PropertyType byte

// The data types.
const (
	TypeByte       PropertyType = 1
	TypeUint16     PropertyType = 2 // Two Byte Integer
	TypeUint32     PropertyType = 3 // Four Byte Integer
	TypeVarint     PropertyType = 4 // Variable Byte Integer
	TypeBinary     PropertyType = 5
	TypeString     PropertyType = 6
	TypeStringPair PropertyType = 7
)

// places is a set of packet types; the bit of the unused packet type 0 stands
// for the Will Properties inside CONNECT.
type places uint16

const willProperties PacketType = 0

func (p places) has(t PacketType) bool { return t <= AUTH && p&(1<<t) != 0 }

type propertyInfo struct {
	name   string
	typ    PropertyType
	places places
}

const lastProperty = SharedSubscriptionAvailable

// propertyTable is indexed by identifier; unused identifiers have no name.
var propertyTable = [lastProperty + 1]propertyInfo{
	PayloadFormatIndicator:     {"payload-format-indicator", TypeByte, 1<<PUBLISH | 1<<willProperties},
	MessageExpiryInterval:      {"message-expiry-interval", TypeUint32, 1<<PUBLISH | 1<<willProperties},
	ContentType:                {"content-type", TypeString, 1<<PUBLISH | 1<<willProperties},
	ResponseTopic:              {"response-topic", TypeString, 1<<PUBLISH | 1<<willProperties},
	CorrelationData:            {"correlation-data", TypeBinary, 1<<PUBLISH | 1<<willProperties},
	SubscriptionIdentifier:     {"subscription-identifier", TypeVarint, 1<<PUBLISH | 1<<SUBSCRIBE},
	SessionExpiryInterval:      {"session-expiry-interval", TypeUint32, 1<<CONNECT | 1<<CONNACK | 1<<DISCONNECT},
	AssignedClientIdentifier:   {"assigned-client-identifier", TypeString, 1 << CONNACK},
	ServerKeepAlive:            {"server-keep-alive", TypeUint16, 1 << CONNACK},
	AuthenticationMethod:       {"authentication-method", TypeString, 1<<CONNECT | 1<<CONNACK | 1<<AUTH},
	AuthenticationData:         {"authentication-data", TypeBinary, 1<<CONNECT | 1<<CONNACK | 1<<AUTH},
	RequestProblemInformation:  {"request-problem-information", TypeByte, 1 << CONNECT},
	WillDelayInterval:          {"will-delay-interval", TypeUint32, 1 << willProperties},
	RequestResponseInformation: {"request-response-information", TypeByte, 1 << CONNECT},
	ResponseInformation:        {"response-information", TypeString, 1 << CONNACK},
	ServerReference:            {"server-reference", TypeString, 1<<CONNACK | 1<<DISCONNECT},
	// Not legal in a will, but the reference client sends it there and leaves the refusal to the broker.
	ReasonString: {"reason-string", TypeString,
		1<<CONNACK | 1<<PUBACK | 1<<PUBREC | 1<<PUBREL | 1<<PUBCOMP | 1<<SUBACK | 1<<UNSUBACK | 1<<DISCONNECT | 1<<AUTH | 1<<willProperties},
	ReceiveMaximum:                  {"receive-maximum", TypeUint16, 1<<CONNECT | 1<<CONNACK},
	TopicAliasMaximum:               {"topic-alias-maximum", TypeUint16, 1<<CONNECT | 1<<CONNACK},
	TopicAlias:                      {"topic-alias", TypeUint16, 1 << PUBLISH},
	MaximumQoS:                      {"maximum-qos", TypeByte, 1 << CONNACK},
	RetainAvailable:                 {"retain-available", TypeByte, 1 << CONNACK},
	UserProperty:                    {"user-property", TypeStringPair, 1<<CONNECT | 1<<CONNACK | 1<<PUBLISH | 1<<PUBACK | 1<<PUBREC | 1<<PUBREL | 1<<PUBCOMP | 1<<SUBSCRIBE | 1<<SUBACK | 1<<UNSUBSCRIBE | 1<<UNSUBACK | 1<<DISCONNECT | 1<<AUTH | 1<<willProperties},
	MaximumPacketSize:               {"maximum-packet-size", TypeUint32, 1<<CONNECT | 1<<CONNACK},
	WildcardSubscriptionAvailable:   {"wildcard-subscription-available", TypeByte, 1 << CONNACK},
	SubscriptionIdentifierAvailable: {"subscription-identifier-available", TypeByte, 1 << CONNACK},
	SharedSubscriptionAvailable:     {"shared-subscription-available", TypeByte, 1 << CONNACK},
}

// PropertyByName finds a property by its name on the reference client's command
// line, such as "user-property"; upper and lower case are the same.
func PropertyByName(name string) (PropertyID, bool) {
	for id := range propertyTable {
		if info := &propertyTable[id]; info.name != "" && strings.EqualFold(info.name, name) {
			return PropertyID(id), true
		}
	}
	return 0, false
}

// info returns nil for an identifier that the standard does not have.
func (id PropertyID) info() *propertyInfo {
	if id > lastProperty || propertyTable[id].typ == 0 {
		return nil
	}
	return &propertyTable[id]
}

// Name returns the name of the property on the reference client's command line,
// "" for an identifier that the standard does not have.
func (id PropertyID) Name() string {
	if info := id.info(); info != nil {
		return info.name
	}
	return ""
}

// String returns the name, or "property N" for an identifier without one.
func (id PropertyID) String() string {
	if info := id.info(); info != nil {
		return info.name
	}
	return "property " + strconv.Itoa(int(id))
}

// Type returns the data type of the property's value, 0 for an identifier that
// the standard does not have.
func (id PropertyID) Type() PropertyType {
	if info := id.info(); info != nil {
		return info.typ
	}
	return 0
}

// AllowedIn reports whether the property may be in a packet of type t (MQTT 5.0,
// 2.2.2.2, table 2-4), sent by whichever side.
func (id PropertyID) AllowedIn(t PacketType) bool {
	info := id.info()
	return info != nil && t != willProperties && info.places.has(t)
}

// AllowedInWill reports whether the property may be among the Will Properties
// (MQTT 5.0, 3.1.3.2). For Reason String it says yes, as the reference client
// does, though the standard does not have it there.
func (id PropertyID) AllowedInWill() bool {
	info := id.info()
	return info != nil && info.places.has(willProperties)
}
