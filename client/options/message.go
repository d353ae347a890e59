package options

// Message says where a message comes from. At most one field is set.
type Message struct {
	// Text is the message itself, nil if it comes from elsewhere; it may be empty.
	Text *Payload `name:"message" short:"m" noun:"message" placeholder:"TEXT" xor:"message" once:"" clash:"Only one type of message can be sent at once." help:"The message."`
	// File is a file that holds the message.
	File *string `name:"file" short:"f" noun:"file" placeholder:"FILE" xor:"message" once:"" clash:"Only one type of message can be sent at once." help:"Read the message from a file."`
	// Stdin makes the whole standard input one message.
	Stdin bool `name:"stdin-file" short:"s" xor:"message" once:"" clash:"Only one type of message can be sent at once." help:"Read the message from standard input, all of it."`
	// Null is an empty message.
	Null bool `name:"null-message" short:"n" xor:"message" once:"" clash:"Only one type of message can be sent at once." help:"Send an empty message."`
}

// Given tells whether there is a message to send.
func (m *Message) Given() bool {
	return m.Text != nil || m.File != nil || m.Stdin || m.Null
}

// Lines is the message source that mosquitto_rr does not have.
type Lines struct {
	// StdinLines makes each line of the standard input a message.
	StdinLines bool `name:"stdin-line" short:"l" xor:"message" once:"" clash:"Only one type of message can be sent at once." help:"Send each line of standard input as a message."`
}

// Publish says what mosquitto_pub publishes.
type Publish struct {
	// Topic is empty only until [Pub.CheckMessage] has passed.
	Topic TopicName `name:"topic" short:"t" noun:"topic" kind:"publish" placeholder:"TOPIC" help:"The topic to publish to."`
	// Retain makes the broker keep the message for later subscribers.
	Retain bool `name:"retain" short:"r" help:"Ask the broker to keep the message for later subscribers."`
	// Repeat is how many times the message is published.
	Repeat Repeat `name:"repeat" noun:"count" placeholder:"COUNT" since:"1.6" help:"Publish the message this many times (1)."`
	// RepeatDelay is the pause between two times.
	RepeatDelay Delay `name:"repeat-delay" noun:"time" placeholder:"SECONDS" since:"1.6" help:"Pause between two times; fractions count (0)."`
}

// Request says what mosquitto_rr publishes, and where it waits for the answer.
type Request struct {
	// Topic is where the request goes.
	Topic TopicName `name:"topic" short:"t" noun:"topic" kind:"publish" placeholder:"TOPIC" help:"The topic to send the request to."`
	// ResponseTopic is where the response is expected.
	ResponseTopic TopicName `short:"e" noun:"response topic" kind:"response" placeholder:"TOPIC" help:"The topic on which to expect the response."`
	// Latency prints the time between request and response.
	Latency bool `name:"latency" since:"2.1" help:"Print how long the response took."`
}
