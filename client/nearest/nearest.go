// Package nearest finds the name that a misspelt word probably stands for.
package nearest

// Search looks for the name that differs least from a word.
type Search struct {
	word   string
	name   string // the best so far, or ""
	errors int    // a better one has fewer
}

// New starts the search. One letter in four may be wrong, at least the given number and no more than three.
func New(word string, least int) *Search {
	return &Search{word: word, errors: max(min(len(word)/4, 3), least) + 1}
}

// Consider compares the word with one spelling of a name.
func (s *Search) Consider(name, spelling string) {
	if max(len(spelling)-len(s.word), len(s.word)-len(spelling)) >= s.errors {
		return
	}
	if errors := distance(s.word, spelling); errors < s.errors {
		s.name, s.errors = name, errors
	}
}

// Name is the nearest of the names considered, or "" if none is near.
func (s *Search) Name() string { return s.name }

// Of returns that of the names for which the word probably stands, or "". One letter may be wrong in a short word.
func Of(word string, names []string) string {
	s := New(word, 1)
	for _, name := range names {
		s.Consider(name, name)
	}
	return s.Name()
}

// distance is the number of bytes to add, to drop, to change or to swap with their neighbour between two words.
func distance(a, b string) int {
	var older []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			changed := row[j]
			if a[i] != b[j] {
				changed++
			}
			next[j+1] = min(changed, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], older[j-1]+1)
			}
		}
		older, row = row, next
	}
	return row[len(b)]
}
