package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// verdict returns OpenSSL's number for what this side decided about the
// broker's chain, 0 if it accepted or did not come to decide.
func verdict(s *evidence.Session) certs.ErrorNumber {
	if s.Verdict == nil {
		return certs.OK
	}
	return certs.ErrorNumber(s.Verdict.Error)
}

// untrusted says that no chain to a trust anchor was found.
func untrusted(s *evidence.Session) bool {
	switch verdict(s) {
	case certs.UnableToGetIssuerCert, certs.CertSignatureFailure, certs.DepthZeroSelfSignedCert,
		certs.SelfSignedCertInChain, certs.UnableToGetIssuerCertLocally, certs.UnableToVerifyLeafSignature:
		return true
	}
	return false
}

// culprit is the certificate that the verdict is about, or the broker's own.
func culprit(s *evidence.Session) *evidence.Certificate {
	if s.Verdict != nil {
		if c := find(s, s.Verdict.Certificate); c != nil {
			return c
		}
		if d := s.Verdict.Depth; d > 0 && d < len(s.Peer.Chain) {
			return &s.Peer.Chain[d]
		}
	}
	return s.Peer.Leaf()
}

// find looks a fingerprint up in the broker's chain and in the trust anchors.
func find(s *evidence.Session, sha256 string) *evidence.Certificate {
	if sha256 == "" {
		return nil
	}
	for _, set := range [][]evidence.Certificate{s.Peer.Chain, s.Trust.Anchors} {
		for i := range set {
			if set[i].SHA256 == sha256 {
				return &set[i]
			}
		}
	}
	return nil
}

// anchor returns the trusted certificate with this fingerprint, or nil.
func anchor(s *evidence.Session, sha256 string) *evidence.Certificate {
	for i := range s.Trust.Anchors {
		if s.Trust.Anchors[i].SHA256 == sha256 {
			return &s.Trust.Anchors[i]
		}
	}
	return nil
}

// same compares two names as OpenSSL does.
func same(a, b evidence.Name) bool {
	if a.Hash == "" || b.Hash == "" {
		return a.Text == b.Text
	}
	return a.Hash == b.Hash
}

// selfIssued says that a certificate's issuer has its subject's name.
func selfIssued(c *evidence.Certificate) bool { return same(c.Subject, c.Issuer) }

// top is the last certificate of the broker's chain that its own certificate
// leads to: the one whose issuer has to be known here.
func top(s *evidence.Session) *evidence.Certificate {
	c := s.Peer.Leaf()
	if c == nil {
		return nil
	}
	for range s.Peer.Chain {
		next := issuerAmong(s.Peer.Chain, c)
		if next == nil || next == c || selfIssued(c) {
			return c
		}
		c = next
	}
	return c
}

// issuerAmong returns the certificate of set with c's issuer's name,
// preferring one whose key verifies c's signature.
func issuerAmong(set []evidence.Certificate, c *evidence.Certificate) *evidence.Certificate {
	var found *evidence.Certificate
	for i := range set {
		if &set[i] == c || set[i].SHA256 == c.SHA256 || !same(set[i].Subject, c.Issuer) {
			continue
		}
		if signedBy(c, &set[i]) {
			return &set[i]
		}
		if found == nil {
			found = &set[i]
		}
	}
	return found
}

// signedBy says whether issuer's key verifies c's signature.
func signedBy(c, issuer *evidence.Certificate) bool {
	for _, f := range c.Signed.By {
		if f == issuer.SHA256 {
			return true
		}
	}
	return false
}

// unlisted says that what is trusted here was not observed: crypto/x509 keeps
// a program's own pool to itself.
func unlisted(s *evidence.Session) bool {
	a := s.Asked
	return len(s.Trust.Anchors) == 0 && a.CAFile == "" && a.CAPath == "" && !a.OSCerts
}

// trustedHere names the CAs that this side trusts, if they were observed.
func trustedHere(s *evidence.Session) string {
	if unlisted(s) {
		return ""
	}
	return "trusted here: " + trusted(s)
}

// trusted names the CAs that this side trusts.
func trusted(s *evidence.Session) string {
	var names []string
	for i := range s.Trust.Anchors {
		names = append(names, subject(&s.Trust.Anchors[i]))
	}
	return list(names)
}

