package certs

import (
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"strings"
	"sync"
	"time"
)

// Store holds the trust anchors and what may complete a chain: the contents of CA files, and CA directories and the
// system's store, which are looked into on demand. It is safe for concurrent use once it is filled.
type Store struct {
	mu     sync.Mutex
	loaded map[string][]*entry // by canonical subject
	files  []*entry            // what AddFile read, in order
	places []*place            // where to look for what is not loaded, in order
	crls   []*CRL
}

// NewStore returns an empty store.
func NewStore() *Store { return &Store{loaded: map[string][]*entry{}} }

// Anchor is one certificate of a Store.
type Anchor struct {
	Certificate *x509.Certificate
	Path        string                  // the file it came from
	Block       int                     // which PEM block of the file, from 1
	Line        int                     // the line of the block's BEGIN, from 1
	Trust       []asn1.ObjectIdentifier // purposes that a TRUSTED CERTIFICATE is trusted for; nil: it does not say
	Reject      []asn1.ObjectIdentifier // purposes that it is rejected for
}

// Unparsed is a certificate of a Store that OpenSSL could use and crypto/x509 cannot: it trusts nothing here.
type Unparsed struct {
	Path    string
	Block   int
	Line    int
	Subject []byte // DER
	Err     error  // the parser's
}

// AddFile reads a file of CA certificates, as for --cafile: PEM, or one certificate in DER. One damaged block refuses the
// whole file, as with OpenSSL. The error is a *FileError.
func (s *Store) AddFile(path string) error {
	entries, err := readEntries(optionCAFile, path)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entries {
		if s.add(e) {
			s.files = append(s.files, e)
		}
	}
	return nil
}

// add puts an entry into the store, unless it is there already. s.mu is held.
func (s *Store) add(e *entry) bool {
	same := func(other *entry) bool { return string(other.der) == string(e.der) }
	if slices.ContainsFunc(s.loaded[e.canonical], same) {
		return false
	}
	s.loaded[e.canonical] = append(s.loaded[e.canonical], e)
	return true
}

// lookup returns the entries with that canonical subject, in the order in which OpenSSL tries them. Directories and
// the system's store are only asked when nothing that is loaded has the name.
func (s *Store) lookup(canonical string) []*entry {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.places {
		if len(s.loaded[canonical]) > 0 {
			break
		}
		for _, e := range p.find(canonical) {
			s.add(e)
		}
	}
	return slices.Clip(s.loaded[canonical])
}

// issuer returns the certificate of the store that OpenSSL takes for the issuer of a certificate: of those that may be, the
// first that is valid now, else the one that expires last.
func (s *Store) issuer(subject *facts, now time.Time) *facts {
	var best *facts
	for _, e := range s.lookup(subject.issuer) {
		f, err := e.load()
		if err != nil || !mayIssue(f, subject) {
			continue
		}
		if validAt(f.cert, now) {
			return f
		}
		if best == nil || f.cert.NotAfter.After(best.cert.NotAfter) {
			best = f
		}
	}
	return best
}

// Certificates returns what the files of the store hold, in order, without those of directories and of the system.
func (s *Store) Certificates() []*Anchor {
	var anchors []*Anchor
	for _, e := range s.fileEntries() {
		if f, err := e.load(); err == nil {
			anchors = append(anchors, e.describe(f))
		}
	}
	return anchors
}

// Unparsed returns the certificates of the store's files that crypto/x509 cannot parse.
func (s *Store) Unparsed() []*Unparsed {
	var unparsed []*Unparsed
	for _, e := range s.fileEntries() {
		if _, err := e.load(); err != nil {
			unparsed = append(unparsed, &Unparsed{Path: e.path, Block: e.block, Line: e.line, Subject: e.subject, Err: err})
		}
	}
	return unparsed
}

func (s *Store) fileEntries() []*entry {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.files)
}

// WithSubject returns the certificates that the store has under a DER encoded name, from wherever it looks.
func (s *Store) WithSubject(name []byte) []*Anchor {
	canonical, ok := CanonicalName(name)
	if !ok {
		return nil
	}
	var anchors []*Anchor
	for _, e := range s.lookup(string(canonical)) {
		if f, err := e.load(); err == nil {
			anchors = append(anchors, e.describe(f))
		}
	}
	return anchors
}

func (e *entry) describe(f *facts) *Anchor {
	return &Anchor{Certificate: f.cert, Path: e.path, Block: e.block, Line: e.line, Trust: e.trust.trust, Reject: e.trust.reject}
}

// readEntries reads the certificates of a file. The error is a *FileError.
func readEntries(option, path string) ([]*entry, error) {
	data, err := readFile(option, path)
	if err != nil {
		return nil, err
	}
	return parseEntries(option, path, data)
}

// parseEntries reads the certificates in the contents of a file: PEM, or one certificate in DER. The error is a *FileError.
func parseEntries(option, path string, data []byte) ([]*entry, error) {
	var entries []*entry
	var labels []string
	for blocks := newPEMScanner(data); ; {
		b, ok := blocks.next()
		if !ok {
			break
		}
		labels = append(labels, b.label)
		if b.why == "" && b.isCertificate() {
			var e *entry
			if e, b.why = newEntry(&b, path); e != nil {
				entries = append(entries, e)
			}
		}
		if b.why != "" {
			return nil, damaged(option, path, &b)
		}
	}
	if len(labels) == 0 && describeDER(data) == foundCertificate {
		if e, _ := newEntry(&pemBlock{label: labelCertificate, der: data}, path); e != nil && len(e.der) == len(data) {
			return []*entry{e}, nil
		}
	}
	if len(entries) == 0 {
		return nil, without(NoCertificate, option, path, data, labels)
	}
	return entries, nil
}

// damaged returns the error for a block that does not decode.
func damaged(option, path string, b *pemBlock) *FileError {
	return &FileError{Option: option, Path: path, Problem: Damaged, Found: describeLabel(b.label), Detail: b.why, Block: b.number, Line: b.line}
}

// without returns the error for a file that lacks what it should hold.
func without(p Problem, option, path string, data []byte, labels []string) *FileError {
	e := &FileError{Option: option, Path: path, Problem: p}
	if len(labels) > 0 {
		var found []string
		for _, l := range labels {
			if what := describeLabel(l); !slices.Contains(found, what) {
				found = append(found, what)
			}
		}
		e.Found = strings.Join(found, " and a ")
		return e
	}
	if line, why := hiddenBlock(data); why != "" {
		e.Problem, e.Line, e.Detail, e.Block = Damaged, line, why, 1
		return e
	}
	problem, found := notPEM(data)
	if problem != 0 {
		e.Problem = problem
	}
	e.Found = found
	return e
}
