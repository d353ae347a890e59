package certs

import (
	"bytes"
	"encoding/asn1"
	"net/netip"
	"strings"
)

// nameConstraints is the extension of that name (RFC 5280 4.2.1.10).
type nameConstraints struct {
	permitted []subtree
	excluded  []subtree
}

// subtree is one GeneralSubtree.
type subtree struct {
	base   element
	bounds bool // it has a minimum or maximum, which nobody supports
}

// maxComparisons bounds the work that a certificate with many names and constraints can cause.
const maxComparisons = 1 << 20

// readNameConstraints decodes the extension.
func readNameConstraints(der []byte) (nc nameConstraints, ok bool) {
	outer := elements{rest: der}
	fields := outer.expect(tagSequence).inside()
	okP, okE := true, true
	if list, there := fields.optional(constructedTag(0)); there {
		nc.permitted, okP = readSubtrees(list)
	}
	if list, there := fields.optional(constructedTag(1)); there {
		nc.excluded, okE = readSubtrees(list)
	}
	return nc, okP && okE && outer.err == nil && fields.err == nil && !fields.more()
}

func isNameConstraints(der []byte) bool {
	_, ok := readNameConstraints(der)
	return ok
}

func readSubtrees(list element) (subtrees []subtree, ok bool) {
	r := list.inside()
	for r.more() {
		fields := r.expect(tagSequence).inside()
		s := subtree{base: fields.next()}
		if minimum, there := fields.optional(contextTag(0)); there {
			s.bounds = len(minimum.contents) != 1 || minimum.contents[0] != 0
		}
		if _, there := fields.optional(contextTag(1)); there {
			s.bounds = true
		}
		if fields.err != nil || fields.more() {
			return nil, false
		}
		subtrees = append(subtrees, s)
	}
	return subtrees, r.err == nil
}

// checkNameConstraints compares the names of every certificate with the constraints of all above it.
func (v *verification) checkNameConstraints() *VerifyError {
	for i := len(v.chain) - 1; i >= 0; i-- {
		if i > 0 && v.chain[i].selfIssued {
			continue
		}
		for j := len(v.chain) - 1; j > i; j-- {
			der := v.chain[j].extensions.nameConstraints
			if der == nil {
				continue
			}
			nc, _ := readNameConstraints(der)
			names := constrainedNames(v.chain[i], i == 0)
			if len(names) > 0 && len(nc.permitted)+len(nc.excluded) > maxComparisons/len(names) {
				return v.fail(Unspecified, i)
			}
			for _, name := range names {
				if number, constraint := nc.check(name); number != OK {
					err := v.fail(number, i)
					err.Name, err.Constraint = nameText(name), constraint
					return err
				}
			}
		}
	}
	return nil
}

// tagInvalid marks a name that no constraint can be compared with.
const tagInvalid = 0

// constrainedNames returns all names of a certificate that constraints are about: the subject and the e-mail addresses
// in it, the subject alternative names and, for an end-entity without a dNSName, common names that look like one.
func constrainedNames(f *facts, endEntity bool) []element {
	var names []element
	if f.subject != "" {
		names = append(names, element{tag: constructedTag(generalDirectory), contents: f.cert.RawSubject})
	}
	for _, mail := range texts(f.cert.RawSubject, oidEmail) {
		tag := contextTag(generalEmail)
		if mail.tag != asn1.TagIA5String {
			tag = tagInvalid
		}
		names = append(names, element{tag: tag, contents: mail.contents})
	}
	alternate := generalNames(f.cert)
	names = append(names, alternate...)
	for _, name := range alternate {
		if name.tag == contextTag(generalDNS) {
			endEntity = false
		}
	}
	if !endEntity {
		return names
	}
	for _, value := range texts(f.cert.RawSubject, oidCommonName) {
		text, ok := commonNameText(value)
		text = strings.TrimRight(text, "\x00")
		switch {
		case !ok || strings.IndexByte(text, 0) >= 0:
			names = append(names, element{tag: tagInvalid, contents: value.contents})
		case looksLikeDNSName(text):
			names = append(names, element{tag: contextTag(generalDNS), contents: []byte(text)})
		}
	}
	return names
}

// looksLikeDNSName reports whether a common name is taken for a host name: two labels or more, of letters, digits,
// underscores and inner hyphens.
func looksLikeDNSName(s string) bool {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if !isLabel(strings.ReplaceAll(label, "_", "x")) {
			return false
		}
	}
	return len(labels) > 1
}

