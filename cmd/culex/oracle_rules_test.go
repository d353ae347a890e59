package main

import (
	"regexp"
	"strings"
)

// oracleRule makes of a text of mosquitto 2.0.11, which is installed, the text of 2.1.2, which is the model.
type oracleRule struct {
	why     string
	rewrite func(string) string
}

// oracleRules are the rules, in order. They see the outcome of the command line under test alone: what Debian's other
// programs print stays as it is.
func oracleRules() []oracleRule {
	return []oracleRule{
		{"texts of the library have lost their full stop", replaceAll(`(?m)^(err: .*(?:`+libraryTexts+`))\.(\)\.)?$`, `$1$2`)},
		{"invalid arguments are called invalid input", replaceAll(`(?m)^(err: Unable to connect )\(Invalid function arguments provided\)`, `$1(Invalid input)`)},
		{"-d calls a client without an identifier null, but for CONNACK before MQTT 5", namelessClient},
		{"the time in JSON has its offset alone, and no Z before it", replaceAll(`(?m)^(out: .*"tst":(?:\\t)?"[^"]*)Z([-+]\d{4}")`, `$1$2`)},
		{"retain is a boolean in JSON", func(s string) string {
			s = replaceAll(`(?m)^(out: .*"retain":(?:\\t)?)0,`, `${1}false,`)(s)
			return replaceAll(`(?m)^(out: .*"retain":(?:\\t)?)1,`, `${1}true,`)(s)
		}},
		{"user properties are a list of objects in JSON", userProperties},
		{"-U goes without -t, and the error says so", replaceAll(`(?m)^(err: Error: You must specify a topic to subscribe to)\.$`, `$1 (-t) or unsubscribe from (-U).`)},
		{"the error says why a file cannot be read", replaceAll(`(?m)^err: Error: Unable to open file "(.*)"\.$`, `err: Error: Unable to read file "$1": No such file or directory.`)},
	}
}

// libraryTexts are those that end with a full stop in 2.0.11.
const libraryTexts = `A TLS error occurred|A network protocol error occurred when communicating with the broker|Lookup error|` +
	`Invalid function arguments provided|Requested QoS not supported on server|Packet larger than supported by the server|The client is not currently connected|The connection was lost|The connection was refused|This feature is not supported|` +
	`Connection Refused: (?:unacceptable protocol version|identifier rejected|broker unavailable|bad user name or password|not authorised|unknown reason)`

func replaceAll(re, to string) func(string) string {
	compiled := regexp.MustCompile(re)
	return func(s string) string { return compiled.ReplaceAllString(s, to) }
}

func namelessClient(s string) string {
	lines := strings.SplitAfter(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "out: Client (null) ") && !strings.Contains(line, " received CONNACK ") {
			lines[i] = strings.Replace(line, "(null)", "null", 1)
		}
	}
	return strings.Join(lines, "")
}

var (
	compactUsers = regexp.MustCompile(`(?m)^(out: .*"user-properties":)\{([^}]*)\}`)
	prettyUsers  = regexp.MustCompile(`(?m)^(out: (?:\\t)*"user-properties":\\t)\{\n((?:out: .*\n)*?)out: ((?:\\t)*)\}`)
)

func userProperties(s string) string {
	s = compactUsers.ReplaceAllStringFunc(s, func(found string) string {
		m := compactUsers.FindStringSubmatch(found)
		return m[1] + "[{" + strings.ReplaceAll(m[2], `","`, `"},{"`) + "}]"
	})
	return prettyUsers.ReplaceAllStringFunc(s, func(found string) string {
		m := prettyUsers.FindStringSubmatch(found)
		members := strings.Split(strings.TrimSuffix(m[2], "\n"), "\n")
		for i, member := range members {
			member = strings.TrimSuffix(strings.TrimPrefix(member, "out: "), ",")
			members[i] = "{\nout: " + `\t` + member + "\nout: " + `\t` + m[3] + "}"
		}
		return m[1] + "[" + strings.Join(members, ", ") + "]"
	})
}

// modernised is an outcome as 2.1.2 would have it, and the rules, by number, that changed it.
func modernised(rules []oracleRule, outcome string) (string, []int) {
	var used []int
	own, others := split(outcome)
	for i, r := range rules {
		if after := r.rewrite(own); after != own {
			own, used = after, append(used, i)
		}
	}
	return own + others, used
}

// split parts what the command line under test did from what others saw.
func split(outcome string) (own, others string) {
	for line := range strings.Lines(outcome) {
		if others == "" && !strings.HasPrefix(line, "beside ") && !strings.HasPrefix(line, "after ") {
			own += line
		} else {
			others += line
		}
	}
	return own, others
}
