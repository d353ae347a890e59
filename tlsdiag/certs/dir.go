package certs

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
)

// place is where certificates are looked for on demand: a directory with names made of subject hashes, or one file that
// is not loaded as a whole.
type place struct {
	dir    string
	bundle string
	asked  map[string]bool // the canonical subjects that were looked for
}

// AddDir adds a directory of CA certificates, as for --capath: files named by the hash of the subject, read when a
// certificate of that subject is wanted. A directory that does not exist is no error: it holds nothing.
func (s *Store) AddDir(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.places = append(s.places, &place{dir: path, asked: map[string]bool{}})
}

// AddSystem adds the system's store: what SSL_CERT_FILE and SSL_CERT_DIR name, else the usual places.
//
// A bundle is only searched when the directories, which are quicker to ask, do not have the certificate; only that which
// SSL_CERT_FILE names comes first.
func (s *Store) AddSystem(getenv func(string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	addBundle := func(path string) { s.places = append(s.places, &place{bundle: path, asked: map[string]bool{}}) }
	file := getenv("SSL_CERT_FILE")
	if file != "" {
		addBundle(file)
	}
	dirs := filepath.SplitList(getenv("SSL_CERT_DIR"))
	if len(dirs) == 0 {
		dirs = systemDirs()
	}
	for _, d := range dirs {
		s.places = append(s.places, &place{dir: d, asked: map[string]bool{}})
	}
	if file == "" {
		for _, b := range systemBundles() {
			addBundle(b)
		}
	}
}

// systemDirs returns the directories with subject hashes of Debian and its relatives, OpenWrt and Alpine; of Fedora; and
// OpenSSL's own of Yocto's distributions.
func systemDirs() []string {
	return []string{"/etc/ssl/certs", "/etc/pki/tls/certs", "/usr/lib/ssl/certs", "/usr/lib/ssl-3/certs"}
}

// systemBundles returns the single files of Debian and its relatives, OpenWrt, Alpine and Yocto; of Fedora; of openSUSE; and
// those of OpenSSL's own directory.
func systemBundles() []string {
	return []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
		"/usr/lib/ssl/cert.pem", "/usr/lib/ssl-3/cert.pem"}
}

// find returns the certificates of the place that may have that canonical subject, and in a directory whatever else lies
// in the same files. It answers once for each subject.
func (p *place) find(canonical string) []*entry {
	if p.asked[canonical] {
		return nil
	}
	p.asked[canonical] = true
	if p.bundle != "" {
		return searchBundle(p.bundle, canonical)
	}
	var found []*entry
	hash := hashOf([]byte(canonical))
	for n := range maxLinks {
		entries, exists := readLenient(filepath.Join(p.dir, hash+"."+strconv.Itoa(n)))
		if !exists {
			break
		}
		found = append(found, entries...)
	}
	return found
}

// maxLinks bounds the number of files under one hash that are read.
const maxLinks = 100

// readLenient reads the certificates of a file in a CA directory, up to the first that is damaged.
func readLenient(path string) (entries []*entry, exists bool) {
	data, err := readFile(optionCAPath, path)
	if err != nil {
		return nil, !errors.Is(err, fs.ErrNotExist)
	}
	for blocks := newPEMScanner(data); ; {
		b, ok := blocks.next()
		if !ok || b.why != "" {
			return entries, true
		}
		if !b.isCertificate() {
			continue
		}
		e, why := newEntry(&b, path)
		if why != "" {
			return entries, true
		}
		entries = append(entries, e)
	}
}

// searchBundle returns the certificates of a file that have that canonical subject.
func searchBundle(path, canonical string) []*entry {
	data, err := readFile("--tls-use-os-certs", path)
	if err != nil {
		return nil
	}
	var found []*entry
	for blocks := newPEMScanner(data); ; {
		b, ok := blocks.next()
		if !ok {
			return found
		}
		if b.why != "" || !b.isCertificate() {
			continue
		}
		if e, why := newEntry(&b, path); why == "" && e.canonical == canonical {
			found = append(found, e)
		}
	}
}
