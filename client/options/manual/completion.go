package manual

// ValueKind is what a shell can offer where the value of an option is due.
type ValueKind byte

// The kinds of values.
const (
	NoValue       ValueKind = iota // the option takes none
	AnyText                        // nothing to offer
	OneOfWords                     // those of Option.Words
	FileName                       // a file of any kind
	DirectoryName                  // a directory
	HostName                       // a host
	PropertyWords                  // PACKET NAME VALUE: those of options.PropertyPackets
)

// ValueKind tells what the option's value is.
func (o *Option) ValueKind() ValueKind {
	if o.Words != "" {
		return OneOfWords
	}
	switch o.Placeholder {
	case "":
		return NoValue
	case "FILE", "PATH":
		return FileName
	case "DIR":
		return DirectoryName
	case "HOST":
		return HostName
	case "PACKET NAME VALUE":
		return PropertyWords
	}
	return AnyText
}
