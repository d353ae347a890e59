package cause

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Formats and kinds of items as they stand in evidence.File.
const (
	FormatPEM      = "PEM"
	FormatDER      = "DER"
	FormatPKCS12   = "PKCS#12"
	FormatEmpty    = "empty"
	FormatDevice   = "device"
	FormatTooLarge = "too large"

	KindCertificate = "certificate"
	KindPrivateKey  = "private key"
	KindBundle      = "PKCS #12 bundle"
	KindCRL         = "certificate revocation list"
)

// given returns the file of a role when reading the files is what failed.
func given(s *evidence.Session, role evidence.Role) *evidence.File {
	if s.Stage != evidence.StageLocal {
		return nil
	}
	return s.Local.File(role)
}

// holds says whether an item of a kind is in a file, damaged or not.
func holds(f *evidence.File, kind string) bool {
	for _, it := range f.Items {
		if it.Kind == kind {
			return true
		}
	}
	return false
}

// damaged returns the first damaged item of a kind.
func damaged(f *evidence.File, kind string) (evidence.Item, bool) {
	for _, it := range f.Items {
		if it.Kind == kind && it.Damage != "" {
			return it, true
		}
	}
	return evidence.Item{}, false
}

// content says in words what is in a file.
func content(f *evidence.File) string {
	if len(f.Items) == 0 {
		return "nothing in PEM form"
	}
	var kinds []string
	seen := map[string]bool{}
	for _, it := range f.Items {
		if !seen[it.Kind] {
			seen[it.Kind] = true
			kinds = append(kinds, article(it.Kind))
		}
	}
	return list(kinds)
}

func article(noun string) string {
	switch {
	case noun == "":
		return noun
	case strings.ContainsRune("aeioAEIO", rune(noun[0])):
		return "an " + noun
	}
	// Abbreviations whose first letter is spoken with a vowel.
	for _, spoken := range [...]string{"HTML", "HTTP", "RSA", "SSH", "SMTP", "FTP", "MQTT", "RTSP", "unknown"} {
		if strings.HasPrefix(noun, spoken) {
			return "an " + noun
		}
	}
	return "a " + noun
}

// lacks is the finding for a file that does not hold what its option reads.
func lacks(f *evidence.File, what, label, advice string) (Finding, bool) {
	headline := fmt.Sprintf("%s holds %s and no %s", f.Path, content(f), what)
	switch {
	case f.Directory == evidence.Yes:
		headline = f.Path + " is a directory, not a file"
	case f.Format == "", f.Format == FormatDER, f.Format == FormatPKCS12:
		return Finding{}, false
	case f.Format == FormatEmpty:
		headline = f.Path + " is empty"
	case f.Format == FormatDevice:
		headline = f.Path + " is a device, not a file"
	case f.Format == FormatTooLarge:
		headline = fmt.Sprintf("%s is far too large for a file with a %s", f.Path, what)
	}
	return Finding{
		Confidence: Sure,
		Headline:   headline,
		Seen:       []string{fmt.Sprintf("%s: no block %s in it", option(f), label)},
		Hints:      []Hint{{Gateway, advice, ""}},
	}, true
}

// option names an option and its argument as given.
func option(f *evidence.File) string { return f.Role.Option() + " " + f.Path }

// missing is the finding for a file that does not exist.
func missing(f *evidence.File, what string) Finding {
	return Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("the %s %s does not exist", what, f.Path),
		Seen:       []string{option(f) + ": no such file or directory"},
		Hints: []Hint{{
			Gateway, fmt.Sprintf("correct the path given with %s; what is in that directory:", f.Role.Option()),
			"ls -l " + file(filepath.Dir(f.Path)),
		}},
	}
}

// unreadable is the finding for a file that this user may not read.
func unreadable(s *evidence.Session, f *evidence.File, what string, fix Hint) Finding {
	user := s.Local.User
	if user == "" {
		user = "another user"
	}
	if d := f.Owner.Blocked; d != "" {
		return Finding{
			Confidence: Sure,
			Headline:   fmt.Sprintf("the %s %s cannot be reached: %s may not enter the directory %s", what, f.Path, user, d),
			Seen:       []string{option(f) + ": permission denied", "this runs as " + user},
			Hints:      []Hint{{Gateway, "let that user enter the directory", "chmod o+x " + file(d)}},
		}
	}
	return Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("the %s %s is %s and this runs as %s", what, f.Path, owned(f.Owner), user),
		Seen:       []string{option(f) + ": permission denied"},
		Hints:      []Hint{fix},
	}
}

func owned(o evidence.Owner) string {
	switch {
	case o.Mode == "":
		return "not readable"
	case o.Group == "":
		return fmt.Sprintf("mode %s of %s", o.Mode, o.User)
	}
	return fmt.Sprintf("mode %s of %s:%s", o.Mode, o.User, o.Group)
}

// isDER is the finding for a file in DER that does not hold the one thing that its option reads in this form.
func isDER(f *evidence.File, what, advice string) Finding {
	hint, more := Hint{Gateway, advice, ""}, ""
	pem := file(f.Path + ".pem")
	switch {
	case holds(f, "PKCS #7 bundle") && what == KindCertificate:
		hint = Hint{Gateway, "take the certificates out of it, and give the new file",
			"openssl pkcs7 -inform der -in " + file(f.Path) + " -print_certs -out " + pem}
	case holds(f, KindCertificate) && what == KindCertificate:
		more = " and something behind it"
		hint = Hint{Gateway, "take the first out of it, and give the new file; what follows it is left out",
			"openssl x509 -inform der -in " + file(f.Path) + " -out " + pem}
	}
	return Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("%s holds %s%s in DER form, and %s reads one %s", f.Path, content(f), more, f.Role.Option(), what),
		Seen:       []string{fmt.Sprintf("%s: it begins with an ASN.1 sequence, that of %s", option(f), content(f))},
		Hints:      []Hint{hint},
	}
}

// damage is the finding for a PEM block that cannot be read.
func damage(f *evidence.File, kind string) (Finding, bool) {
	it, ok := damaged(f, kind)
	if !ok {
		return Finding{}, false
	}
	if it.Line == 0 {
		return Finding{
			Confidence: Sure,
			Headline:   fmt.Sprintf("the %s in %s is damaged: %s", kind, f.Path, it.Damage),
			Seen:       []string{option(f) + ": it is in DER form"},
			Hints:      []Hint{{Gateway, "copy the file again, as a binary file", ""}},
		}, true
	}
	return Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("the %s in %s, line %d, is damaged: %s", kind, f.Path, it.Line, it.Damage),
		Seen:       []string{fmt.Sprintf("%s: PEM block %d begins in line %d", option(f), it.Number, it.Line)},
		Hints: []Hint{{
			Gateway, "copy the file again as a file, not through a terminal or e-mail; to look at it:",
			fmt.Sprintf("sed -n %d,%dp %s", it.Line, it.Line+3, file(f.Path)),
		}},
	}, true
}

// newName puts another ending in place of a file's own.
func newName(path, ending string) string {
	return path[:len(path)-len(filepath.Ext(path))] + ending
}
