package options

// OptionNames returns the shortest name of each option of a command, and whether it takes a value.
func OptionNames(c Command) map[string]bool {
	names := map[string]bool{}
	for _, o := range tableOf(About(c).Options) {
		names[o.called()] = o.tag.Get("placeholder") != ""
	}
	return names
}
