# Completion of culex for fish.
# Made by scripts/docs; do not edit.
#
# Put it into a directory of fish_complete_path, such as
# /usr/share/fish/vendor_completions.d, together with the files of the names of
# mosquitto.

# The word to complete is the first.
function __culex_first
    test (count (commandline -opc)) -eq 1
end

# The word to complete is the second of a command whose first is given.
function __culex_second
    set -l words (commandline -opc)
    test (count $words) -eq 2; and test $words[2] = $argv[1]
end

# The command is one of the given ones. A blank in its name is a hyphen here.
function __culex_command
    set -l words (commandline -opc)
    test (count $words) -ge 2; or return
    contains -- $words[2] $argv; and return
    test (count $words) -ge 3; and contains -- $words[2]-$words[3] $argv
end

# The word to complete stands after -D and the given packet.
function __culex_packet
    set -l words (commandline -opc)
    test (count $words) -ge 4; and test "$words[-1]" = $argv[1]; and contains -- $words[-2] -D --property
end

complete -c culex -f
complete -c culex -n __culex_first -a pub -d 'Send a message, or one for each line of the input, to a topic at an MQTT broker.'
complete -c culex -n __culex_first -a sub -d 'Subscribe to topics at an MQTT broker and print the messages that arrive.'
complete -c culex -n __culex_first -a rr -d 'Send a request to a topic at an MQTT broker and print the first response.'
complete -c culex -n __culex_first -a check -d 'Connect to an MQTT broker, send a message to oneself and see it come back.'
complete -c culex -n __culex_first -a link -d 'Make links in a directory, by which this program takes the place of mosquitto_pub, mosquitto_sub and mosquitto_rr.'
complete -c culex -n __culex_first -a unlink -d 'Remove the links that culex link has made in a directory.'
complete -c culex -n __culex_first -a spool -d 'A group of commands.'
complete -c culex -n '__culex_second spool' -l help -d 'List the commands.'
complete -c culex -n '__culex_second spool' -a status -d 'Say what waits in a spool: how many messages, how old, for which broker and topics.'
complete -c culex -n '__culex_second spool' -a flush -d 'Deliver the messages of a spool to their MQTT broker, in their order.'
complete -c culex -n '__culex_second spool' -a drop -d 'Throw away all messages of a spool, and say what they were.'
complete -c culex -n __culex_first -a tlsdiag -d 'A group of commands.'
complete -c culex -n '__culex_second tlsdiag' -l help -d 'List the commands.'
complete -c culex -n '__culex_second tlsdiag' -a probe -d 'Connect to an MQTT broker and say everything that is wrong, in the order to put it right.'
complete -c culex -n '__culex_second tlsdiag' -a files -d 'Say what certificate files, keys and CA files hold, whether they fit together, and for how long.'
complete -c culex -n '__culex_second tlsdiag' -a explain -d 'Say what other programs\' messages about TLS mean: who refused whom, why, and what to check.'
complete -c culex -n '__culex_second tlsdiag' -a pcap -d 'Say of every TLS and MQTT connection in a packet capture how it went, and why those failed that did.'
complete -c culex -n '__culex_second tlsdiag' -a conf -d 'Read a broker\'s configuration and its files, and say per listener what will break, and for whom.'
complete -c culex -n '__culex_second tlsdiag' -a alert -d 'Say what a TLS alert means to an MQTT broker and its clients, by who sent it.'
complete -c culex -n '__culex_second tlsdiag' -a replay -d 'Make a report again from the evidence that --diag-format json has recorded.'
complete -c culex -n __culex_first -l help -d 'Say what culex is.'
complete -c culex -n __culex_first -l version -d 'Print the version.'

