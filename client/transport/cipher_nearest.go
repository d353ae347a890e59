package transport

import "strings"

// nearestCipher is the suite or keyword that a word probably stands for, or "".
func nearestCipher(r *cipherReader, word string) string {
	near := nearestTo(word)
	for _, k := range r.keywords {
		near.consider(k.name, k.name)
	}
	for _, s := range r.suites {
		near.consider(s.name, s.name)
		near.consider(s.name, s.standardName())
	}
	return near.name
}

// nearest looks for the name that differs least from a word, other than in case and punctuation.
type nearest struct {
	word   string // without case and punctuation
	name   string // the best so far, or ""
	errors int    // a better one has fewer
}

// nearestTo starts the search. One letter in four may be wrong, and no more than three.
func nearestTo(word string) *nearest {
	word = plainCipher(word)
	return &nearest{word: word, errors: min(len(word)/4, 3) + 1}
}

func (n *nearest) consider(name, spelling string) {
	spelling = plainCipher(spelling)
	if max(len(spelling)-len(n.word), len(n.word)-len(spelling)) >= n.errors {
		return
	}
	if errors := distance(n.word, spelling); errors < n.errors {
		n.name, n.errors = name, errors
	}
}

// plainCipher is a name without what writers of other programs put differently.
func plainCipher(name string) string {
	name = strings.Map(func(c rune) rune {
		if strings.ContainsRune("-_. ", c) {
			return -1
		}
		return c
	}, strings.ToUpper(name))
	return strings.Replace(strings.TrimPrefix(name, "TLS"), "WITH", "", 1)
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