// check compares one name with the constraints. The constraint is what it broke.
func (nc *nameConstraints) check(name element) (number ErrorNumber, constraint string) {
	if name.tag == tagInvalid {
		return UnsupportedNameSyntax, ""
	}
	var permitted []string
	match := false
	for _, s := range nc.permitted {
		if !sameKind(name, s.base) {
			continue
		}
		permitted = append(permitted, nameText(s.base))
		number := OK
		switch {
		case s.bounds:
			number = SubtreeMinMax
		case !match:
			match, number = within(name, s.base)
		}
		if number != OK {
			return number, nameText(s.base)
		}
	}
	if len(permitted) > 0 && !match {
		return PermittedViolation, strings.Join(permitted, ", ")
	}
	for _, s := range nc.excluded {
		if !sameKind(name, s.base) {
			continue
		}
		number, inside := OK, false
		if s.bounds {
			number = SubtreeMinMax
		} else if inside, number = within(name, s.base); inside {
			number = ExcludedViolation
		}
		if number != OK {
			return number, nameText(s.base)
		}
	}
	return OK, ""
}

// sameKind reports whether a constraint is about names of this kind. Of other names, the kinds are many.
func sameKind(name, base element) bool {
	if name.tag != base.tag {
		return false
	}
	return name.tag != constructedTag(generalOther) ||
		bytes.Equal(name.inside().expect(tagOID).contents, base.inside().expect(tagOID).contents)
}

// within reports whether a name lies in the subtree of base, a name of the same kind.
func within(name, base element) (bool, ErrorNumber) {
	n, b := string(name.contents), string(base.contents)
	switch name.tag {
	case constructedTag(generalDirectory):
		x, ok1 := CanonicalName(name.contents)
		y, ok2 := CanonicalName(base.contents)
		return ok1 && ok2 && bytes.HasPrefix(x, y), OK
	case contextTag(generalDNS):
		return dnsWithin(n, b), OK
	case contextTag(generalEmail):
		return emailWithin(n, b)
	case contextTag(generalURI):
		return uriWithin(n, b)
	case contextTag(generalIP):
		return ipWithin(name.contents, base.contents)
	}
	return false, UnsupportedConstraintType
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && equalFold(s[len(s)-len(suffix):], suffix)
}

// dnsWithin: the base, or anything left of it. A base that begins with a dot demands something left of it.
func dnsWithin(name, base string) bool {
	if base == "" {
		return true
	}
	if !hasSuffixFold(name, base) {
		return false
	}
	left := len(name) - len(base)
	return left == 0 || base[0] == '.' || name[left-1] == '.'
}

// emailWithin: a mailbox, a host, or with a leading dot all hosts below it.
func emailWithin(name, base string) (bool, ErrorNumber) {
	at := strings.LastIndexByte(name, '@')
	if at < 0 {
		return false, UnsupportedNameSyntax
	}
	baseAt := strings.LastIndexByte(base, '@')
	if baseAt < 0 && strings.HasPrefix(base, ".") {
		return len(name) > len(base) && hasSuffixFold(name, base), OK
	}
	if baseAt > 0 && base[:baseAt] != name[:at] {
		return false, OK
	}
	return equalFold(name[at+1:], base[baseAt+1:]), OK
}

// uriWithin: the host of the URI, or with a leading dot all hosts below it.
func uriWithin(name, base string) (bool, ErrorNumber) {
	_, rest, found := strings.Cut(name, ":")
	host, isAbsolute := strings.CutPrefix(rest, "//")
	if !found || !isAbsolute {
		return false, UnsupportedNameSyntax
	}
	if at := strings.IndexByte(host, ':'); at >= 0 {
		host = host[:at]
	} else if at := strings.IndexByte(host, '/'); at >= 0 {
		host = host[:at]
	}
	if host == "" {
		return false, UnsupportedNameSyntax
	}
	if strings.HasPrefix(base, ".") {
		return len(host) > len(base) && hasSuffixFold(host, base), OK
	}
	return equalFold(host, base), OK
}

// ipWithin: an address under a network and its mask.
func ipWithin(name, base []byte) (bool, ErrorNumber) {
	isAddress := len(name) == 4 || len(name) == 16
	isNetwork := len(base) == 8 || len(base) == 32
	if !isAddress || !isNetwork {
		return false, UnsupportedNameSyntax
	}
	if len(base) != 2*len(name) {
		return false, OK
	}
	network, mask := base[:len(name)], base[len(name):]
	for i := range name {
		if (name[i]^network[i])&mask[i] != 0 {
			return false, OK
		}
	}
	return true, OK
}

// nameText returns a GeneralName, or the base of a subtree, for people.
func nameText(name element) string {
	switch name.tag {
	case constructedTag(generalDirectory):
		return NameText(name.contents)
	case contextTag(generalIP):
		if n := len(name.contents); n == 8 || n == 32 {
			return networkText(name.contents[:n/2], name.contents[n/2:])
		}
		if ip, ok := netip.AddrFromSlice(name.contents); ok {
			return ip.String()
		}
	case contextTag(generalDNS), contextTag(generalEmail), contextTag(generalURI), tagInvalid:
		return printable(name.contents)
	}
	return "a name of a kind that is not supported"
}
