package certs_test

import (
	"encoding/asn1"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

func TestHostNames(t *testing.T) {
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("ca"), Extensions: tlstest.CA()})
	issue := func(subject tlstest.Name, san ...tlstest.GeneralName) *tlstest.Identity {
		template := tlstest.Template{Subject: subject, Issuer: ca}
		if san != nil {
			template.Extensions = extensions{tlstest.SAN(san...)}
		}
		return tlstest.Issue(template)
	}
	const mismatch, ipMismatch = certs.HostnameMismatch, certs.IPAddressMismatch
	var cases []chainCase
	row := func(id *tlstest.Identity, host string, want certs.ErrorNumber, byCN bool) {
		cases = append(cases, chainCase{name: certs.NameText(id.Certificate.RawSubject) + " for " + host, chain: list(id), cas: list(ca),
			host: host, want: want, byCN: byCN})
	}
	dns := func(pattern, host string, want certs.ErrorNumber) {
		row(issue(tlstest.Name{{Type: tlstest.Organization, Value: pattern}}, tlstest.DNS(pattern)), host, want, false)
	}
	cn := func(subject tlstest.Name, host string, want certs.ErrorNumber) {
		row(issue(subject), host, want, want == 0)
	}
	dns("broker.lan", "broker.lan", 0)
	dns("broker.lan", "BROKER.Lan", 0)
	dns("broker.lan", "broker", mismatch)
	dns("broker.lan", "broker.lan.", mismatch)
	dns("broker.lan.", "broker.lan.", 0)
	dns("broker.lan.", "broker.lan", mismatch)
	dns(" broker.lan", "broker.lan", mismatch)
	dns("broker.lan\x00.evil.test", "broker.lan", mismatch)
	dns("my_broker.lan", "my_broker.lan", 0)
	dns("localhost", "localhost", 0)
	dns("", "broker.lan", mismatch)
	dns("*.plant.test", "a.plant.test", 0)
	dns("*.plant.test", "A.PLANT.test", 0)
	dns("*.plant.test", "a.b.plant.test", mismatch)
	dns("*.plant.test", "plant.test", mismatch)
	dns("*.plant.test", "a_b.plant.test", mismatch)
	dns("*.plant.test", "xn--abc.plant.test", 0)
	dns("*.plant.test", "*.plant.test", 0)
	dns("*.plant_x.test", "a.plant_x.test", mismatch)
	dns("*.test", "plant.test", mismatch)
	dns("*", "broker", mismatch)
	dns("*.", "broker.", mismatch)
	dns("a*.plant.test", "abc.plant.test", 0)
	dns("a*.plant.test", "a.plant.test", 0)
	dns("a*.plant.test", "b.plant.test", mismatch)
	dns("*c.plant.test", "abc.plant.test", 0)
	dns("*c.plant.test", "xn--c.plant.test", mismatch)
	dns("x*.plant.test", "xn--abc.plant.test", mismatch)
	dns("x*.plant.test", "x-n.plant.test", 0)
	dns("a*c.plant.test", "abc.plant.test", mismatch)
	dns("a-*.plant.test", "a-b.plant.test", mismatch)
	dns("*-b.plant.test", "a-b.plant.test", 0)
	dns("*a*.plant.test", "bab.plant.test", mismatch)
	dns("xn--*.plant.test", "xn--abc.plant.test", mismatch)
	dns("a.*.plant.test", "a.b.plant.test", mismatch)
	dns("*.-plant.test", "a.-plant.test", mismatch)
	dns("*.plant..test", "a.plant..test", mismatch)
	dns("*.xn--plnt.test", "a.xn--plnt.test", 0)

	cn(tlstest.CN("broker.lan"), "broker.lan", 0)
	cn(tlstest.CN("*.plant.test"), "a.plant.test", 0)
	cn(tlstest.CN("Broker"), "broker", 0)
	cn(tlstest.CN("192.0.2.7"), "192.0.2.7", ipMismatch)
	cn(tlstest.CN("first").With(tlstest.CommonName, "second"), "first", 0)
	cn(tlstest.CN("first").With(tlstest.CommonName, "second"), "second", 0)
	cn(tlstest.CN("broker.lan\x00.evil.test"), "broker.lan", mismatch)
	cn(tlstest.Name{{Type: tlstest.CommonName, Value: "\x00x\x00y", Tag: asn1.TagBMPString}}, "xy", 0)
	cn(tlstest.Name{{Type: tlstest.Organization, Value: "broker"}}, "broker", mismatch)

	broker := tlstest.CN("broker")
	row(issue(broker, tlstest.DNS("other")), "broker", mismatch, false)
	row(issue(broker, tlstest.Mail("a@b")), "broker", 0, true)
	row(issue(broker, tlstest.IP("192.0.2.7")), "broker", 0, true)
	row(issue(broker, tlstest.IP("192.0.2.7")), "192.0.2.7", 0, false)
	row(issue(broker, tlstest.IP("192.0.2.7")), "192.0.2.8", ipMismatch, false)
	row(issue(broker, tlstest.DNS("192.0.2.7")), "192.0.2.7", ipMismatch, false)
	row(issue(broker, tlstest.IP("2001:db8::7")), "2001:db8:0::7", 0, false)
	row(issue(broker, tlstest.IP("192.0.2.7")), "::ffff:192.0.2.7", ipMismatch, false)
	row(issue(broker, tlstest.DNS("a"), tlstest.DNS("b")), "b", 0, false)
	runChainCases(t, cases)
}

