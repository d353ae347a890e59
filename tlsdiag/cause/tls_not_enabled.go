package cause

import (
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func tlsNotEnabled() Cause {
	return Cause{
		ID:       "tls-not-enabled",
		Title:    "TLS options were given, but none that turns TLS on",
		Source:   "mosquitto_pub(1): TLS is enabled by --cafile, --capath or --tls-use-os-certs",
		Explains: []string{"plain-to-tls-port"},
		Match: func(s *evidence.Session) (Finding, bool) {
			options := tlsOptions(s.Asked)
			if !plainFailed(s) || len(options) == 0 {
				return Finding{}, false
			}
			return Finding{
				Headline: "TLS was not used: it takes more than " + list(options) + " to turn it on, so plain MQTT was sent",
				Seen: facts("neither --cafile nor --capath nor --tls-use-os-certs was given", seenAlert(s),
					at(s.Target)+" "+answered(s)),
				Hints: []Hint{
					{Gateway, "give the certificate of the broker's CA: --cafile ca.crt", ""},
					{Gateway, "or --tls-use-os-certs, where a public CA issued the broker's certificate", ""},
				},
			}.plainly(s), true
		},
	}
}

// tlsOptions are those options given that mean something under TLS only.
func tlsOptions(a evidence.Asked) []string {
	var out []string
	for _, o := range []struct {
		given bool
		name  string
	}{
		{a.Insecure, "--insecure"}, {a.MinVersion != 0, "--tls-version"},
		{len(a.ALPN) > 0, "--tls-alpn"}, {a.Ciphers != "", "--ciphers"},
	} {
		if o.given {
			out = append(out, o.name)
		}
	}
	return out
}
