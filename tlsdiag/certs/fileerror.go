package certs

import (
	"crypto/x509"
	"fmt"
	"io/fs"
)

// Problem says why a file cannot be used.
type Problem int

// The problems of files.
const (
	Missing         Problem = iota + 1 // it does not exist
	Unreadable                         // no permission, or an input error: Access says whose it is
	IsDirectory                        // a directory where a file is wanted
	NotDirectory                       // a file where a directory is wanted
	IsDevice                           // a device where a file or a pipe is wanted
	TooLarge                           // more than MaxFileSize
	Empty                              // no byte, or only white space
	NoCertificate                      // Found says what it holds instead
	NoCRL                              // Found says what it holds instead
	NoKey                              // Found says what it holds instead
	IsDER                              // DER of what is not wanted; Found says of what
	IsPKCS12                           // a PKCS #12 bundle that is not wanted, or that cannot be read: Err
	Damaged                            // a PEM block that does not decode; Block, Line and Detail say which and why
	Swapped                            // the certificate file holds the key and the key file the certificate
	KeyMismatch                        // the key is not the certificate's; Partner
	Encrypted                          // the key is protected by a pass phrase, and there is none
	WrongPassPhrase                    // the pass phrase does not open the key
	Weak                               // key or digest below the security level; Detail, Certificate
	UnsupportedKey                     // a type of key that cannot be used here; Found says which
)

// FileError is a certificate, key or CA file that cannot be used. Which fields are set depends on Problem.
type FileError struct {
	Option      string // "--cafile", "--capath", "--cert", "--key" or "--crl-file"
	Path        string
	Problem     Problem
	Found       string            // what the file holds: "private key", "HTML page", …
	Detail      string            // why a block is damaged, or what is too weak
	Block       int               // the PEM block concerned, from 1
	Line        int               // its line, from 1
	Certificate *x509.Certificate // the certificate concerned
	Access      *Access           // of an unreadable file
	Partner     *Partner          // of a key that does not match
	Err         error             // the operating system's or the parser's error
}

// Access says who may read an unreadable file.
type Access struct {
	Blocker string      // the file itself, or the directory above it that denies the way
	Owner   string      // user name, or number where it has no name; empty where the system has no owners
	Group   string      // likewise
	Mode    fs.FileMode // of Blocker
	User    string      // as whom this process runs
}

// Partner names the other halves of a certificate and a key that do not match, as far as they lie beside them.
type Partner struct {
	CertificateOfKey string // the file with the certificate that the key belongs to
	KeyOfCertificate string // the file with the key that the certificate belongs to
}

// Error returns the option, the path and the problem in a few words.
func (e *FileError) Error() string {
	text := e.Option + " " + e.Path + ": " + e.Problem.String()
	if e.Block > 0 {
		text += fmt.Sprintf(", block %d, line %d", e.Block, e.Line)
	}
	if e.Found != "" {
		text += ", found: " + e.Found
	}
	if e.Detail != "" {
		text += ", " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// String returns the problem in a few words.
func (p Problem) String() string {
	texts := [...]string{
		Missing:         "does not exist",
		Unreadable:      "cannot be read",
		IsDirectory:     "is a directory",
		NotDirectory:    "is not a directory",
		IsDevice:        "is a device",
		TooLarge:        "is too large",
		Empty:           "is empty",
		NoCertificate:   "holds no certificate",
		NoCRL:           "holds no certificate revocation list",
		NoKey:           "holds no private key",
		IsDER:           "is DER of something else",
		IsPKCS12:        "is a PKCS #12 bundle that cannot be used",
		Damaged:         "is damaged",
		Swapped:         "holds the private key, and the key file the certificate",
		KeyMismatch:     "is not the certificate's key",
		Encrypted:       "is encrypted",
		WrongPassPhrase: "does not open with the pass phrase",
		Weak:            "is too weak",
		UnsupportedKey:  "has a key of a kind that is not supported",
	}
	if p < 0 || int(p) >= len(texts) {
		return ""
	}
	return texts[p]
}

// Unwrap returns the operating system's or the parser's error.
func (e *FileError) Unwrap() error { return e.Err }

// NotOpened tells files that cannot be opened from those whose contents are no good. The reference stops at the former
// with a sentence of its own before it connects.
func (e *FileError) NotOpened() bool {
	return e.Problem == Missing || e.Problem == Unreadable || e.Problem == IsDirectory || e.Problem == IsDevice
}
