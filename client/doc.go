// Package client is mosquitto_pub, mosquitto_sub and mosquitto_rr as functions: each takes the process as an [Env] and the
// words of its command line, and returns how the process is to end.
package client
