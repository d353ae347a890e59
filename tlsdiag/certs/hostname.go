package certs

import (
	"crypto/x509"
	"net/netip"
	"strings"
)

// NameMatch says how a host matches a certificate's names.
type NameMatch int

// The ways to match.
const (
	NoMatch         NameMatch = iota
	MatchAlternate            // a dNSName or iPAddress of the subject alternative name
	MatchCommonName           // a common name, in a certificate without any dNSName
)

// MatchHost compares a host with the names of a certificate, by the rules of OpenSSL's X509_check_host and X509_check_ip:
// an address only matches an iPAddress; a name matches a dNSName, or, in a certificate that has none, a common name.
func MatchHost(c *x509.Certificate, host string) NameMatch {
	if host == "" || host[0] == '.' {
		// OpenSSL takes a dot at the start for any name below; no host is called that.
		return NoMatch
	}
	if ip, ok := address(host); ok {
		for _, san := range alternateNames(c, contextTag(generalIP)) {
			if string(san) == string(ip.AsSlice()) {
				return MatchAlternate
			}
		}
		return NoMatch
	}
	names := alternateNames(c, contextTag(generalDNS))
	for _, name := range names {
		if matchName(string(name), host) {
			return MatchAlternate
		}
	}
	if len(names) > 0 {
		return NoMatch
	}
	for _, value := range texts(c.RawSubject, oidCommonName) {
		if text, ok := commonNameText(value); ok && matchName(text, host) {
			return MatchCommonName
		}
	}
	return NoMatch
}

// address returns the host as an address. One with a zone counts as a name, which no certificate has.
func address(host string) (ip netip.Addr, ok bool) {
	ip, err := netip.ParseAddr(host)
	return ip, err == nil && ip.Zone() == ""
}

// GeneralName tags (RFC 5280 4.2.1.6).
const (
	generalOther     = 0
	generalEmail     = 1
	generalDNS       = 2
	generalDirectory = 4
	generalURI       = 6
	generalIP        = 7
)

// alternateNames returns the contents of the subject alternative names with that tag.
func alternateNames(c *x509.Certificate, tag byte) [][]byte {
	var found [][]byte
	for _, name := range generalNames(c) {
		if name.tag == tag {
			found = append(found, name.contents)
		}
	}
	return found
}

// generalNames returns the subject alternative names.
func generalNames(c *x509.Certificate) []element {
	var names []element
	for _, e := range c.Extensions {
		if !isCE(e.Id, ceSubjectAltName) {
			continue
		}
		outer := elements{rest: e.Value}
		for list := outer.expect(tagSequence).inside(); list.more(); {
			names = append(names, list.next())
		}
	}
	return names
}

func commonNameText(value element) (string, bool) {
	if !isText(value.tag) {
		return "", false
	}
	text, ok := toUTF8(value)
	return string(text), ok
}

// matchName compares a host name with a name of a certificate, which may have a wildcard.
func matchName(pattern, host string) bool {
	if pattern == "" {
		return false
	}
	if star := wildcardAt(pattern); star >= 0 {
		return matchWildcard(pattern[:star], pattern[star+1:], host)
	}
	return equalFold(pattern, host) && strings.IndexByte(pattern, 0) < 0
}

// wildcardAt returns the index of the asterisk in a pattern, -1 if it has none that counts: there must be exactly one, at the
// start or the end of the first label, which is not an internationalised one, and two more labels after it; every label
// is of letters, digits and inner hyphens.
func wildcardAt(pattern string) int {
	star := strings.IndexByte(pattern, '*')
	labels := strings.Split(pattern, ".")
	first := labels[0]
	if star < 0 || star >= len(first) || star > 0 && star < len(first)-1 || strings.Count(pattern, "*") > 1 || len(labels) < 3 {
		return -1
	}
	if hasIDNAPrefix(first) {
		return -1
	}
	// A hyphen may follow the asterisk, but not stand before it.
	labels[0] = first[:star]
	if star == 0 {
		labels[0] = "x" + first[1:]
	}
	for _, label := range labels {
		if !isLabel(label) {
			return -1
		}
	}
	return star
}

func isLabel(label string) bool {
	return label != "" && label[0] != '-' && label[len(label)-1] != '-' && isHostLetters(label)
}

func isHostLetters(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

func hasIDNAPrefix(s string) bool { return len(s) >= 4 && equalFold(s[:4], "xn--") }

// matchWildcard compares a host with the parts before and after an asterisk, which stands for a piece of one label.
func matchWildcard(prefix, suffix, host string) bool {
	if len(host) < len(prefix)+len(suffix) || !equalFold(host[:len(prefix)], prefix) || !equalFold(host[len(host)-len(suffix):], suffix) {
		return false
	}
	covered := host[len(prefix) : len(host)-len(suffix)]
	wholeLabel := prefix == "" && suffix[0] == '.'
	switch {
	case wholeLabel && covered == "":
		return false
	case !wholeLabel && hasIDNAPrefix(host):
		return false
	case covered == "*":
		return true
	}
	return isHostLetters(covered)
}

// equalFold compares without regard to the case of ASCII letters only.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// checkName compares the host with the end-entity's names.
func (v *verification) checkName() (NameMatch, *VerifyError) {
	if v.options.SkipName || v.options.Client {
		return NoMatch, nil
	}
	match := MatchHost(v.chain[0].cert, v.options.Host)
	if match != NoMatch {
		return match, nil
	}
	if _, ok := address(v.options.Host); ok {
		return match, v.fail(IPAddressMismatch, 0)
	}
	return match, v.fail(HostnameMismatch, 0)
}
