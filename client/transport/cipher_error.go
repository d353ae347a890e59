package transport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/nearest"
)

// CipherError is a list of suites that cannot be used.
type CipherError struct {
	List  string      // as given
	Word  string      // the part of it that is to blame
	Fault CipherFault // what is wrong with Word
	// Right is what would be right: instead of List for CipherMisplaced and CipherNone, instead of Word otherwise. It is
	// empty if that is not known.
	Right string
}

// CipherFault is what is wrong with a part of a list of suites.
type CipherFault byte

// The first three are breaches of the grammar and spoil the whole list; the others count only where nothing was chosen.
const (
	CipherCharacter    CipherFault = iota + 1 // a character that has no place in a list
	CipherNameMissing                         // an operator without a name
	CipherCommand                             // neither @STRENGTH nor @SECLEVEL=0 to 5
	CipherUnknown                             // neither a suite nor a keyword
	CipherMisplaced                           // DEFAULT, not at the start of the list
	CipherNotBuilt                            // an algorithm that OpenSSL 3 is usually built without, such as 3DES or RC4
	CipherOtherVersion                        // a suite of TLS 1.3 in a list for older versions, or the other way round
	CipherUnsupported                         // a suite of TLS 1.3 that Go lacks
	CipherNoMatch                             // no suite has all that the rule asks for
	CipherRemoved                             // this rule left no suite
	CipherNone                                // the list adds nothing
	CipherNoPSK                               // the list has no suite for a pre-shared key
)

func (f CipherFault) String() string {
	switch f {
	case CipherCharacter:
		return "cannot stand in a cipher list"
	case CipherNameMissing:
		return "lacks a name"
	case CipherCommand:
		return "is neither @STRENGTH nor one of @SECLEVEL=0 to @SECLEVEL=5"
	case CipherUnknown:
		return "is not a known cipher suite or keyword"
	case CipherMisplaced:
		return "counts only at the start"
	case CipherNotBuilt:
		return "is left out of OpenSSL 3's usual builds"
	case CipherOtherVersion:
		return "belongs to another TLS version"
	case CipherUnsupported:
		return "is not supported"
	case CipherNoMatch:
		return "matches no cipher suite"
	case CipherRemoved:
		return "leaves no cipher suite"
	case CipherNone:
		return "adds no cipher suite"
	case CipherNoPSK:
		return "has no cipher suite for a pre-shared key, of those that are supported"
	default:
		return fmt.Sprintf("has fault %d", byte(f))
	}
}

func (e *CipherError) Error() string {
	text := fmt.Sprintf("cipher list %q: %q %v", e.List, e.Word, e.Fault)
	if e.Right != "" {
		text += fmt.Sprintf(" (right would be %q)", e.Right)
	}
	return text
}

// faultOf says what is wrong with a word of a cipher list that was not found.
func faultOf(word string) CipherFault {
	switch {
	case word == "DEFAULT":
		return CipherMisplaced
	case slices.Contains(tls13Names(), word):
		return CipherOtherVersion
	case notBuilt(word):
		return CipherNotBuilt
	default:
		return CipherUnknown
	}
}

// unknownCiphersuite says what is wrong with a word in a list of TLS 1.3 suites.
func unknownCiphersuite(list, word string) *CipherError {
	r := newCipherReader(word)
	if _, _, older := r.lookup(word); older {
		return &CipherError{List: list, Word: word, Fault: CipherOtherVersion}
	}
	near := nearest.New(plainCipher(word), 0)
	for _, name := range tls13Names()[:firstTLS13Unsupported] {
		near.Consider(name, plainCipher(name))
	}
	return &CipherError{List: list, Word: word, Fault: CipherUnknown, Right: near.Name()}
}

// afterDefault is the list with DEFAULT at its start, and not elsewhere, or "" if that is no better.
func afterDefault(list string) string {
	right := "DEFAULT"
	separator := func(c rune) bool { return strings.ContainsRune(cipherSeparators, c) }
	for part := range strings.FieldsFuncSeq(list, separator) {
		if part = strings.TrimPrefix(part, "DEFAULT"); part != "" {
			right += ":" + part
		}
	}
	if _, err := ParseCiphers(right); err != nil {
		return ""
	}
	return right
}

// notBuilt says whether a word stands for algorithms that OpenSSL knows and its usual builds leave out as weak or rare.
func notBuilt(word string) bool {
	if slices.Contains([]string{"LOW", "MEDIUM", "DES", "EXP", "EXPORT"}, word) {
		return true
	}
	for _, algorithm := range []string{"3DES", "DES-CBC", "DES_CBC", "RC2", "RC4", "IDEA", "SEED", "GOST"} {
		if strings.Contains(word, algorithm) {
			return true
		}
	}
	return false
}
