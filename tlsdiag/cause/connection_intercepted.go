package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func connectionIntercepted() Cause {
	return Cause{
		ID:       "connection-intercepted",
		Title:    "a security product answers in the broker's place",
		Source:   "RFC 8446 appendix E.1: a certificate of an unknown CA for the right name is what an intercepting proxy shows",
		Explains: []string{"issuer-not-trusted", "private-ca-not-given", "intermediate-missing"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, ok := unknownIssuer(s)
			if !ok {
				return Finding{}, false
			}
			product := inspector(c.Issuer.Text + " " + s.Peer.Leaf().Issuer.Text)
			if product == "" {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "issuer-not-trusted",
				Headline:   fmt.Sprintf("%s on the way seems to answer in the broker's place: %s issued the certificate", product, name(c.Issuer)),
				Seen:       facts(seenShown(s.Peer.Leaf()), trustedHere(s), seenVerdict(s), inSystem(s)),
				Hints: []Hint{
					{Network, fmt.Sprintf("exempt %s from TLS inspection", at(s.Target)), ""},
					{Gateway, "or trust the product's CA: its certificate is with those who run the network", ""},
				},
			}, true
		},
	}
}

// inspector names the product that an issuer's name belongs to.
func inspector(issuer string) string {
	products := [...][2]string{
		{"zscaler", "Zscaler"}, {"fortinet", "a Fortinet firewall"}, {"fortigate", "a FortiGate firewall"},
		{"palo alto", "a Palo Alto Networks firewall"}, {"sophos", "Sophos"}, {"netskope", "Netskope"},
		{"cisco umbrella", "Cisco Umbrella"}, {"blue coat", "a Blue Coat proxy"}, {"bluecoat", "a Blue Coat proxy"},
		{"symantec web", "Symantec Web Security"}, {"forcepoint", "Forcepoint"}, {"websense", "Websense"},
		{"checkpoint", "a Check Point firewall"}, {"check point", "a Check Point firewall"}, {"sonicwall", "a SonicWall firewall"},
		{"watchguard", "a WatchGuard firewall"}, {"barracuda", "Barracuda"}, {"mcafee web", "McAfee Web Gateway"},
		{"skyhigh", "Skyhigh Security"}, {"kaspersky", "Kaspersky"}, {"avast", "Avast"}, {"bitdefender", "Bitdefender"},
		{"eset ssl", "ESET"}, {"untangle", "Untangle"}, {"squid", "a Squid proxy"}, {"mitmproxy", "mitmproxy"},
		{"charles proxy", "Charles Proxy"}, {"fiddler", "Fiddler"}, {"portswigger", "Burp"}, {"opnsense", "an OPNsense firewall"},
		{"cloudflare gateway", "Cloudflare Gateway"}, {"iboss", "iboss"}, {"smoothwall", "Smoothwall"},
	}
	issuer = strings.ToLower(issuer)
	for _, p := range products {
		if strings.Contains(issuer, p[0]) {
			return p[1]
		}
	}
	return ""
}
