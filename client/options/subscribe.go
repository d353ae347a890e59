package options

// Subscribe says what mosquitto_sub subscribes to, and for how long.
type Subscribe struct {
	// Topics are the topic filters to subscribe to.
	Topics TopicFilters `name:"topic" short:"t" noun:"topic" kind:"subscription" placeholder:"FILTER" help:"A topic filter to subscribe to; may be given again."`
	// FilterOut drops messages whose topic matches one of these filters.
	FilterOut TopicFilters `name:"filter-out" short:"T" noun:"topic filter" kind:"filter" placeholder:"FILTER" help:"Drop messages on topics that match; may be given again."`
	// Unsubscribe are the topic filters to unsubscribe from.
	Unsubscribe TopicFilters `name:"unsubscribe" short:"U" noun:"unsubscribe topic" kind:"unsubscribe" placeholder:"FILTER" since:"1.5" help:"A topic filter to unsubscribe from; may be given again."`
	// Count ends the program after so many messages; 0 means never.
	Count Count `short:"C" noun:"count" placeholder:"COUNT" help:"Leave after this many messages."`
	// Exit ends the program after SUBACK.
	Exit bool `short:"E" since:"1.6" help:"Leave once the broker has answered the subscriptions."`
	// RetainedOnly ends the program at the first message that is not a retained one.
	RetainedOnly bool `name:"retained-only" since:"1.5" help:"Print retained messages, and leave at the first other one."`
	// RemoveRetained clears each retained message received.
	RemoveRetained bool `name:"remove-retained" since:"1.6" help:"Clear each retained message that arrives."`
	// RandomFilter is the per cent of messages to print; 0 means all.
	RandomFilter Chance `name:"random-filter" noun:"chance" placeholder:"PERCENT" since:"2.0" help:"Print this share of the messages, picked at random."`
}

// Retained says how retained messages are treated.
type Retained struct {
	// SkipRetained drops messages with the retain flag.
	SkipRetained SkipRetained `short:"R" help:"Drop retained messages that the broker had kept."`
	// AsPublished is the subscription option Retain As Published [MQTT-3.8.3.1].
	AsPublished bool `name:"retain-as-published" since:"1.6" help:"Have the broker leave the retain flag as published (MQTT 5)."`
	// Handling is the subscription option Retain Handling [MQTT-3.8.3.1]; -R stands for RetainNever.
	Handling RetainHandling `name:"retain-handling" noun:"option" placeholder:"WHEN" words:"always new never" since:"2.1" help:"When the broker sends retained messages: always, new or never (MQTT 5)."`
}

// Output says what is printed.
type Output struct {
	// Format is the format of -F, nil if there is none; it has passed Environment.CheckFormat.
	Format *Format `short:"F" noun:"format" placeholder:"FORMAT" since:"1.5" help:"Print each message in this format."`
	// Verbose prints the topic before the message; Format takes precedence.
	Verbose bool `name:"verbose" short:"v" help:"Print the topic before each message."`
	// NoNewline prints no line end after a message.
	NoNewline bool `short:"N" help:"Print no line end after a message."`
	// Pretty prints JSON on several lines.
	Pretty bool `name:"pretty" since:"2.0" help:"Print JSON on several lines."`
	// JSONSafe keeps JSON valid whatever a message holds.
	JSONSafe bool `name:"json-safe" since:"culex" help:"Print valid JSON whatever a message holds."`
	// Timeout ends the program after so many seconds; 0 means never.
	Timeout Timeout `short:"W" noun:"timeout" placeholder:"SECONDS" since:"1.5" help:"Leave after this many seconds, with status 27."`
}

// Monitor are the two ways of mosquitto_sub to print something else than messages one after the other.
type Monitor struct {
	// Watch keeps the newest message of each topic on its own line of the terminal.
	Watch bool `name:"watch" short:"w" since:"2.1" help:"Keep one line of the terminal for each topic."`
	// MessageRate prints how many messages arrive in each second.
	MessageRate bool `name:"message-rate" since:"2.1" help:"Print the number of messages in each second, nothing else."`
}