// What cannot be dialled matches nothing. OpenSSL has other ideas of some of these.
func TestHostsThatAreNone(t *testing.T) {
	zone := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Extensions: extensions{tlstest.SAN(tlstest.IP("fe80::1"))}})
	wildcard := tlstest.Issue(tlstest.Template{Subject: tlstest.CN(""), Extensions: extensions{tlstest.SAN(tlstest.DNS("*.plant.test"))}})
	empty := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("")})
	for host, id := range map[string]*tlstest.Identity{"fe80::1%eth0": zone, ".plant.test": wildcard, "": empty} {
		if got := certs.MatchHost(id.Certificate, host); got != certs.NoMatch {
			t.Errorf("%q matches: %d", host, got)
		}
	}
}

func TestNameConstraints(t *testing.T) {
	type names = []tlstest.GeneralName
	var cases []chainCase
	row := func(name string, permitted, excluded names, leaf tlstest.Template, want certs.ErrorNumber) {
		ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("constrained"),
			Extensions: extensions{tlstest.BasicConstraints(true, -1), tlstest.NameConstraints(permitted, excluded)}})
		leaf.Issuer = ca
		cases = append(cases, chainCase{name: name, chain: list(tlstest.Issue(leaf)), cas: list(ca), want: want})
	}
	san := func(n ...tlstest.GeneralName) tlstest.Template {
		return tlstest.Template{Subject: tlstest.CN("x"), Extensions: extensions{tlstest.SAN(n...)}}
	}
	subject := func(n tlstest.Name) tlstest.Template { return tlstest.Template{Subject: n} }
	plant := names{tlstest.DNS("plant.test")}
	dotPlant := names{tlstest.DNS(".plant.test")}
	row("DNS inside", plant, nil, san(tlstest.DNS("a.plant.test")), 0)
	row("DNS itself", plant, nil, san(tlstest.DNS("Plant.test")), 0)
	row("DNS outside", plant, nil, san(tlstest.DNS("a.other.test")), certs.PermittedViolation)
	row("DNS longer label", plant, nil, san(tlstest.DNS("implant.test")), certs.PermittedViolation)
	row("DNS excluded", nil, plant, san(tlstest.DNS("a.plant.test")), certs.ExcludedViolation)
	row("DNS not excluded", nil, plant, san(tlstest.DNS("a.other.test")), 0)
	row("DNS leading dot, inside", dotPlant, nil, san(tlstest.DNS("a.plant.test")), 0)
	row("DNS leading dot, itself", dotPlant, nil, san(tlstest.DNS("plant.test")), certs.PermittedViolation)
	row("DNS wildcard inside", plant, nil, san(tlstest.DNS("*.plant.test")), 0)
	row("DNS all excluded", nil, names{tlstest.DNS("")}, san(tlstest.DNS("a.test")), certs.ExcludedViolation)
	row("one of two outside", plant, nil, san(tlstest.DNS("a.plant.test"), tlstest.DNS("b.test")), certs.PermittedViolation)
	row("second of two permitted", append(names{tlstest.DNS("x.test")}, plant...), nil, san(tlstest.DNS("a.plant.test")), 0)
	row("common name outside", plant, nil, subject(tlstest.CN("broker.other.test")), certs.PermittedViolation)
	row("common name inside", plant, nil, subject(tlstest.CN("broker.plant.test")), 0)
	row("common name of one label", plant, nil, subject(tlstest.CN("broker")), 0)
	row("common name with a space", plant, nil, subject(tlstest.CN("the broker.other.test")), 0)
	row("common name with an underscore", plant, nil, subject(tlstest.CN("a_b.other.test")), certs.PermittedViolation)
	row("common name with a NUL", plant, nil, subject(tlstest.CN("a.plant.test\x00.x")), certs.UnsupportedNameSyntax)
	row("common name with a NUL at its end", plant, nil, subject(tlstest.CN("a.plant.test\x00")), 0)
	row("common name beside a dNSName", plant, nil, tlstest.Template{Subject: tlstest.CN("b.other.test"),
		Extensions: extensions{tlstest.SAN(tlstest.DNS("a.plant.test"))}}, 0)
	row("address inside", names{tlstest.Net("192.0.2.0/24")}, nil, san(tlstest.IP("192.0.2.7")), 0)
	row("address outside", names{tlstest.Net("192.0.2.0/24")}, nil, san(tlstest.IP("198.51.100.7")), certs.PermittedViolation)
	row("address of the other kind", names{tlstest.Net("192.0.2.0/24")}, nil, san(tlstest.IP("2001:db8::1")), certs.PermittedViolation)
	row("IPv6 address inside", names{tlstest.Net("2001:db8::/33")}, nil, san(tlstest.IP("2001:db8:7fff::1")), 0)
	row("IPv6 address excluded", nil, names{tlstest.Net("2001:db8::/32")}, san(tlstest.IP("2001:db8::1")), certs.ExcludedViolation)
	org := func(o string) tlstest.Name { return tlstest.Name{{Type: tlstest.Organization, Value: o}} }
	row("directory inside", names{tlstest.Directory(org("Plant"))}, nil, subject(org("PLANT").With(tlstest.CommonName, "x")), 0)
	row("directory outside", names{tlstest.Directory(org("Plant"))}, nil, subject(org("Other").With(tlstest.CommonName, "x")), certs.PermittedViolation)
	row("directory excluded", nil, names{tlstest.Directory(org("Plant"))}, subject(org("Plant")), certs.ExcludedViolation)
	row("mail host", names{tlstest.Mail("plant.test")}, nil, san(tlstest.Mail("a@Plant.test")), 0)
	row("mail host, other", names{tlstest.Mail("plant.test")}, nil, san(tlstest.Mail("a@b.plant.test")), certs.PermittedViolation)
	row("mail domain", names{tlstest.Mail(".plant.test")}, nil, san(tlstest.Mail("a@b.plant.test")), 0)
	row("mailbox", names{tlstest.Mail("a@plant.test")}, nil, san(tlstest.Mail("A@plant.test")), certs.PermittedViolation)
	row("mail in the subject", names{tlstest.Mail("plant.test")}, nil,
		subject(tlstest.Name{{Type: tlstest.Email, Value: "a@other.test", Tag: asn1.TagIA5String}}), certs.PermittedViolation)
	row("mail in the subject as UTF-8", names{tlstest.Mail("plant.test")}, nil, subject(tlstest.CN("x").With(tlstest.Email, "a@plant.test")), certs.UnsupportedNameSyntax)
	row("URI", names{tlstest.URI("plant.test")}, nil, san(tlstest.URI("mqtts://plant.test:8883/x")), 0)
	row("URI of another host", names{tlstest.URI("plant.test")}, nil, san(tlstest.URI("mqtts://b.plant.test/x")), certs.PermittedViolation)
	row("URI domain", names{tlstest.URI(".plant.test")}, nil, san(tlstest.URI("mqtts://b.plant.test")), 0)
	row("URI without a host", names{tlstest.URI("plant.test")}, nil, san(tlstest.URI("urn:x:y")), certs.UnsupportedNameSyntax)
	row("kind without constraint", plant, nil, san(tlstest.IP("192.0.2.7"), tlstest.Mail("a@b")), 0)
	registered := tlstest.GeneralName{0x88, 2, 0x2a, 3}
	row("registered identifier", names{registered}, nil, san(registered), certs.UnsupportedConstraintType)
	row("name before constraint", plant, nil, tlstest.Template{Subject: tlstest.CN("a.other.test"), NotAfter: tlstest.Now()}, certs.CertHasExpired)
	runChainCases(t, cases)
}
