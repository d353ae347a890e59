package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func certificatePKCS12() Cause {
	return Cause{
		ID:     "certificate-pkcs12",
		Title:  "a PKCS#12 bundle was given where PEM is read",
		Source: "RFC 7292 section 4",
		Match: func(s *evidence.Session) (Finding, bool) {
			for _, role := range []evidence.Role{evidence.RoleCertificate, evidence.RoleKey, evidence.RoleCAFile} {
				if f := given(s, role); f != nil && f.Format == FormatPKCS12 {
					return pkcs12(f), true
				}
			}
			return Finding{}, false
		},
	}
}

func pkcs12(f *evidence.File) Finding {
	out := f.Path + ".pem"
	hint := Hint{
		Gateway, fmt.Sprintf("convert it, then give %s to --cert and to --key", out),
		"(umask 077; openssl pkcs12 -in " + file(f.Path) + " -nodes -out " + file(out) + ")",
	}
	if f.Role == evidence.RoleCAFile {
		hint = Hint{
			Gateway, fmt.Sprintf("take the CA's certificate out of it, then give %s to --cafile", out),
			"openssl pkcs12 -in " + file(f.Path) + " -cacerts -nokeys -out " + file(out),
		}
	}
	return Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("%s is a PKCS#12 bundle and %s reads PEM", f.Path, f.Role.Option()),
		Seen:       []string{f.Path + " begins with the version and the content type of a PFX"},
		Hints:      []Hint{hint},
	}
}
