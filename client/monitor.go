package client

import (
	"math/rand/v2"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// monitor starts what --message-rate or --watch print besides messages. The result stops it.
func (s *subscriber) monitor() (stop func()) {
	switch {
	case s.o.MessageRate:
		return s.printRate()
	case s.o.Watch:
		s.output = s.printer.startWatch(s.o.Host)
	}
	return func() {}
}

// printRate prints a line every second.
func (s *subscriber) printRate() (stop func()) {
	ticker, quit := time.NewTicker(time.Second), make(chan struct{})
	go func() {
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				_, _ = s.out.Write(s.printer.rate.AppendLine(nil))
				_ = s.out.Flush()
			}
		}
	}()
	return func() { ticker.Stop(); close(quit) }
}

// filteredOut tells whether -T drops a topic.
func (s *subscriber) filteredOut(topic []byte) bool {
	for _, filter := range s.o.FilterOut {
		if mqtt.MatchTopic(filter, string(topic)) {
			return true
		}
	}
	return false
}

// lucky tells whether --random-filter lets a message through.
func (s *subscriber) lucky() bool {
	chance := float64(s.o.RandomFilter)
	return chance == 0 || rand.Float64()*100 < chance
}
