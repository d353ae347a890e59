package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func certificatePKCS12() Cause {
	return Cause{
		ID:     "certificate-pkcs12",
		Title:  "a PKCS#12 bundle cannot be read, or was given where there is no use for it",
		Source: "RFC 7292 section 4",
		Match: func(s *evidence.Session) (Finding, bool) {
			for _, role := range []evidence.Role{evidence.RoleCertificate, evidence.RoleKey, evidence.RoleCAFile} {
				if f := given(s, role); f != nil && f.Format == FormatPKCS12 && encryptedItem(f) == nil {
					return pkcs12(f), true
				}
			}
			return Finding{}, false
		},
	}
}

func pkcs12(f *evidence.File) Finding {
	out := f.Path + ".pem"
	if f.Role == evidence.RoleCAFile {
		return Finding{
			Confidence: Sure,
			Headline:   fmt.Sprintf("%s is a PKCS#12 bundle, and --cafile reads certificates alone", f.Path),
			Seen:       []string{f.Path + " begins with the version and the content type of a PFX"},
			Hints: []Hint{{
				Gateway, "take the CA's certificate out of it, and give that file",
				"openssl pkcs12 -in " + file(f.Path) + " -cacerts -nokeys -out " + file(out),
			}},
		}
	}
	why := "this program opens no bundles"
	for _, it := range f.Items {
		if it.Damage != "" {
			why = it.Damage
		}
	}
	return Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("the PKCS#12 bundle %s cannot be read: %s", f.Path, why),
		Seen:       []string{option(f) + ": it begins with the version and the content type of a PFX"},
		Hints: []Hint{
			{Gateway, "copy the file again, as a binary file", ""},
			{Gateway, "if OpenSSL reads it: convert it, and give the file to --cert and to --key",
				"(umask 077; openssl pkcs12 -in " + file(f.Path) + " -nodes -out " + file(out) + ")"},
		},
	}
}
