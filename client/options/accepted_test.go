package options_test

// accepted is a difference between the installed reference, mosquitto 2.0, and culex that is meant to be. It covers a
// command line if all its expressions match: argv the words of the command line, each between blanks; reference and ours
// the outcomes. An outcome is the text on stderr, or "(connects)". Without expressions the difference does not show in
// argv alone; it is listed here because this is the list.
type accepted struct {
	id, why               string
	argv, reference, ours string
}

const anything = `(?s).*`

// acceptedDifferences is the one list of what the options of culex do differently.
func acceptedDifferences() []accepted {
	return append(since21(), ofOurOwn()...)
}

// since21 are the differences between 2.0, which is installed, and 2.1, which is the model.
func since21() []accepted {
	const hint = `\n\nUse '.*' to see usage\.\n$`
	return []accepted{
		{"2.1-options", "2.1 has new options", ``, `^Error: Unknown option '(-o|--no-tls|--ws|--tls-keylog|--retain-handling|-w|--watch|--message-rate|--latency)'\.\n`, anything},
		{"2.1-full-stop", "texts of the library have lost their full stop", ``, `^Unable to connect \(This feature is not supported\.\)\.\n$`, `^Unable to connect \(This feature is not supported\)\.\n$`},
		{"2.1-full-stop-properties", "texts of the library have lost their full stop", ``, `^Error in \w+ properties: A network protocol error occurred when communicating with the broker\.` + hint, `^Error in \w+ properties: A network protocol error occurred when communicating with the broker` + hint},
		{"2.1-invalid-input", "2.1 words the error about a socket path in another way", ``, `^Unable to connect \(Invalid function arguments provided\.\)\.\n$`, `^Unable to connect \(Invalid input\)\.\n$`},
		{"2.1-expiry-infinite", "-x switches to MQTT 5, where an unlimited session needs an identifier", ` -x `, anything, `^Error: You must provide a client id if you are using an infinite session expiry interval\.`},
		{"2.1-expiry-version", "-x switches to MQTT 5, where -c goes without -i", ` -x `, `^Error: You must provide a client id if you are using the -c option\.`, anything},
		{"2.1-option-file", "-o replaces the option file, and is looked for before all others, also in the place of a value", ` -o `, anything, `^\(connects\)$|^Error: (-o argument given but no options file specified|Duplicate -o argument given)\.`},
		{"2.1-expiry-password", "-x switches to MQTT 5, where a password may come alone", ` -x `, `^Error: Problem setting username and/or password\.\n$`, `^\(connects\)$`},
		{"2.1-no-topic", "mosquitto_sub may only unsubscribe, and the error says so", ``, `^Error: You must specify a topic to subscribe to\.` + hint, `^Error: You must specify a topic to subscribe to \(-t\) or unsubscribe from \(-U\)\.` + hint},
		{"2.1-unsubscribe-only", "mosquitto_sub may only unsubscribe", ` -U `, `^Error: You must specify a topic to subscribe to\.`, anything},
		{"2.1-property-words", "the errors of -D name the word", ` -D `, `^Error: Invalid (command|property name) given in --property argument\.\n` + hint, `^Error: Invalid (command|property name) .* given in --property argument\.\n` + hint},
		{"2.1-property-suback", "-D knows SUBACK and UNSUBACK", `(?i) -D (suback|unsuback) `, `^Error: Invalid command given in --property argument\.\n`, `^Error: .* property not (allowed|supported) for (?i:suback|unsuback) in --property argument\.`},
		{"2.1-url-scheme", "a capital letter in the error about a URL's scheme", ``, `^Error: unsupported URL scheme\.`, `^Error: Unsupported URL scheme\.`},
		{"2.1-web-socket-url", "-L knows ws and wss", ` -L wss?:`, `^Error: unsupported URL scheme\.`, anything},
		{"2.1-empty-topic", "an empty topic is refused at once (2.0.21)", ``, anything, `^Error: Invalid (publish|will|response|subscription|filter|unsubscribe) topic '',`},
		{"2.1-levels", "more than 200 levels are refused (2.0.12)", ``, `^\(connects\)$`, `^Error: Invalid publish topic '/{201}',`},
		{"2.1-property-values", "a Payload Format Indicator above 1 and a Response Topic with wildcards are refused (2.0.12, 2.0.20)", ` (payload-format-indicator|response-topic) `, anything, `^Error in (PUBLISH|Will) properties: A network protocol error`},
		{"2.1-format", "-F has separators, %f and %d", ` -F `, `^Error: Invalid format specifier '[ -/:-@\[-` + "`" + `{-~fd]'\.`, anything},
		{"2.1-proxy-address", "--proxy takes IPv6 addresses", ` --proxy socks5h://\S*\[`, `^\nUse '`, anything},
		{"2.1-proxy-colon", "--proxy says what is wrong with a second colon", ` --proxy `, `^\(connects\)$`, `^Error: Username cannot contain ':'\.`},
	}
}

