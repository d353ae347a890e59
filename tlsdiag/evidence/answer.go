package evidence

import "fmt"

// Answer is the outcome of one question put to a connection. The zero value
// says that the question was not asked or could not be answered, which is not
// the same as no.
type Answer string

// The three answers. NotObserved is left out of the JSON form.
const (
	NotObserved Answer = ""
	Yes         Answer = "yes"
	No          Answer = "no"
)

// Of turns something that was observed into Yes or No.
func Of(b bool) Answer {
	if b {
		return Yes
	}
	return No
}

// UnmarshalText accepts the three answers and nothing else.
func (a *Answer) UnmarshalText(b []byte) error {
	switch v := Answer(b); v {
	case NotObserved, Yes, No:
		*a = v
		return nil
	}
	return fmt.Errorf("answer %q is neither yes nor no", b)
}
