// Package output turns a received message into the bytes that mosquitto_sub and mosquitto_rr put on stdout: the plain
// payload, "topic payload" (-v), a format of the user's (-F), and JSON.
//
// A format is compiled once and run for every message; running it appends to the caller's buffer and does not allocate
// once that buffer has grown. The behaviour is that of mosquitto 2.1.2 with the C locale and cJSON 1.7.15.
package output
