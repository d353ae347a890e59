package brokerconf

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// readable judges whether the broker, as the user that it becomes, may read a file, and says what keeps it from that.
// It reads its certificates and keys after it has dropped root.
func (j *judge) readable(v Value, id string) bool {
	a := j.options.Account
	if a == nil {
		return true
	}
	access, err := a.Unreadable(v.Text)
	if err != nil || access == nil {
		return true // that it is missing is told elsewhere
	}
	what := "it"
	if access.Blocker != v.Text {
		what = access.Blocker
	}
	j.add(v.Place, Broken, NoStart, id+"-unreadable", fmt.Sprintf("%s %s cannot be read by user %s: %s is %04o of %s:%s, and the broker reads it after it has left root",
		v.Option, v.Text, access.User, what, access.Mode.Perm(), access.Owner, access.Group),
		fmt.Sprintf("chgrp %s %s and chmod g+rX it, or keep it where that user may read", access.User, access.Blocker))
	return false
}

// pair judges certfile and keyfile, and returns the chain if it can be read.
func (j *judge) pair(l *Listener) []*x509.Certificate {
	readable := j.readable(l.CertFile, "certificate")
	readable = j.readable(l.KeyFile, "key") && readable
	if !j.isPEM(l.CertFile, "certificate") || !j.isPEM(l.KeyFile, "key") {
		return nil
	}
	o := certs.PairOptions{SecurityLevel: certs.DefaultSecurityLevel, Now: j.options.Now}
	_, err := certs.LoadPair(l.CertFile.Text, l.KeyFile.Text, o)
	var failed *certs.FileError
	if errors.As(err, &failed) && (readable || failed.Problem != certs.Unreadable) {
		j.file(l, failed)
	}
	chain, err := certs.LoadChain(l.CertFile.Text, certs.PairOptions{Now: j.options.Now})
	if err != nil {
		return nil
	}
	return chain
}

// isPEM refuses files in other forms, which mosquitto does not read.
func (j *judge) isPEM(v Value, role string) bool {
	data, err := os.ReadFile(v.Text)
	if err != nil || len(data) == 0 || bytes.Contains(data, []byte("-----BEGIN ")) {
		return true
	}
	if data[0] == 0x30 {
		j.add(v.Place, Broken, NoStart, role+"-der", v.Option+" "+v.Text+" is DER or PKCS #12; mosquitto reads PEM",
			"convert it: openssl x509 -inform der, openssl pkey -inform der, or openssl pkcs12 -nodes")
		return false
	}
	return true
}

// file tells of a file that cannot be used.
func (j *judge) file(l *Listener, e *certs.FileError) {
	v, role := l.CertFile, "certificate"
	switch e.Option {
	case "--key":
		v, role = l.KeyFile, "key"
	case "--cafile":
		v, role = l.CAFile, "cafile"
	}
	headline := v.Option + " " + v.Text + " " + e.Problem.String()
	if e.Line > 0 {
		headline += fmt.Sprintf(", line %d", e.Line)
	}
	if e.Found != "" {
		headline += ": it holds " + e.Found
	}
	if e.Detail != "" {
		headline += ": " + e.Detail
	}
	whom, hint := NoStart, ""
	switch e.Problem {
	case certs.Encrypted:
		whom = "the broker asks for the pass phrase on its terminal at each start; as a service it does not start"
		hint = "write the key without: openssl pkey -in " + v.Text + " -out plain.key, and keep that from other users"
	case certs.KeyMismatch:
		hint = "give the key that belongs to certfile"
		if e.Partner != nil && e.Partner.KeyOfCertificate != "" {
			hint = "the key of this certificate is in " + e.Partner.KeyOfCertificate
		}
	case certs.UnsupportedKey:
		j.add(v.Place, Note, "", CertificateNotReadable, headline+"; culex cannot judge it, and clients on Go cannot verify it")
		return
	}
	j.add(v.Place, Broken, whom, idOf(role, e.Problem), headline)
	if hint != "" {
		f := &j.findings[len(j.findings)-1]
		f.Hints = hintsOf(hint)
	}
}

