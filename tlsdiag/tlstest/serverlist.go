package tlstest

import "crypto/tls"

// Sound is a setup in which nothing is wrong.
func Sound() Fault {
	ca := root()
	return chainFault("", []*Identity{ca}, leafOf(ca))
}

// CommonNameOnly is a setup that works because the name matches the Common Name: the tutorials' certificates.
func CommonNameOnly() Fault {
	ca, server, _ := TutorialPKI("localhost", "client")
	return Fault{Dial: Dial{Host: "localhost", Trust: Bundle(ca)}, serve: presents(server)}
}

// Nameless is a setup that works with a client certificate whose subject has no Common Name.
func Nameless() Fault {
	ca := root()
	d := trusting(ca)
	d.Chain = []*Identity{Issue(Template{Subject: Name{{Type: Organization, Value: "Plant Ltd"}}, Issuer: ca, Extensions: Client()})}
	return Fault{Dial: d, serve: func(version uint16) handler { return broker(anyClient(version, leafOf(ca))) }}
}

// Faults returns every setup that is broken on purpose.
func Faults() []Fault {
	var all []Fault
	for _, f := range []func() Fault{
		// the server's chain
		SameSubject, SelfSigned, SelfSignedReplaced, IssuerNotTrusted, PrivateCANotGiven, CARecreated, CARecreatedBare,
		IntermediateOnly, EndEntity, IntermediateMissing, Intercepted, CloudRootChanged, WrongKeyID, BrokenSignature,
		Expired, NotYetValid, ClockBehind, ClockAhead, CAExpired, IntermediateExpired, IssuerNotACA, IssuerMayNotSign, PathLength,
		Purposes, Usage, WeakKey, WeakSignature, NameConstraint, CriticalExtension, RejectedByLabel, Malformed, UnsupportedKey,
		Placeholder, NotPinned,
		ServerRevoked, CRLMissing, CRLExpired, CRLNotYetValid, CRLSignature, CRLIssuer, CRLUnusable,
		// the name
		WrongName, AddressNotNamed, AddressAsName, WildcardTooShort, TrailingDot,
		// negotiation and path
		PlainPort, PlainPortConnack, TLSPort, TLSPortAlert, HTTPPort, SSHPort, SMTPPort, AMQPPort, HTTPSPort,
		ClosedAfterConnect, NoConnack, Silent, ClosedOnHello, Stalled, Corrupted, ServerTooOld, ServerPicksOld,
		ClientTooNew, ServerTooNew, NoSuite, SmallCurve, WantsPSK, ALPNRefused, ALPNMissing, NameUnknown, Unexplained,
		// the client's certificate
		CertificateRequired, CertificateRequiredSilently, ClientCANotListed, ClientIssuerNotTrusted,
		ClientIntermediateMissing, BrokerIntermediateOnly, ClientSameSubject, ClientExpired, BrokerCRLExpired,
		ClientNotYetValid, BrokerCRLUnusable, ClientRevoked, ClientPurpose, ClientCritical, ClientSignature,
	} {
		fault := f()
		if fault.Versions == nil {
			fault.Versions = []uint16{tls.VersionTLS12, tls.VersionTLS13}
		}
		all = append(all, fault)
	}
	return all
}
