package brokerlog

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

// Everything is each meaning of each table.
func Everything() []Reading {
	v := newVocabulary()
	var all []Reading
	for _, side := range []evidence.Side{evidence.SideClient, evidence.SideServer} {
		for code := -1; code < 256; code++ {
			all = append(all, v.one(event{printed: side, what: received, code: code}))
		}
		for _, row := range v.verdicts {
			all = append(all, v.one(event{printed: side, what: refused, code: int(row.number)}))
		}
		for name := range v.statements {
			all = append(all, v.one(event{printed: side, what: stated, name: name}))
		}
	}
	return all
}
