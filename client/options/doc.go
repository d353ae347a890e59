// Package options reads the command lines and option files of mosquitto_pub, mosquitto_sub and mosquitto_rr, which are
// also culex pub, sub and rr, into small typed structs.
//
// The structs are the one table of options: each field is an option, and its tags hold the names, the help text and
// the words of the error messages. [ParsePub], [ParseSub] and [ParseRR] walk that table with the grammar of mosquitto:
// exact words, the next word is the value whatever it looks like, numbers as C's atoi reads them, the first error wins.
// Package manual has kong make the help of culex pub, sub and rr, the manual pages and the completions from the same
// structs, when culex is built; kong plays no part in parsing.
//
// Tags of a field:
//
//	name, short   the option's long name and its letter; either may be missing
//	noun          what is missing in "Error: -t argument given but no topic specified."
//	missing       that sentence, where the reference words it in another way
//	xor, clash    the options of one group exclude one another, with this text
//	lastwins      of the options of one group the last one counts
//	once          with xor: the option excludes itself, too
//	kind          what a topic is called in the error about a malformed one
//	help          one line, for people
//	placeholder   the value's name in the help
//	words         the values that there are, where they are few
//	since         the first version of mosquitto that has the option; culex for our own
package options