// ofOurOwn are the differences that culex has chosen.
func ofOurOwn() []accepted {
	return []accepted{
		{"own-options", "culex has options of its own", ``, `^Error: Unknown option '--(strict|pw-file|pw-env|connect-timeout|retry-connect|reconnect-timeout|tls-no-verify|tls-server-name|diag-format|log-format|json-safe|key-pass-file|key-pass-env|crl-file|tls-pin|tls-curves|tls-session-dir|spool|spool-max|spool-age|ws-path|ws-header|resolve)'\.`, anything},
		{"srv", "-S is built in; Debian leaves it out", ``, `^Error: Unknown option '-S'\.`, anything},
		{"own-proxies", "--proxy knows socks5:// and http:// proxies, and takes them from the environment", ` --proxy (socks5://|http://|env )`, `^Error: Unsupported proxy protocol: `, anything},
		{"proxy-secret", "the error about the protocol of --proxy does not show a password", ` --proxy \S*@`, `^Error: Unsupported proxy protocol: .*@`, `^Error: Unsupported proxy protocol: .*\*\*\*@`},
		{"port-not-a-number", "a word that is no number makes a Unix socket out of the host: nobody wants that", ` (-p|--port|-L|--url) `, anything, `^Error: Invalid port given: `},
		{"wide-numbers", "numbers are read with 64 bits and never wrap around", ` [-+]?\d{10,} `, anything, `^Error: .*(\d{10,}|Maximum inflight|must be between|must be >0)`},
		{"wide-numbers-accepted", "numbers are read with 64 bits, and more than the largest int32 is as good as that", ` (-M|-C|-W|--repeat) \d{10,} `, `^Error: `, anything},
		{"random-filter", "--random-filter is a true per cent; the reference is wrong by a factor of ten", ` --random-filter `, `^\(connects\)$`, `^Error: --random-filter chance must be between 0\.1-100\.0\n`},
		{"id-explained", "an identifier that is not UTF-8 or too long gets an error; the reference exits in silence", ` (-i|-I) `, `^$`, `^Error: Invalid id`},
		{"property-in-file", "-D works in an option file: the line is split at its blanks", ``, `^Error: --property argument given but not enough arguments specified\.`, anything},
		{"property-left-over", "properties that a later -V takes away are an error; the reference waits for ever, or drops the message", ` -V `, `^\(connects\)$`, `^Error: \w+ properties need MQTT 5\.0, but -V asks for`},
		{"property-text", "the value of a user property must be UTF-8, too", ` user-property `, `^\(connects\)$`, `^Error adding property user-property 7\n`},
		{"subscription-identifier", "a Subscription Identifier of 0 is a protocol error", ` subscription-identifier `, anything, `^Error in SUBSCRIBE properties: A network protocol error`},
		{"property-empty", "2.0 dies of an empty Authentication Method", ` authentication-method `, `^\(died\)`, anything},
		{"lengths", "what does not fit its length field on the wire is refused", ` a{1000}`, anything, `^Error:? (Problem setting (will|username and/or password)\.|Invalid id|adding property)`},
		{"no-engines", "culex has no OpenSSL engines", ` (--tls-engine|--keyform) `, anything, `^Error: (Problem setting TLS engine, is .* a valid engine\?|--keyform engine needs a TLS engine, and culex has none\.)\ntls: culex has no OpenSSL engines: .*\n$`},
		{"alpn-length", "a name that ALPN cannot carry is refused at once, and not in the handshake", ` --tls-alpn a{255}`, `^\(connects\)$`, `^Error: Problem setting TLS ALPN protocol\.\n$`},
		{"url-address", "a URL may hold an IPv6 address in brackets; the reference takes it for a path", ``, ``, ``},
		{"version-text", "--help and --version speak of culex", ``, ``, ``},
		{"hint", "called as culex pub, sub or rr the hint names the program so", ``, ``, ``},
		{"tls-version-case", "--tls-version takes capital letters; the reference accepts and then refuses them", ``, ``, ``},
		{"insecure-only-name", "--insecure leaves out the check of the name, whatever other TLS options are given", ``, ``, ``},
		{"proxy-at-sign", "%40 in the user name or password of --proxy is an @; the reference makes a colon of it", ``, ``, ``},
		{"retain-handling", "of -R and --retain-handling the last one wins; the reference mixes them to a value that it cannot send", ``, ``, ``},
		{"file-devices", "-f reads whatever can be read, as 2.0 did only for regular files and 2.1 does still less", ``, ``, ``},
		{"nodelay", "--nodelay changes nothing: small packets are never held back", ``, ``, ``},
	}
}