// idOf is the identifier of the catalogue for a problem of a file.
func idOf(role string, p certs.Problem) string {
	switch p {
	case certs.Missing:
		return role + "-missing"
	case certs.IsDirectory:
		if role == "cafile" {
			return "cafile-is-directory"
		}
		return role + "-unreadable"
	case certs.NoCertificate, certs.NoKey, certs.Empty:
		if role == "key" {
			return "key-no-key"
		}
		return role + "-no-certificate"
	case certs.IsDER:
		return role + "-der"
	case certs.IsPKCS12:
		return "certificate-pkcs12"
	case certs.Damaged:
		return role + "-damaged"
	case certs.Swapped:
		return "certificate-and-key-swapped"
	case certs.KeyMismatch:
		return "key-mismatch"
	case certs.Encrypted, certs.WrongPassPhrase:
		return "key-encrypted"
	case certs.Weak:
		return "weak-key"
	}
	return role + "-unreadable"
}

// clientCertificates judges what the clients' certificates are judged by.
func (j *judge) clientCertificates(l *Listener) {
	required := l.RequireCertificate.True()
	for _, v := range []Value{l.IdentityAsUsername, l.SubjectAsUsername} {
		if v.True() && !required && !l.PSKHint.Given() {
			j.add(v.Place, Broken, everyone, LoginNeedsCertificate,
				v.Option+" takes the login from the client's certificate, but without require_certificate the broker asks for none: every client is refused with CONNACK 4",
				"add require_certificate true")
			break
		}
	}
	if l.IdentityAsUsername.True() && l.SubjectAsUsername.True() {
		j.add(l.SubjectAsUsername.Place, Warning, "", OptionsIgnored, "use_identity_as_username and use_subject_as_username exclude each other; the first wins")
	}
	if required && !l.CAFile.Given() && !l.CAPath.Given() {
		j.add(l.RequireCertificate.Place, Broken, everyone, NoClientCA,
			"require_certificate without cafile and capath: no CA is trusted, so every client's certificate is refused with alert 48 unknown_ca",
			"add cafile with the CA that issues the clients' certificates")
	}
	store := j.clientCAs(l)
	if l.CRLFile.Given() {
		j.revocations(l, store)
	}
}

// clientCAs judges cafile and capath.
func (j *judge) clientCAs(l *Listener) []*x509.Certificate {
	if l.CAPath.Given() {
		j.caPath(l)
	}
	if !l.CAFile.Given() {
		return nil
	}
	readable := j.readable(l.CAFile, "cafile")
	if !j.isPEM(l.CAFile, "cafile") {
		return nil
	}
	store := certs.NewStore()
	var failed *certs.FileError
	if err := store.AddFile(l.CAFile.Text); errors.As(err, &failed) {
		if readable || failed.Problem != certs.Unreadable {
			j.file(l, failed)
		}
		return nil
	}
	var cas []*x509.Certificate
	for _, a := range store.Certificates() {
		cas = append(cas, a.Certificate)
	}
	if l.RequireCertificate.True() {
		j.anchors(l, cas)
	}
	return cas
}

// anchors judges whether chains can end in the CA file: OpenSSL wants a root there.
func (j *judge) anchors(l *Listener, cas []*x509.Certificate) {
	for _, c := range cas {
		if j.options.Now.After(c.NotAfter) {
			j.add(l.CAFile.Place, Broken, "clients with certificates of this CA", "ca-expired",
				fmt.Sprintf("the CA %s in %s expired on %s", certs.NameText(c.RawSubject), l.CAFile.Text, c.NotAfter.UTC().Format("2006-01-02")),
				"replace the CA, or its renewed certificate, in cafile")
		}
		if certs.LooksSelfSigned(c) {
			continue
		}
		found := false
		for _, root := range cas {
			found = found || certs.MayIssue(root, c) && root != c
		}
		if !found {
			j.add(l.CAFile.Place, Broken, "clients with certificates of this CA", "broker-cafile-intermediate-only",
				fmt.Sprintf("%s has the intermediate %s without its root %s: OpenSSL accepts no chain that ends there", l.CAFile.Text, certs.NameText(c.RawSubject), certs.NameText(c.RawIssuer)),
				"append the root to cafile")
		}
	}
}

