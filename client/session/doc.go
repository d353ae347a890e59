// Package session keeps one client's MQTT session with a broker: it connects, publishes, subscribes, acknowledges,
// pings, reconnects and leaves, for MQTT 3.1, 3.1.1 and 5.0 alike.
//
// A [Session] outlives its network connections. [Session.Run] dials, reads and, where the [Retry] policy allows,
// dials again; any goroutine may publish meanwhile. Nothing that was accepted for publishing is dropped in silence:
// it is acknowledged, sent again on the next connection, or reported by the error with which Run ends.
package session
