package transport

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// suiteState is what the rules read so far have made of a suite.
type suiteState byte

const (
	absent suiteState = iota
	chosen
	killed // by "!": no later rule brings it back
)

// cipherReader applies the rules of a cipher list, one after the other.
type cipherReader struct {
	list     string // as the user gave it
	rest     string // not read yet
	suites   []suite
	keywords []keyword
	states   []suiteState // of suites
	level    int
	// fault is the first breach of the grammar, which spoils the whole list.
	fault *CipherError
	// cause says why nothing is chosen, should that be so in the end.
	cause *CipherError
	// killer is the last rule with "!" that met a suite.
	killer string
}

func newCipherReader(list string) *cipherReader {
	suites := opensslSuites()
	return &cipherReader{
		list:     list,
		suites:   suites,
		keywords: keywords(),
		states:   make([]suiteState, len(suites)),
		level:    defaultSecurityLevel,
	}
}

// read applies the rules of a text. Rules need no separator where an operator tells them apart: AES@STRENGTH.
func (r *cipherReader) read(text string) {
	r.rest = text
	for r.rest != "" {
		start := r.rest
		operator := r.rest[0]
		switch operator {
		case ':', ' ', ';', ',':
			r.rest = r.rest[1:]
			continue
		case '@':
			r.rest = r.rest[1:]
			r.command()
			r.skip()
			continue
		case '!', '-', '+':
			r.rest = r.rest[1:]
		default:
			operator = 0
		}
		if !r.rule(operator, start) {
			r.skip()
		}
	}
}

// rule reads one name, or several with "+" between them, and applies it. It reports false if the text up to the next
// separator is to be ignored, as OpenSSL does with what it does not know.
func (r *cipherReader) rule(operator byte, start string) bool {
	var want traits
	var only uint16
	for {
		word := r.word()
		text := start[:len(start)-len(r.rest)]
		if word == "" {
			r.malformed(text)
			return false
		}
		t, id, known := r.lookup(word)
		if !known {
			r.explain(operator, word, faultOf(word))
			return false
		}
		var possible bool
		if want, possible = want.and(t); !possible {
			r.explain(operator, text, CipherNoMatch)
			return false
		}
		if id != 0 {
			only = id
		}
		if !strings.HasPrefix(r.rest, "+") {
			r.apply(operator, want, only, text)
			return true
		}
		r.rest = r.rest[1:]
	}
}

// apply does what the operator says with each suite that has the traits, and the number if there is one.
func (r *cipherReader) apply(operator byte, want traits, only uint16, text string) {
	before := r.empty()
	met, barred := false, false
	for i, s := range r.suites {
		if only != 0 && s.id != only || !want.allows(s.classified()) {
			continue
		}
		met = true
		switch state := &r.states[i]; {
		case operator == '+': // order, which Go does not let us choose
		case *state == killed:
			barred = true
		case operator == '!':
			*state = killed
		case operator == '-':
			*state = absent
		default:
			*state = chosen
		}
	}
	if operator == '!' && met {
		r.killer = text
	}
	switch {
	case !met && notBuilt(text):
		r.explain(operator, text, CipherNotBuilt)
	case !met:
		r.explain(operator, text, CipherNoMatch)
	case !r.empty():
	case !before:
		r.cause = &CipherError{List: r.list, Word: text, Fault: CipherRemoved}
	case barred:
		r.explain(operator, r.killer, CipherRemoved)
	}
}

// explain keeps the first reason why a rule that was to add suites did not.
func (r *cipherReader) explain(operator byte, word string, fault CipherFault) {
	if operator == 0 && r.cause == nil {
		r.cause = &CipherError{List: r.list, Word: word, Fault: fault}
	}
}

// command reads what follows an "@".
func (r *cipherReader) command() {
	word := r.word()
	digit, isLevel := strings.CutPrefix(word, "SECLEVEL=")
	switch {
	case isLevel && len(digit) == 1 && digit >= "0" && digit <= "5":
		r.level = int(digit[0] - '0')
	case word == "STRENGTH": // order
	case r.fault == nil:
		r.fault = &CipherError{List: r.list, Word: "@" + word, Fault: CipherCommand}
	}
}

// malformed records that no name stands where one should, at the start of rest.
func (r *cipherReader) malformed(before string) {
	if r.fault != nil {
		return
	}
	r.fault = &CipherError{List: r.list, Word: before, Fault: CipherNameMissing}
	if r.rest != "" && !strings.Contains(cipherSeparators+cipherOperators, r.rest[:1]) {
		_, size := utf8.DecodeRuneInString(r.rest)
		r.fault.Word, r.fault.Fault = r.rest[:size], CipherCharacter
	}
}

// The bytes of the grammar that are not part of names.
const (
	cipherSeparators = ": ;,"
	cipherOperators  = "!-+@"
)

// skip goes on to the next separator.
func (r *cipherReader) skip() {
	if i := strings.IndexAny(r.rest, cipherSeparators); i >= 0 {
		r.rest = r.rest[i:]
	} else {
		r.rest = ""
	}
}

// word reads a name, which may be empty.
func (r *cipherReader) word() string {
	n := 0
	for n < len(r.rest) && inCipherName(r.rest[n]) {
		n++
	}
	word := r.rest[:n]
	r.rest = r.rest[n:]
	return word
}

func inCipherName(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-_.=", c) >= 0
}

// lookup finds a keyword, or a suite by either name: then with its number, and without its version, which makes no rule.
func (r *cipherReader) lookup(word string) (traits, uint16, bool) {
	for _, k := range r.keywords {
		if k.name == word {
			return k.traits, 0, true
		}
	}
	standard := strings.HasPrefix(word, "TLS_")
	for _, s := range r.suites {
		if s.name == word || standard && s.standardName() == word {
			return s.classified() &^ groupVersion, s.id, true
		}
	}
	return 0, 0, false
}

func (r *cipherReader) empty() bool { return !slices.Contains(r.states, chosen) }

// verdict is OpenSSL's: nil if the list is well-formed and has chosen something.
func (r *cipherReader) verdict() error {
	switch e := r.cause; {
	case r.fault != nil:
		return r.fault
	case !r.empty():
		return nil
	case e == nil:
		return &CipherError{List: r.list, Word: r.list, Fault: CipherNone, Right: afterDefault(r.list)}
	case e.Fault == CipherMisplaced:
		e.Right = afterDefault(r.list)
		return e
	case e.Fault == CipherUnknown:
		e.Right = nearestCipher(r, e.Word)
		return e
	default:
		return e
	}
}
