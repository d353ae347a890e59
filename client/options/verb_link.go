package options

// Link is the command line of culex link and of culex unlink.
type Link struct {
	LinkWords `group:"Output"`
	Aid       `group:"Output"`
}

// LinkWords say where the links are.
type LinkWords struct {
	// Dir is the directory of the links.
	Dir *string `arg:"" placeholder:"DIR" help:"The directory, such as /usr/local/bin."`
}

// ParseLink reads the command line of culex link or culex unlink, like [ParsePub].
func ParseLink(c Command, args []string, env Environment) (*Link, error) {
	o := new(Link)
	return o, parseVerb(c, o, args, env)
}

func aboutLink() Description {
	return Description{
		Name:     "link",
		Brief:    "take the place of the mosquitto programs, by links",
		Summary:  "Make links in a directory, by which this program takes the place of mosquitto_pub, mosquitto_sub and mosquitto_rr.",
		Synopsis: []string{"DIR"},
		Options:  new(Link),
		Exits:    linkExits("the links are there"),
	}
}

func aboutUnlink() Description {
	return Description{
		Name:     "unlink",
		Brief:    "remove these links",
		Summary:  "Remove the links that culex link has made in a directory.",
		Synopsis: []string{"DIR"},
		Options:  new(Link),
		Exits:    linkExits("there are no such links"),
	}
}

func linkExits(done string) []ExitStatus {
	return []ExitStatus{{"0", done}, {"1", "an error; what could not be done is named"}}
}
