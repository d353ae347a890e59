package client

import (
	"sync"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/session"
)

// clearer publishes an empty retained message to each topic that it is given, beside the goroutine that receives, which
// must go on reading the acknowledgements.
type clearer struct {
	mu      sync.Mutex
	queue   [][]byte
	running bool
	used    bool
	pending sync.WaitGroup
}

func (c *clearer) add(s *session.Session, topic []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = append(c.queue, append([]byte(nil), topic...))
	c.used = true
	c.pending.Add(1)
	if !c.running {
		c.running = true
		go c.run(s)
	}
}

func (c *clearer) run(s *session.Session) {
	for topic := c.next(); topic != nil; topic = c.next() {
		_, err := s.Publish(&mqtt.Publish{Topic: topic, QoS: 1, Retain: true})
		if err == nil {
			s.Flush()
		}
		c.pending.Done() // also at the end of the session, when nothing more can be cleared
	}
}

// next returns nil when the queue is empty, and then nothing runs any more.
func (c *clearer) next() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		c.running = false
		return nil
	}
	topic := c.queue[0]
	c.queue = c.queue[1:]
	return topic
}

// busy tells whether there was ever anything to clear.
func (c *clearer) busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used
}

// leaveAfter disconnects once all of it is acknowledged.
func (c *clearer) leaveAfter(s *session.Session) {
	c.pending.Wait()
	if s.Drain() == nil {
		s.Disconnect(mqtt.Success)
	}
}
