package cause

// Group is a part of the catalogue: where the fault lies.
type Group int

// The groups. The zero value is that of an identifier which the catalogue does not have.
const (
	GroupFiles       Group = iota + 1 // options and files on this side
	GroupServer                       // the broker's certificate and its name, as judged on this side
	GroupClient                       // the client's certificate, as judged by the broker
	GroupNegotiation                  // what the two sides can do, and the path between them
	GroupLookup                       // the names that had to be looked up
	GroupProxy                        // the proxy on the way
	GroupWebSocket                    // the WebSocket that was to carry MQTT
)

// GroupOf returns the group of the cause with this identifier.
func GroupOf(id string) Group {
	for group, lists := range map[Group][][]Cause{
		GroupFiles: {files()}, GroupServer: {serverCertificate(), serverName()}, GroupClient: {clientCertificate()}, GroupNegotiation: {negotiation()},
		GroupLookup: {lookup()}, GroupProxy: {proxy()}, GroupWebSocket: {webSocket()},
	} {
		for _, list := range lists {
			for _, c := range list {
				if c.ID == id {
					return group
				}
			}
		}
	}
	return 0
}
