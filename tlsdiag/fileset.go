package tlsdiag

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// FileSet names files that are to be judged without a connection.
type FileSet struct {
	// Settings name the files. Host is what clients dial, where Broker is set; it may be empty.
	Settings Settings
	// Broker says that certificate and key are a broker's, not a client's.
	Broker bool
	// Account is who has to read the files; nil for whoever asks.
	Account *certs.Account
	// Opener opens sealed keys; nil refuses them.
	Opener certs.Opener
	// Soon is how long before its end a certificate is worth a remark.
	Soon time.Duration
}

// JudgedFiles is what the files of a [FileSet] hold, and what is wrong with them.
type JudgedFiles struct {
	// Failures are to be put right, in this order; Doubts depend on what the other side trusts.
	Failures, Doubts []Finding
	Remarks          []Remark
	Files            []JudgedFile
}

// Remark is a fact about one certificate or file that no cause of the catalogue is about.
type Remark struct {
	evidence.Place
	// Grave says that what it is about cannot be used.
	Grave bool   `json:"grave"`
	Text  string `json:"text"`
}

// JudgedFile is one file.
type JudgedFile struct {
	Role evidence.Role `json:"role"`
	Path string        `json:"path"`
	// Mode is the permission bits in octal: 0600; empty if it is not there.
	Mode         string                 `json:"mode,omitempty"`
	Certificates []evidence.Certificate `json:"certificates,omitempty"`
	// Key is a private key's public half.
	Key *evidence.PublicKey `json:"key,omitempty"`
	// Matches says whether the key is that of the certificate.
	Matches evidence.Answer `json:"matches,omitempty"`
	CRLs    []evidence.CRL  `json:"crls,omitempty"`
}

// JudgeFiles reads the files and judges them as a connection would.
func JudgeFiles(set FileSet) *JudgedFiles {
	f := &fileJudge{set: set, now: set.Settings.Now(), store: certs.NewStore()}
	f.trust()
	f.pair()
	f.permissions()
	if len(f.chain) > 0 {
		f.verify()
	}
	f.dates()
	return &f.out
}

// fileJudge is one run of JudgeFiles.
type fileJudge struct {
	set     FileSet
	now     time.Time
	store   *certs.Store
	trusted bool // there is something in the store
	chain   []*x509.Certificate
	out     JudgedFiles
}

// fault adds the finding about a file that cannot be used.
func (f *fileJudge) fault(err error) {
	w := Watch(f.set.Settings)
	w.Failed(OpLoad, err)
	found, ok := w.Finding()
	if !ok {
		f.out.Remarks = append(f.out.Remarks, Remark{Grave: true, Text: err.Error()})
		return
	}
	f.add(found)
}

func (f *fileJudge) add(found Finding) {
	same := func(other Finding) bool { return other.ID == found.ID && other.Headline == found.Headline }
	if !slices.ContainsFunc(f.out.Failures, same) {
		f.out.Failures = append(f.out.Failures, found)
	}
}

// file lists a file.
func (f *fileJudge) file(role evidence.Role, path string) *JudgedFile {
	j := JudgedFile{Role: role, Path: path}
	if info, err := os.Stat(path); err == nil {
		j.Mode = fmt.Sprintf("%04o", info.Mode().Perm())
	}
	f.out.Files = append(f.out.Files, j)
	return &f.out.Files[len(f.out.Files)-1]
}

// trust reads what is to be trusted.
func (f *fileJudge) trust() {
	t := f.set.Settings.Trust
	if t.CAFile != "" {
		j := f.file(evidence.RoleCAFile, t.CAFile)
		if err := f.store.AddFile(t.CAFile); err != nil {
			f.fault(err)
		}
		for _, a := range f.store.Certificates() {
			j.Certificates = append(j.Certificates, f.described(a.Certificate, a.Path, a.Line))
		}
		f.trusted = len(j.Certificates) > 0
	}
	if t.CAPath != "" {
		f.file(evidence.RoleCAPath, t.CAPath)
		if info, err := os.Stat(t.CAPath); err != nil {
			f.fault(&certs.FileError{Option: evidence.RoleCAPath.Option(), Path: t.CAPath, Problem: certs.Missing, Err: err})
		} else if !info.IsDir() {
			f.fault(&certs.FileError{Option: evidence.RoleCAPath.Option(), Path: t.CAPath, Problem: certs.NotDirectory})
		} else {
			f.store.AddDir(t.CAPath)
			f.trusted = true
		}
	}
	if t.OSCerts {
		f.store.AddSystem(f.set.Settings.getenv)
		f.trusted = true
	}
	for _, path := range f.set.Settings.CRLFiles {
		j, before := f.file(evidence.RoleCRL, path), len(f.store.CRLs())
		if err := f.store.AddCRLFile(path); err != nil {
			f.fault(err)
		}
		j.CRLs = describeCRLs(f.store.CRLs()[before:])
	}
}

