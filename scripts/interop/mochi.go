package main

import (
	"log/slog"
	"net"

	"github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

// embedded is the broker that needs no program.
type embedded struct {
	server *mqtt.Server
	port   int
}

// startMochi starts it on a port of the loopback that the kernel chooses.
func startMochi() (*embedded, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)})
	if err := s.AddHook(new(open), nil); err != nil {
		return nil, err
	}
	if err := s.AddListener(listeners.NewNet("plain", l)); err != nil {
		return nil, err
	}
	return &embedded{s, l.Addr().(*net.TCPAddr).Port}, s.Serve()
}

// open lets everybody do everything.
type open struct{ mqtt.HookBase }

// Provides tells the server which of the hook's functions to call.
func (*open) Provides(function byte) bool {
	return function == mqtt.OnConnectAuthenticate || function == mqtt.OnACLCheck
}

// OnConnectAuthenticate lets everybody in.
func (*open) OnConnectAuthenticate(*mqtt.Client, packets.Packet) bool { return true }

// OnACLCheck allows every topic.
func (*open) OnACLCheck(*mqtt.Client, string, bool) bool { return true }
