package tlsdiag

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Limits of what is described of a trust store.
const (
	maxAnchors = 64
	maxLinks   = 64
)

// pool is every certificate of a session, parsed, so that it can be said
// whose key made which signature.
type pool struct {
	certificates []*x509.Certificate
}

func (p *pool) add(c ...*x509.Certificate) { p.certificates = append(p.certificates, c...) }

// relate fills in what the signature on a certificate tells.
func (p *pool) relate(e *evidence.Certificate, c *x509.Certificate) {
	if e.Signed.Strength > 0 {
		e.Signed.OwnKey = evidence.Of(certs.SignedBy(c, c))
	}
	for _, issuer := range p.certificates {
		if bytes.Equal(issuer.Raw, c.Raw) || !certs.SameName(issuer.RawSubject, c.RawIssuer) {
			continue
		}
		if id := fingerprint(issuer.Raw); certs.SignedBy(c, issuer) && !slices.Contains(e.Signed.By, id) {
			e.Signed.By = append(e.Signed.By, id)
		}
	}
}

func (p *pool) describe(chain []*x509.Certificate) []evidence.Certificate {
	var out []evidence.Certificate
	for _, c := range chain {
		e := describeCertificate(c)
		p.relate(&e, c)
		out = append(out, e)
	}
	return out
}

// store reads what the caller said is to be trusted, as far as it can be read.
func (w *Watcher) store() *certs.Store {
	t := w.settings.Trust
	s := certs.NewStore()
	if t.CAFile != "" {
		// A file that cannot be read has failed before, at OpLoad.
		_ = s.AddFile(t.CAFile)
	}
	if t.CAPath != "" {
		s.AddDir(t.CAPath)
	}
	if t.OSCerts {
		s.AddSystem(w.settings.getenv)
	}
	for _, path := range w.settings.CRLFiles {
		_ = s.AddCRLFile(path) // likewise
	}
	return s
}

// anchors returns the trusted certificates that can be listed and those that
// the given chains ask for.
func anchors(s *certs.Store, chains ...[]*x509.Certificate) []*certs.Anchor {
	var out []*certs.Anchor
	have := map[string]bool{}
	add := func(set []*certs.Anchor) {
		for _, a := range set {
			if key := string(a.Certificate.Raw); !have[key] {
				have[key] = true
				out = append(out, a)
			}
		}
	}
	for _, chain := range chains {
		for _, c := range chain {
			add(s.WithSubject(c.RawIssuer))
			add(s.WithSubject(c.RawSubject))
		}
	}
	// An issuer that is an intermediate has one of its own.
	for i := 0; i < len(out) && i < maxAnchors; i++ {
		add(s.WithSubject(out[i].Certificate.RawIssuer))
	}
	add(s.Certificates())
	return out
}

// describeTrust lists the anchors in the order of their files, those that
// matter to the chain never left out.
func (p *pool) describeTrust(all []*certs.Anchor) evidence.Trust {
	t := evidence.Trust{Total: len(all)}
	for _, a := range all[:min(len(all), maxAnchors)] {
		e := describeCertificate(a.Certificate)
		p.relate(&e, a.Certificate)
		e.File, e.Line = a.Path, a.Line
		t.Anchors = append(t.Anchors, e)
	}
	return t
}

// inSystem says whether the system's store has the issuer of a chain's end.
func (w *Watcher) inSystem(chain []*x509.Certificate) evidence.Answer {
	if w.settings.Trust.OSCerts || len(chain) == 0 {
		return evidence.NotObserved
	}
	s := certs.NewStore()
	s.AddSystem(w.settings.getenv)
	last := chain[len(chain)-1]
	for _, a := range s.WithSubject(last.RawIssuer) {
		if certs.SignedBy(last, a.Certificate) {
			return evidence.Yes
		}
	}
	return evidence.No
}

// directory describes what --capath names, and returns the certificates in it.
func (w *Watcher) directory(s *evidence.Session) []*x509.Certificate {
	path := w.settings.Trust.CAPath
	f := evidence.File{Role: evidence.RoleCAPath, Path: path, Exists: evidence.Yes, Directory: evidence.Yes}
	d, err := certs.ScanDir(path)
	var failed *certs.FileError
	if errors.As(err, &failed) {
		f.Directory = evidence.NotObserved
		describeFileError(s, &f, failed)
	}
	var found []*x509.Certificate
	add := func(file, link string, linked bool, c *x509.Certificate) {
		if len(found) == maxLinks {
			return
		}
		found = append(found, c)
		f.Links = append(f.Links, evidence.Link{
			Name: file, Subject: describeName(c.Subject, c.RawSubject), SHA256: fingerprint(c.Raw), Linked: evidence.Of(linked), Link: link,
		})
	}
	switch {
	case err == nil:
		f.Readable = evidence.Yes
		for _, c := range d.Certificates {
			add(c.File, c.Link, c.Linked, c.Certificate)
		}
	case f.Directory == evidence.No:
		// A file in place of a directory: what would it have given?
		file := certs.NewStore()
		if file.AddFile(path) == nil {
			f.Items = []evidence.Item{{Kind: cause.KindCertificate}}
		}
		for _, a := range file.Certificates() {
			add(path, "", false, a.Certificate)
		}
	}
	s.Local.Files = append(s.Local.Files, f)
	return found
}

// role is what an option's file is for.
func role(option string) evidence.Role {
	for _, r := range [...]evidence.Role{evidence.RoleCAFile, evidence.RoleCAPath, evidence.RoleCertificate, evidence.RoleKey, evidence.RoleCRL} {
		if r.Option() == option {
			return r
		}
	}
	return ""
}
