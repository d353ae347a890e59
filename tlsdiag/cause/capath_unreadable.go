package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func capathUnreadable() Cause {
	return Cause{
		ID:       "capath-unreadable",
		Title:    "this user may not enter the CA directory",
		Source:   "path_resolution(7): EACCES; X509_LOOKUP_hash_dir(3) does not report it",
		Explains: notTrusted(),
		Match: func(s *evidence.Session) (Finding, bool) {
			f := capath(s)
			if f == nil || f.Readable != evidence.No || f.Exists == evidence.No || f.Directory == evidence.No {
				return Finding{}, false
			}
			fix := Hint{Gateway, "CA certificates are no secret: let everybody look there", "chmod o+rx " + file(f.Path)}
			finding := unreadable(s, f, "CA directory", fix)
			finding.Seen = facts(append(finding.Seen, seenVerdict(s))...)
			return finding, true
		},
	}
}
