package tlsdiag_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// TestRefusalsInOtherWords: stacks word the refusal of one client certificate in different ways. What each of them does
// stands here beside the tests with real servers, for where these are not installed.
func TestRefusalsInOtherWords(t *testing.T) {
	const (
		expired   = "client-certificate-expired"
		early     = "client-certificate-not-yet-valid"
		purpose   = "client-certificate-purpose"
		subject   = "client-certificate-same-subject"
		issuer    = "client-issuer-not-trusted"
		missing   = "client-intermediate-missing"
		required  = "client-certificate-required"
		crl       = "broker-crl-unusable"
		suspected = "closed-after-connect"
	)
	for _, test := range []struct {
		from  string // the case
		code  int
		id    string
		sure  cause.Confidence
		rival string // empty: whatever it is
	}{
		{expired, record.CertificateExpired, expired, cause.Sure, ""},
		{expired, record.CertificateUnknown, expired, cause.Sure, ""}, // Java
		{expired, record.BadCertificate, expired, cause.Sure, ""},
		{expired, record.AccessDenied, expired, cause.Sure, ""}, // GnuTLS
		{expired, hangsUp, expired, cause.Likely, suspected},    // Node
		{expired + "+tls1.2", hangsUp, expired, cause.Likely, ""},
		{expired, record.UnknownCA, issuer, cause.Likely, ""},
		{early, record.CertificateExpired, early, cause.Sure, ""}, // Go, Erlang
		{early, record.AccessDenied, early, cause.Sure, ""},
		{early, hangsUp, early, cause.Likely, suspected},
		{purpose, record.HandshakeFailure, purpose, cause.Sure, ""}, // Erlang
		{purpose, record.CertificateUnknown, purpose, cause.Sure, ""},
		{purpose, hangsUp, purpose, cause.Likely, suspected},
		{subject, record.BadCertificate, subject, cause.Sure, ""}, // Erlang
		{subject, record.AccessDenied, subject, cause.Sure, ""},
		{subject, hangsUp, subject, cause.Likely, suspected},
		{issuer, record.UnknownCA, issuer, cause.Likely, ""},
		{issuer, record.CertificateUnknown, issuer, cause.Likely, ""},
		{issuer, record.AccessDenied, issuer, cause.Guess, ""},
		{issuer, record.BadCertificate, crl, cause.Guess, ""},
		{issuer + "+tls1.2", hangsUp, issuer, cause.Likely, ""},
		{issuer, hangsUp, suspected, cause.Likely, issuer},
		{missing, record.CertificateUnknown, missing, cause.Likely, issuer},
		{missing, record.AccessDenied, missing, cause.Guess, issuer},
		{missing, hangsUp, missing, cause.Likely, suspected},
		{required, record.BadCertificate, required, cause.Likely, ""},          // Java
		{required + "+tls1.2", record.DecodeError, required, cause.Likely, ""}, // GnuTLS
	} {
		t.Run(fmt.Sprintf("%s,%d", test.from, test.code), func(t *testing.T) {
			s := readEvidence(t, filepath.Join(caseDir, test.from, "evidence.json"))
			answer(s, test.code)
			found, _ := cause.Find(s)
			if found.ID != test.id || found.Confidence != test.sure || test.rival != "" && found.Rival != test.rival {
				t.Errorf("found %s (%s, rival %q): %s", found.ID, found.Confidence, found.Rival, found.Headline)
			}
			for _, also := range found.Also {
				if also.ID == suspected {
					t.Errorf("also %s", also.Headline)
				}
			}
		})
	}
}

// answer changes with what the server ended the connection.
func answer(s *evidence.Session, code int) {
	if code == hangsUp {
		s.Flow.Alerts = nil
		s.End = evidence.End{Op: evidence.OpRead, How: evidence.EndFIN, Error: "EOF"}
		return
	}
	s.Flow.Alerts = []evidence.Alert{{From: evidence.SideServer, Level: record.LevelFatal, Code: code, Stage: s.Stage}}
	s.End = evidence.End{Op: evidence.OpRead, How: evidence.EndAlert, Error: "remote error"}
}

// TestClientCAMadeAnew: a CA of the right name with another key id is another CA, whatever the server says.
func TestClientCAMadeAnew(t *testing.T) {
	for _, code := range []int{record.UnknownCA, record.CertificateUnknown, hangsUp} {
		s := readEvidence(t, filepath.Join(caseDir, "client-issuer-not-trusted", "evidence.json"))
		own := s.Client.Leaf()
		for i := range s.Trust.Anchors {
			if a := &s.Trust.Anchors[i]; a.Subject == own.Issuer {
				a.Extends.SubjectKeyID, own.Signed.By = "00112233445566778899", nil
			}
		}
		answer(s, code)
		found, _ := cause.Find(s)
		if found.ID != "client-issuer-not-trusted" || !strings.Contains(found.Headline, "with another key") {
			t.Errorf("%d: found %s: %s", code, found.ID, found.Headline)
		}
	}
}

// TestServerWithoutTLS13: to a server that never heard of TLS 1.3 the hello has no cipher suite that it knows.
func TestServerWithoutTLS13(t *testing.T) {
	s := readEvidence(t, filepath.Join(caseDir, "client-tls-version-too-new", "evidence.json"))
	answer(s, record.HandshakeFailure)
	found, _ := cause.Find(s)
	if found.ID != "client-tls-version-too-new" || found.Confidence != cause.Likely || found.Rival != "no-common-cipher-suite" {
		t.Errorf("found %s (%s, rival %q)", found.ID, found.Confidence, found.Rival)
	}
	s.Asked.MinVersion = 0
	if found, _ := cause.Find(s); found.ID != "no-common-cipher-suite" {
		t.Errorf("without --tls-version: found %s", found.ID)
	}
}