func (f *fileJudge) described(c *x509.Certificate, path string, line int) evidence.Certificate {
	e := describeCertificate(c)
	e.File, e.Line = path, line
	return e
}

// pair reads certificate and key, each by itself, so that every fault shows.
func (f *fileJudge) pair() {
	certFile, keyFile := f.set.Settings.CertFile, f.set.Settings.KeyFile
	o := certs.PairOptions{SecurityLevel: f.set.Settings.Policy.SecurityLevel, Store: f.store, Now: f.now, Opener: f.set.Opener}
	var key crypto.Signer
	var failed []error
	if certFile != "" {
		f.file(evidence.RoleCertificate, certFile)
		var err error
		if f.chain, err = certs.LoadChain(certFile, o); err != nil {
			failed = append(failed, err)
		}
	}
	if keyFile != "" {
		f.file(evidence.RoleKey, keyFile)
		var err error
		if key, err = certs.LoadKey(keyFile, f.set.Opener); err != nil {
			failed = append(failed, err)
		}
	}
	if certFile != "" && keyFile != "" && (len(failed) == 0 || len(failed) == 2) {
		// Together they may be exchanged, or not belong together.
		var e *certs.FileError
		if _, err := certs.LoadPair(certFile, keyFile, o); errors.As(err, &e) && (e.Problem == certs.Swapped || e.Problem == certs.KeyMismatch) {
			failed = []error{err}
		}
	}
	for _, err := range failed {
		f.fault(err)
	}
	f.describePair(key)
}

// describePair says what certificate and key are, as far as they could be read.
func (f *fileJudge) describePair(key crypto.Signer) {
	for i := range f.out.Files {
		switch j := &f.out.Files[i]; {
		case j.Role == evidence.RoleCertificate:
			for _, c := range f.chain {
				e := describeCertificate(c)
				j.Certificates = append(j.Certificates, e)
			}
		case j.Role == evidence.RoleKey && key != nil:
			public := describeKey(&x509.Certificate{PublicKey: key.Public()})
			j.Key = &public
			if len(f.chain) > 0 {
				same, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
				j.Matches = evidence.Of(ok && same.Equal(f.chain[0].PublicKey))
			}
		}
	}
}

// permissions says what the account may not read, and which key others may.
func (f *fileJudge) permissions() {
	for _, j := range f.out.Files {
		info, err := os.Stat(j.Path)
		if err != nil {
			continue
		}
		if j.Key != nil && info.Mode().IsRegular() && info.Mode().Perm()&0o004 != 0 {
			f.out.Remarks = append(f.out.Remarks, Remark{Place: evidence.Place{File: j.Path},
				Text: "every user of this system can read the private key: use chmod o-rwx"})
		}
		if f.set.Account == nil {
			continue
		}
		access, err := f.set.Account.Unreadable(j.Path)
		if err == nil && access != nil {
			f.fault(&certs.FileError{Option: j.Role.Option(), Path: j.Path, Problem: certs.Unreadable, Access: access})
		}
	}
}

// dates says of each certificate whether it is out of date, or will be soon.
func (f *fileJudge) dates() {
	told := len(f.out.Failures) > 0
	for i := range f.out.Files {
		j := &f.out.Files[i]
		for k := range j.Certificates {
			c := &j.Certificates[k]
			left := c.Dates.NotAfter.Sub(f.now)
			r := Remark{Place: c.Place}
			if r.File == "" {
				r.File = j.Path
			}
			switch {
			case f.now.Before(c.Dates.NotBefore):
				r.Grave, r.Text = !told, fmt.Sprintf("%s is valid from %s on", c.Subject.Text, c.Dates.NotBefore.UTC().Format(time.RFC3339))
			case left < 0:
				r.Grave, r.Text = !told, fmt.Sprintf("%s has ended on %s", c.Subject.Text, c.Dates.NotAfter.UTC().Format(time.RFC3339))
			case left < f.set.Soon:
				r.Text = fmt.Sprintf("%s ends in %d days", c.Subject.Text, int(left.Hours()/24))
			case c.Key.Strength > 0 && c.Key.Strength < certs.LevelBits(f.set.Settings.Policy.SecurityLevel):
				r.Grave, r.Text = !told, fmt.Sprintf("%s has a %s key of %d bits, which OpenSSL refuses at security level %d",
					c.Subject.Text, c.Key.Type, c.Key.Bits, f.set.Settings.Policy.SecurityLevel)
			default:
				continue
			}
			f.out.Remarks = append(f.out.Remarks, r)
		}
	}
}
