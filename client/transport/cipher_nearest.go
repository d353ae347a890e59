package transport

import (
	"strings"

	"github.com/culex-mqtt/culex/client/nearest"
)

// nearestCipher is the suite or keyword that a word probably stands for, or "". Case and punctuation do not count.
func nearestCipher(r *cipherReader, word string) string {
	near := nearest.New(plainCipher(word), 0)
	for _, k := range r.keywords {
		near.Consider(k.name, plainCipher(k.name))
	}
	for _, s := range r.suites {
		near.Consider(s.name, plainCipher(s.name))
		near.Consider(s.name, plainCipher(s.standardName()))
	}
	return near.Name()
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