// store names where the trusted CAs came from.
func store(s *evidence.Session) string {
	var from []string
	if s.Asked.CAFile != "" {
		from = append(from, s.Asked.CAFile)
	}
	if s.Asked.CAPath != "" {
		from = append(from, s.Asked.CAPath)
	}
	if s.Asked.OSCerts {
		from = append(from, "the system's CA store")
	}
	if len(from) == 0 {
		return "this program's pool of CAs"
	}
	return strings.Join(from, " and ")
}

// caFile is the CA file for a command that adds to it. One of the system's is
// not to be changed by hand.
func caFile(s *evidence.Session) string {
	path := s.Asked.CAFile
	for _, system := range [...]string{"/etc/ssl/", "/etc/pki/", "/usr/"} {
		if strings.HasPrefix(path, system) {
			return "ca.crt"
		}
	}
	if path == "" {
		return "ca.crt"
	}
	return file(path)
}

// alert returns the fatal alert with which the server ended the connection,
// and -1 if it sent none or it could not be read.
func alert(s *evidence.Session) int {
	if a := serverAlert(s); a != nil {
		return a.Code
	}
	return evidence.AlertUnread
}

func serverAlert(s *evidence.Session) *evidence.Alert {
	a := s.Flow.Decisive()
	if a == nil || a.From != evidence.SideServer || a.Code <= 0 || a.Level == record.LevelWarning {
		return nil
	}
	return a
}

// anyAlert says whether the server sent any alert, close_notify included.
func closeNotify(s *evidence.Session) bool {
	for _, a := range s.Flow.Alerts {
		if a.From == evidence.SideServer && a.Code == record.CloseNotify {
			return true
		}
	}
	return false
}

// hungUp says that the peer ended the connection and gave no reason.
func hungUp(s *evidence.Session) bool {
	return serverAlert(s) == nil && (s.End.How == evidence.EndFIN || s.End.How == evidence.EndReset)
}

// timedOut says that this side gave up waiting.
func timedOut(s *evidence.Session) bool { return s.End.How == evidence.EndTimeout }

// closing says in the past tense how a peer hung up.
func closing(s *evidence.Session) string {
	switch {
	case s.End.How == evidence.EndReset:
		return "reset the connection (RST)"
	case closeNotify(s):
		return "closed the connection (close_notify)"
	}
	return "closed the connection (FIN)"
}

// seenAlert tells of the server's alert.
func seenAlert(s *evidence.Session) string {
	a := serverAlert(s)
	if a == nil {
		return ""
	}
	d := record.Describe(a.Code)
	text := fmt.Sprintf("the broker sent alert %d %s", d.Code, d.Name)
	if d.Meaning != "" {
		text += " (it " + d.Meaning + ")"
	}
	return text + " " + after(s, a)
}

// after places an alert in the handshake.
func after(s *evidence.Session, a *evidence.Alert) string {
	switch a.Stage {
	case evidence.StageHello:
		return "in answer to our ClientHello"
	case evidence.StageServerFlight:
		return "after its ServerHello"
	case evidence.StageClientFlight:
		if s.Client.Requested == evidence.Yes {
			return "in answer to our Certificate message"
		}
		return "in answer to our Finished"
	case evidence.StageEstablished:
		return "after the handshake, before any CONNACK"
	case evidence.StagePlain:
		return "in answer to our CONNECT"
	}
	return ""
}

// seenVerdict tells of the verdict in the words that can be searched for.
func seenVerdict(s *evidence.Session) string {
	if s.Verdict == nil || s.Verdict.Error == 0 {
		return ""
	}
	if s.Verdict.Judge == JudgeGo {
		return "verification: " + s.Verdict.Text
	}
	return fmt.Sprintf("verification: OpenSSL error %d (%s) at depth %d", s.Verdict.Error, s.Verdict.Text, s.Verdict.Depth)
}

// JudgeGo is the judge of a verdict that crypto/x509 came to.
const JudgeGo = "crypto/x509"

// seenCertificate identifies a certificate.
func seenCertificate(role string, c *evidence.Certificate) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("%s: %s, SHA-256 %s, %s", role, subject(c), fingerprint(c.SHA256), place(c))
}

// seenShown identifies the certificate of a peer that is not the broker.
func seenShown(c *evidence.Certificate) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("the certificate that came: %s, SHA-256 %s", subject(c), fingerprint(c.SHA256))
}

// facts drops the empty ones.
func facts(lines ...string) []string {
	out := lines[:0]
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}