complete -c culex -n '__culex_command pub' -o t -l topic -x -d 'The topic to publish to.'
complete -c culex -n '__culex_command pub' -o r -l retain -d 'Ask the broker to keep the message for later subscribers.'
complete -c culex -n '__culex_command pub' -l repeat -x -d 'Publish the message this many times (1).'
complete -c culex -n '__culex_command pub' -l repeat-delay -x -d 'Pause between two times; fractions count (0).'
complete -c culex -n '__culex_command pub rr' -o m -l message -x -d 'The message.'
complete -c culex -n '__culex_command pub rr' -o f -l file -r -F -d 'Read the message from a file.'
complete -c culex -n '__culex_command pub rr' -o s -l stdin-file -d 'Read the message from standard input, all of it.'
complete -c culex -n '__culex_command pub rr' -o n -l null-message -d 'Send an empty message.'
complete -c culex -n '__culex_command pub' -o l -l stdin-line -d 'Send each line of standard input as a message.'
complete -c culex -n '__culex_command pub' -l spool -x -a '(__fish_complete_directories)' -d 'Keep here what cannot be delivered now, for later; needs -q 1 or 2.'
complete -c culex -n '__culex_command pub' -l spool-max -x -d 'Refuse what would make them take more bytes on disk than this (16M).'
complete -c culex -n '__culex_command pub' -l spool-age -x -d 'Drop those that are older: 90, 90s, 15m, 12h or 7d (never).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o h -l host -x -a '(__fish_print_hostnames)' -d 'The broker\'s name or address (localhost).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o p -l port -x -d 'The broker\'s port (1883, or 8883 with --cafile, --capath or --psk).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l unix -r -F -d 'Connect to a Unix domain socket instead of a host and port.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o L -l url -x -d 'mqtt://[user[:password]@]host[:port]/topic in one word; also mqtts, ws, wss.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o A -x -d 'Connect from this local address or host name.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o S -d 'Look up the broker\'s host and port in DNS SRV records of the host.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l nodelay -d 'Send small packets at once (culex always does).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l proxy -x -d 'Go through a proxy: socks5h or http://[user[:password]@]host[:port], or env.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l ws -d 'Speak MQTT over WebSocket.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l ws-path -r -F -d 'The path of the WebSocket (/mqtt).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l ws-header -x -d 'Send this to the web server, too: \'Name: value\'; may be repeated.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l resolve -x -d 'Take this address for HOST and PORT, instead of a name lookup.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o u -l username -x -d 'The user name to log in with.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o P -l pw -x -d 'The password, for every user of this machine to see in the process list.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l pw-file -r -F -d 'Read the password from a file; a line end after it is dropped.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l pw-env -x -d 'Take the password from an environment variable.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o i -l id -x -d 'The client identifier (chosen by the broker).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o I -l id-prefix -x -d 'Make the client identifier from this prefix and the process identifier.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o V -l protocol-version -x -a '31 311 5' -d 'The MQTT version: 31, 311 or 5 (311; for requests and responses 5).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o k -l keepalive -x -d 'The keep alive interval (60).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o c -l disable-clean-session -d 'Keep the session at the broker between connections; needs -i.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o x -x -d 'How long the session outlives the connection; -1 for ever. Switches to MQTT 5.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o q -l qos -x -a '0 1 2' -d 'The quality of service: 0, 1 or 2 (0).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o M -x -d 'How many QoS 1 and 2 messages may be unacknowledged (20).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o D -l property -x -a 'connect publish subscribe unsubscribe disconnect will' -d 'Add an MQTT 5 property to a packet. Switches to MQTT 5.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l will-topic -x -d 'The topic of the will.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l will-payload -x -d 'The will\'s message (empty).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l will-qos -x -a '0 1 2' -d 'The will\'s quality of service (0).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l will-retain -d 'Make the will a retained message.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l cafile -r -F -d 'Trust the CA certificates in this file. Turns TLS on.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l capath -x -a '(__fish_complete_directories)' -d 'Trust the CA certificates in this directory (openssl rehash). Turns TLS on.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-use-os-certs -d 'Trust the CA certificates of the operating system. Turns TLS on.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l cert -r -F -d 'The client\'s certificate and its chain, or a PKCS #12 bundle.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l key -r -F -d 'The private key of the client\'s certificate.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l keyform -x -a 'pem' -d 'The form of the private key: pem.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l psk -x -d 'A pre-shared key in hexadecimal. Turns TLS on, without certificates.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l psk-identity -x -d 'The name of the pre-shared key.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l insecure -d 'Do not compare the broker\'s name with its certificate.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-no-verify -d 'Do not check the broker\'s certificate at all.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-server-name -x -d 'Expect the broker\'s certificate to be for this name.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-version -x -a 'tlsv1.3 tlsv1.2 tlsv1.1' -d 'The lowest TLS version: tlsv1.3, tlsv1.2 or tlsv1.1 (tlsv1.2).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l ciphers -x -d 'The cipher suites to allow, as an OpenSSL cipher list.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-alpn -x -d 'Offer this application protocol (ALPN).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-keylog -r -F -d 'Append the secrets of the session to this file, for a network analyser.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-session-dir -x -a '(__fish_complete_directories)' -d 'Keep TLS sessions in this directory, for the next run to resume.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l no-tls -d 'Never use TLS, whatever the other options say.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-engine -x -d 'An OpenSSL engine (culex has none).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-engine-kpass-sha1 -x -d 'The SHA-1 hash of the password of an engine\'s key (culex has no engines).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l key-pass-file -r -F -d 'Read the pass phrase of the key from the first line of a file.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l key-pass-env -x -d 'Take the pass phrase of the key from an environment variable.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l crl-file -r -F -d 'Refuse a broker whose certificate is on this revocation list.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-pin -x -d 'Expect this public key in the broker\'s chain: sha256/BASE64.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l tls-curves -x -d 'The groups for the key exchange (X25519:P-256:P-384:P-521).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l connect-timeout -x -d 'Give a connection this long, from name lookup to CONNACK (30).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l retry-connect -d 'Keep trying when the first connection fails, too.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l reconnect-timeout -x -d 'Give up after this long without a connection (never).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o d -l debug -d 'Print what is sent and received, on standard output.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l quiet -d 'Print no errors, except about the command line.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l strict -d 'Exit with the reason code when the broker refuses a message or a subscription.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l diag-format -x -a 'text json' -d 'How to print what is wrong with TLS: text or json (text).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l log-format -x -a 'none json' -d 'Log connections and failures on standard error: none or json (none).'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -o o -r -F -d 'Read options from this file instead of the default one.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l help -d 'Print this help.'
complete -c culex -n '__culex_command pub sub rr check tlsdiag-probe tlsdiag-files spool-flush' -l version -d 'Print the version.'
complete -c culex -n '__culex_command sub' -o t -l topic -x -d 'A topic filter to subscribe to; may be given again.'
complete -c culex -n '__culex_command sub' -o T -l filter-out -x -d 'Drop messages on topics that match; may be given again.'
complete -c culex -n '__culex_command sub' -o U -l unsubscribe -x -d 'A topic filter to unsubscribe from; may be given again.'
complete -c culex -n '__culex_command sub' -o C -x -d 'Leave after this many messages.'
complete -c culex -n '__culex_command sub' -o E -d 'Leave once the broker has answered the subscriptions.'
complete -c culex -n '__culex_command sub' -l retained-only -d 'Print retained messages, and leave at the first other one.'
complete -c culex -n '__culex_command sub' -l remove-retained -d 'Clear each retained message that arrives.'
complete -c culex -n '__culex_command sub' -l random-filter -x -d 'Print this share of the messages, picked at random.'
complete -c culex -n '__culex_command sub rr' -o R -d 'Drop retained messages that the broker had kept.'
complete -c culex -n '__culex_command sub rr' -l retain-as-published -d 'Have the broker leave the retain flag as published (MQTT 5).'
complete -c culex -n '__culex_command sub rr' -l retain-handling -x -a 'always new never' -d 'When the broker sends retained messages: always, new or never (MQTT 5).'
complete -c culex -n '__culex_command sub rr' -o F -x -d 'Print each message in this format.'
complete -c culex -n '__culex_command sub rr' -o v -l verbose -d 'Print the topic before each message.'
complete -c culex -n '__culex_command sub rr' -o N -d 'Print no line end after a message.'
complete -c culex -n '__culex_command sub rr' -l pretty -d 'Print JSON on several lines.'
complete -c culex -n '__culex_command sub rr' -l json-safe -d 'Print valid JSON whatever a message holds.'
complete -c culex -n '__culex_command sub rr' -o W -x -d 'Leave after this many seconds, with status 27.'
complete -c culex -n '__culex_command sub' -o w -l watch -d 'Keep one line of the terminal for each topic.'
complete -c culex -n '__culex_command sub' -l message-rate -d 'Print the number of messages in each second, nothing else.'
complete -c culex -n '__culex_command rr' -o t -l topic -x -d 'The topic to send the request to.'
complete -c culex -n '__culex_command rr' -o e -x -d 'The topic on which to expect the response.'
complete -c culex -n '__culex_command rr' -l latency -d 'Print how long the response took.'
complete -c culex -n '__culex_command check' -o t -l topic -x -d 'Begin the topic of the message with this (culex/check).'
complete -c culex -n '__culex_command check' -o W -x -d 'Give all of it together this long (10).'
complete -c culex -n '__culex_command check tlsdiag-probe tlsdiag-files tlsdiag-explain tlsdiag-pcap tlsdiag-conf tlsdiag-alert tlsdiag-replay spool-status spool-drop' -l format -x -a 'text json' -d 'How to print what was found: text or json (text).'
complete -c culex -n '__culex_command tlsdiag-probe' -l no-probes -d 'Make the one connection that the options ask for, and no others.'
complete -c culex -n '__culex_command tlsdiag-files' -l for -x -a 'client broker' -d 'Whose certificate --cert is: client or broker, which -h then names (client).'
complete -c culex -n '__culex_command tlsdiag-files' -l as-user -x -d 'Say whether this user of the system may read the files, say mosquitto.'
complete -c culex -n '__culex_command tlsdiag-files' -l days -x -d 'Warn of certificates that end within this many days (30).'
complete -c culex -n '__culex_command tlsdiag-explain' -l printed-by -x -a 'broker client' -d 'Whose program printed it: broker or client (told from the lines).'
complete -c culex -n '__culex_command tlsdiag-explain tlsdiag-pcap tlsdiag-conf tlsdiag-alert tlsdiag-replay spool-status spool-drop link unlink' -l help -d 'Print this help.'
complete -c culex -n '__culex_command tlsdiag-pcap' -l keylog -r -F -d 'Open what is encrypted with the keys in this file (SSLKEYLOGFILE, --tls-keylog).'
complete -c culex -n '__culex_command tlsdiag-pcap' -l port -x -d 'Look at the connections of this port only.'
complete -c culex -n '__culex_command tlsdiag-pcap' -l cafile -r -F -d 'The CA certificates that the client trusts, in this file.'
complete -c culex -n '__culex_command tlsdiag-pcap' -l capath -x -a '(__fish_complete_directories)' -d 'The CA certificates that the client trusts, in this directory.'
complete -c culex -n '__culex_command tlsdiag-pcap' -l tls-use-os-certs -d 'The client trusts the CA certificates of the operating system.'
complete -c culex -n '__culex_command tlsdiag-conf' -l against -x -d 'Say whether these options can connect: "pub -h HOST --cafile FILE", in quotes.'
complete -c culex -n '__culex_command tlsdiag-conf' -l as-user -x -d 'Judge permissions for this user (the one of the option user, or mosquitto).'
complete -c culex -n '__culex_command spool-flush' -l spool-age -x -d 'Drop messages that are older: 90, 90s, 15m, 12h or 7d (never).'
complete -c culex -n '__culex_command tlsdiag-explain' -F
complete -c culex -n '__culex_command tlsdiag-pcap' -F
complete -c culex -n '__culex_command tlsdiag-conf' -F
complete -c culex -n '__culex_command tlsdiag-replay' -F

# The second of the words after -D depends on the first.
complete -c culex -n '__culex_packet connect' -a 'session-expiry-interval authentication-method authentication-data request-problem-information request-response-information receive-maximum topic-alias-maximum user-property maximum-packet-size'
complete -c culex -n '__culex_packet publish' -a 'payload-format-indicator message-expiry-interval content-type response-topic correlation-data topic-alias user-property'
complete -c culex -n '__culex_packet subscribe' -a 'subscription-identifier user-property'
complete -c culex -n '__culex_packet unsubscribe' -a 'user-property'
complete -c culex -n '__culex_packet disconnect' -a 'session-expiry-interval server-reference reason-string user-property'
complete -c culex -n '__culex_packet will' -a 'payload-format-indicator message-expiry-interval content-type response-topic correlation-data will-delay-interval reason-string user-property'
