package certs

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Directory is what a CA directory holds, whether or not lookups find it.
type Directory struct {
	Path         string
	Certificates []DirectoryCertificate
	Truncated    bool // there is more in it than was looked at
}

// DirectoryCertificate is one certificate of a CA directory.
type DirectoryCertificate struct {
	File        string // its name in the directory
	Certificate *x509.Certificate
	Linked      bool   // a lookup of its subject finds it
	Link        string // the name under which a lookup would find it: the one it has, or the first that is free
}

// Limits for looking through a directory.
const (
	maxDirectoryFiles = 1024
	maxCAFileSize     = 1 << 20
)

// ScanDir looks at all files of a CA directory, for the diagnosis of a lookup that found nothing. A directory that cannot be
// read is a *FileError.
func ScanDir(path string) (*Directory, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, openError(optionCAPath, path, err)
	}
	if !info.IsDir() {
		return nil, &FileError{Option: optionCAPath, Path: path, Problem: NotDirectory}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, openError(optionCAPath, path, err)
	}
	defer f.Close()
	entries, err := f.ReadDir(maxDirectoryFiles + 1)
	if err != nil && err != io.EOF {
		return nil, openError(optionCAPath, path, err)
	}
	d := &Directory{Path: path, Truncated: len(entries) > maxDirectoryFiles}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries[:min(len(entries), maxDirectoryFiles)] {
		d.scan(e.Name())
	}
	d.findLinks()
	return d, nil
}

// scan adds the certificates of one file.
func (d *Directory) scan(name string) {
	path := filepath.Join(d.Path, name)
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxCAFileSize {
		return
	}
	entries, _ := readLenient(path)
	for _, e := range entries {
		if f, err := e.load(); err == nil {
			d.Certificates = append(d.Certificates, DirectoryCertificate{File: name, Certificate: f.cert})
		}
	}
}

// findLinks finds out what lookups see, and takes the links themselves off the list: the files that they lead to are in it.
func (d *Directory) findLinks() {
	for i := range d.Certificates {
		c := &d.Certificates[i]
		canonical, _ := CanonicalName(c.Certificate.RawSubject)
		lookup := place{dir: d.Path, asked: map[string]bool{}}
		for _, e := range lookup.find(string(canonical)) {
			if bytes.Equal(e.der, c.Certificate.Raw) {
				c.Linked, c.Link = true, filepath.Base(e.path)
			}
		}
		for n := 0; !c.Linked && c.Link == ""; n++ {
			name := fmt.Sprintf("%s.%d", hashOf(canonical), n)
			if _, err := os.Lstat(filepath.Join(d.Path, name)); err != nil {
				c.Link = name
			}
		}
	}
	all := slices.Clone(d.Certificates)
	d.Certificates = slices.DeleteFunc(d.Certificates, func(c DirectoryCertificate) bool {
		return c.File == c.Link && slices.ContainsFunc(all, func(other DirectoryCertificate) bool {
			return other.File != c.File && other.Certificate.Equal(c.Certificate)
		})
	})
}
