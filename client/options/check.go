package options

import (
	"errors"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// check holds the options of a finished command line against one another, in the order of the reference, and then what
// only culex has. The first fault is reported.
func (o *Client) check(rules ...rule) error {
	for _, rule := range append(o.rules(), rules...) {
		if rule.broken {
			return o.call.lineError("%s", rule.text)
		}
	}
	return o.checkProperties()
}

// finish checks what only culex has, and reads the password and the pass phrase where the options say.
func (o *Client) finish(env Environment) error {
	if err := o.checkOwnTLS(); err != nil {
		return err
	}
	if err := o.checkPSK(); err != nil {
		return err
	}
	if err := o.takePassPhrase(env); err != nil {
		return err
	}
	if err := o.checkCurves(env); err != nil {
		return err
	}
	if err := o.takeWay(env); err != nil {
		return err
	}
	return o.takePassword(env)
}

// check adds what only mosquitto_sub checks.
func (o *Sub) check() error {
	err := o.Client.check(rule{
		len(o.Topics) == 0 && len(o.Unsubscribe) == 0,
		"You must specify a topic to subscribe to (-t) or unsubscribe from (-U).",
	})
	if err == nil && bool(o.SkipRetained) && o.RetainedOnly {
		err = &UsageError{Text: "\nError: Combining '-R' and '--retained-only' makes no sense.\n"}
	}
	return err
}

// rule is a condition on several options, and the error where it does not hold.
type rule struct {
	broken bool
	text   string
}

func (o *Client) rules() []rule {
	v5 := o.Version == ProtocolVersion(mqtt.V5)
	return []rule{
		{o.WillPayload != nil && o.WillTopic == "", "Will payload given, but no will topic given."},
		{o.WillRetain && o.WillTopic == "", "Will retain given, but no will topic given."},
		{(o.Cert == nil) != (o.Key == nil) && !o.bundle, "Both certfile and keyfile must be provided if one of them is set."},
		{o.KeyForm != nil && o.Key == nil, "If keyform is set, keyfile must be also specified."},
		{o.EnginePassword != nil && (o.Engine == nil || o.KeyForm == nil), "when using tls-engine-kpass-sha1, both tls-engine and keyform must also be provided."},
		{o.PSK != nil && (o.CAFile != nil || o.CAPath != nil), "Only one of --psk or --cafile/--capath may be used at once."},
		{o.PSK != nil && o.PSKIdentity == nil, "--psk-identity required if --psk used."},
		{v5 && o.SessionExpiry() == NeverExpires && o.ID == nil, "You must provide a client id if you are using an infinite session expiry interval."},
		{!v5 && o.Persistent && o.ID == nil, "You must provide a client id if you are using the -c option."},
	}
}

// checkProperties holds the property lists against the standard (MQTT 5.0, 2.2.2.2).
func (o *Client) checkProperties() error {
	for _, list := range []struct {
		packet string
		err    error
	}{
		{"CONNECT", o.connectProperties().Check(mqtt.CONNECT)},
		{"PUBLISH", o.Properties.Publish.Check(mqtt.PUBLISH)},
		{"SUBSCRIBE", o.Properties.Subscribe.Check(mqtt.SUBSCRIBE)},
		{"UNSUBSCRIBE", o.Properties.Unsubscribe.Check(mqtt.UNSUBSCRIBE)},
		{"DISCONNECT", o.Properties.Disconnect.Check(mqtt.DISCONNECT)},
		{"Will", o.Properties.Will.CheckWill()},
	} {
		if list.err == nil {
			continue
		}
		what := "A network protocol error occurred when communicating with the broker"
		if errors.Is(list.err, mqtt.ErrDuplicateProperty) {
			what = "Duplicate property in property list"
		}
		if o.Quiet {
			return &UsageError{Text: o.call.hint()}
		}
		return o.call.propertyError("Error in %s properties: %s", list.packet, what)
	}
	return nil
}
