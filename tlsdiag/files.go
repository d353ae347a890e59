package tlsdiag

import (
	"fmt"
	"os"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// describeFiles tells of the files that the options name: what the error of
// reading them says, and for the rest that they are there.
func (w *Watcher) describeFiles(s *evidence.Session, e *certs.FileError) {
	t := w.settings
	for _, f := range []evidence.File{
		{Role: evidence.RoleCAFile, Path: t.Trust.CAFile},
		{Role: evidence.RoleCertificate, Path: t.CertFile},
		{Role: evidence.RoleKey, Path: t.KeyFile},
	} {
		if f.Path == "" {
			continue
		}
		if info, err := os.Stat(f.Path); err == nil {
			f.Exists, f.Directory, f.Time = evidence.Yes, evidence.Of(info.IsDir()), info.ModTime().UTC()
		}
		s.Local.Files = append(s.Local.Files, f)
	}
	if e == nil {
		return
	}
	f := s.Local.File(role(e.Option))
	if f == nil {
		s.Local.Files = append(s.Local.Files, evidence.File{Role: role(e.Option), Path: e.Path})
		f = &s.Local.Files[len(s.Local.Files)-1]
	}
	describeFileError(s, f, e)
}

// describeFileError puts the reason why a file cannot be used into facts.
func describeFileError(s *evidence.Session, f *evidence.File, e *certs.FileError) {
	item := evidence.Item{Kind: e.Found, Number: e.Block, Line: e.Line, Damage: e.Detail}
	switch e.Problem {
	case certs.Missing:
		f.Exists = evidence.No
	case certs.Unreadable:
		f.Exists, f.Readable = evidence.Yes, evidence.No
		describeAccess(s, f, e.Access)
	case certs.IsDirectory:
		f.Exists, f.Directory = evidence.Yes, evidence.Yes
	case certs.NotDirectory:
		f.Exists, f.Directory = evidence.Yes, evidence.No
	case certs.Empty:
		f.Format = cause.FormatEmpty
	case certs.NoCertificate, certs.NoKey, certs.NoCRL:
		f.Format = cause.FormatPEM
		if e.Found != "" {
			f.Items = []evidence.Item{{Kind: e.Found}}
		}
	case certs.IsDevice:
		f.Format = cause.FormatDevice
	case certs.TooLarge:
		f.Format = cause.FormatTooLarge
	case certs.IsDER:
		f.Format, f.Items = cause.FormatDER, []evidence.Item{{Kind: e.Found}}
	case certs.IsPKCS12:
		f.Format = cause.FormatPKCS12
		if e.Detail != "" {
			f.Items = []evidence.Item{{Kind: e.Found, Damage: e.Detail}}
		}
	case certs.Damaged:
		if item.Kind == "" {
			item.Kind = cause.KindCertificate
			switch f.Role {
			case evidence.RoleKey:
				item.Kind = cause.KindPrivateKey
			case evidence.RoleCRL:
				item.Kind = cause.KindCRL
			}
		}
		if item.Damage == "" {
			item.Damage = "it does not decode"
		}
		f.Format, f.Items = cause.FormatPEM, []evidence.Item{item}
	case certs.Encrypted, certs.WrongPassPhrase:
		item = evidence.Item{Kind: cause.KindPrivateKey, Line: e.Line, Number: e.Block, Encrypted: true}
		if e.Problem == certs.WrongPassPhrase {
			item.Opened = evidence.No
		}
		f.Format, f.Items = formatOf(e), []evidence.Item{item}
	case certs.Swapped:
		hold(s, evidence.RoleCertificate, cause.KindPrivateKey)
		hold(s, evidence.RoleKey, cause.KindCertificate)
	case certs.KeyMismatch:
		describeMismatch(s, e)
	}
	var c evidence.Certificate
	switch {
	case e.Certificate != nil:
		c = describeCertificate(e.Certificate)
		c.File, c.Line = s.Asked.CertFile, e.Line
	case e.Problem != certs.UnsupportedKey:
		return
	}
	if e.Problem == certs.UnsupportedKey {
		c.File = e.Path
		c.Key = evidence.PublicKey{Type: e.Found, Usable: evidence.No}
	}
	s.Client.Chain = []evidence.Certificate{c}
}

// formatOf is the format of a file with an encrypted key.
func formatOf(e *certs.FileError) string {
	switch {
	case e.Line > 0:
		return cause.FormatPEM
	case e.Found == cause.KindBundle:
		return cause.FormatPKCS12
	}
	return cause.FormatDER
}

func hold(s *evidence.Session, role evidence.Role, kind string) {
	if f := s.Local.File(role); f != nil {
		f.Format, f.Items = cause.FormatPEM, []evidence.Item{{Kind: kind}}
	}
}

func describeMismatch(s *evidence.Session, e *certs.FileError) {
	key, certificate := s.Local.File(evidence.RoleKey), s.Local.File(evidence.RoleCertificate)
	for _, f := range []*evidence.File{key, certificate} {
		if f != nil {
			f.Matches = evidence.No
		}
	}
	if e.Partner == nil || key == nil || certificate == nil {
		return
	}
	key.Partner, certificate.Partner = e.Partner.CertificateOfKey, e.Partner.KeyOfCertificate
}

func describeAccess(s *evidence.Session, f *evidence.File, a *certs.Access) {
	if a == nil {
		return
	}
	s.Local.User = a.User
	f.Owner = evidence.Owner{User: a.Owner, Group: a.Group, Mode: fmt.Sprintf("%04o", a.Mode.Perm())}
	if strings.TrimRight(a.Blocker, "/") != strings.TrimRight(f.Path, "/") && a.Mode.IsDir() {
		f.Owner.Blocked = a.Blocker
	}
}
