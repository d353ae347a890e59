package evidence

import "time"

// Role is what a file was given for.
type Role string

// The roles.
const (
	RoleCAFile      Role = "ca-file"
	RoleCAPath      Role = "ca-path"
	RoleCertificate Role = "certificate"
	RoleKey         Role = "key"
	RoleCRL         Role = "crl"
)

// Option is the option that names a file of this role.
func (r Role) Option() string {
	switch r {
	case RoleCAFile:
		return "--cafile"
	case RoleCAPath:
		return "--capath"
	case RoleCertificate:
		return "--cert"
	case RoleKey:
		return "--key"
	case RoleCRL:
		return "--crl-file"
	}
	return ""
}

// File is a file or directory that an option names.
type File struct {
	Role Role   `json:"role"`
	Path string `json:"path"`
	// Exists, Readable and Directory describe what stands at Path.
	Exists    Answer `json:"exists,omitempty"`
	Readable  Answer `json:"readable,omitempty"`
	Directory Answer `json:"directory,omitempty"`
	Owner     Owner  `json:"owner"`
	// Format is PEM, DER, PKCS12, empty, or what the content looks like instead.
	Format string    `json:"format,omitempty"`
	Items  []Item    `json:"items,omitempty"`
	Links  []Link    `json:"links,omitempty"`
	Time   time.Time `json:"time,omitzero"`
	// Partner is, for a key, the certificate file beside it that it belongs
	// to, and for a certificate the key file, where the given pair does not match.
	Partner string `json:"partner,omitempty"`
	// Matches says whether key and certificate given together belong together.
	Matches Answer `json:"matches,omitempty"`
}

// Owner is whose a file is.
type Owner struct {
	User  string `json:"user,omitempty"`
	Group string `json:"group,omitempty"`
	// Mode is the permission bits in octal: 0600.
	Mode string `json:"mode,omitempty"`
	// Blocked is the directory above that may not be entered, when that is
	// the reason.
	Blocked string `json:"blocked,omitempty"`
}

// Item is one thing found in a file.
type Item struct {
	// Kind is a PEM label in lower case (certificate, private key …) or what
	// else was recognised.
	Kind string `json:"kind"`
	// Number counts the PEM blocks of the file, from 1; 0 if it has none.
	Number int `json:"number,omitempty"`
	// Line is where it starts, from 1; 0 in a file that has no lines.
	Line int `json:"line,omitempty"`
	// Damage says what is wrong with it; empty when it can be read.
	Damage string `json:"damage,omitempty"`
	// Encrypted says that a key needs a pass phrase.
	Encrypted bool `json:"encrypted,omitempty"`
	// Opened says whether the pass phrase that was given opens it; not observed
	// when there was none.
	Opened Answer `json:"opened,omitempty"`
}

// Link is one entry of a CA directory that holds a certificate.
type Link struct {
	Name    string `json:"name"`
	Subject Name   `json:"subject"`
	SHA256  string `json:"sha256,omitempty"`
	// Linked says whether a lookup of its subject finds it, and Link is the
	// name under which it would.
	Linked Answer `json:"linked,omitempty"`
	Link   string `json:"link,omitempty"`
}