// caPath judges a directory, whose files are found by links only.
func (j *judge) caPath(l *Listener) {
	info, err := os.Stat(l.CAPath.Text)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		j.add(l.CAPath.Place, Warning, "clients with certificates", "capath-missing", "capath "+l.CAPath.Text+" does not exist, and the broker says nothing about it")
		return
	case err == nil && !info.IsDir():
		j.add(l.CAPath.Place, Warning, "clients with certificates", "capath-is-file", "capath "+l.CAPath.Text+" is a file: lookups find nothing there", "write cafile instead of capath")
		return
	case err != nil || !j.readable(l.CAPath, "capath"):
		return
	}
	d, err := certs.ScanDir(l.CAPath.Text)
	if err != nil {
		return
	}
	for _, c := range d.Certificates {
		if !c.Linked {
			j.add(l.CAPath.Place, Warning, "clients with certificates of this CA", "capath-not-hashed",
				fmt.Sprintf("capath %s has %s without the link %s that lookups use", l.CAPath.Text, c.File, c.Link), "openssl rehash "+l.CAPath.Text)
			return
		}
	}
}

// revocations judges the revocation lists.
func (j *judge) revocations(l *Listener, cas []*x509.Certificate) {
	v := l.CRLFile
	if !j.readable(v, "crlfile") {
		return
	}
	data, err := os.ReadFile(v.Text)
	if err != nil {
		j.add(v.Place, Broken, NoStart, "broker-crl-unusable", "crlfile "+v.Text+" cannot be read: "+reason(err))
		return
	}
	found := false
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "X509 CRL" {
			continue
		}
		found = true
		list, err := x509.ParseRevocationList(block.Bytes)
		if err != nil {
			j.add(v.Place, Broken, NoStart, "broker-crl-unusable", "crlfile "+v.Text+" is damaged: "+err.Error())
			continue
		}
		j.revocation(l, list, cas)
	}
	if !found {
		j.add(v.Place, Broken, NoStart, "broker-crl-unusable", "crlfile "+v.Text+" holds no revocation list in PEM (BEGIN X509 CRL)")
	}
}

func (j *judge) revocation(l *Listener, list *x509.RevocationList, cas []*x509.Certificate) {
	name, now := certs.NameText(list.RawIssuer), j.options.Now
	const whom = "every client with a certificate of this CA"
	switch {
	case !list.NextUpdate.IsZero() && now.After(list.NextUpdate):
		j.add(l.CRLFile.Place, Broken, whom, "broker-crl-expired",
			fmt.Sprintf("the revocation list of %s ended on %s: sound certificates are refused as expired", name, list.NextUpdate.UTC().Format("2006-01-02")),
			"fetch the new list of the CA and send SIGHUP to the broker")
	case now.Before(list.ThisUpdate):
		j.add(l.CRLFile.Place, Broken, whom, "broker-crl-unusable",
			fmt.Sprintf("the revocation list of %s is valid from %s only", name, list.ThisUpdate.UTC().Format("2006-01-02")), "check the clocks of the CA and of the broker")
	}
	for _, ca := range cas {
		if certs.SameName(ca.RawSubject, list.RawIssuer) {
			if list.CheckSignatureFrom(ca) != nil {
				j.add(l.CRLFile.Place, Broken, whom, "broker-crl-unusable", "the revocation list of "+name+" is not signed by the CA of that name in cafile")
			}
			return
		}
	}
	if len(cas) > 0 {
		j.add(l.CRLFile.Place, Broken, everyone, "broker-crl-unusable",
			"the revocation list is of "+name+", which is no CA in cafile: for the CAs there none is found, and every client's certificate is refused",
			"give the list of the CA that is in cafile")
	}
}

// dhParam judges dhparamfile.
func (j *judge) dhParam(l *Listener) {
	v := l.DHParamFile
	if !v.Given() || !j.readable(v, "dhparamfile") {
		return
	}
	data, err := os.ReadFile(v.Text)
	switch {
	case err != nil:
		j.add(v.Place, Broken, NoStart, DHParamUnusable, "dhparamfile "+v.Text+" cannot be read: "+reason(err), "remove it: ECDHE needs none")
	case !bytes.Contains(data, []byte("-----BEGIN DH PARAMETERS-----")) && !bytes.Contains(data, []byte("-----BEGIN X9.42 DH PARAMETERS-----")):
		j.add(v.Place, Broken, NoStart, DHParamUnusable, "dhparamfile "+v.Text+" holds no DH parameters in PEM", "remove it: ECDHE needs none")
	}
}
