package options

import "strings"

// maxLine is the number of bytes after which a line of an option file is cut in two.
const maxLine = 1023

// optionFile returns the name of the option file, and false if there is none. A -o anywhere among the arguments counts,
// even where it is the word of another option.
func (p *pass) optionFile(args []string) (name string, ok bool, err error) {
	for i, arg := range args {
		switch {
		case arg != "-o":
		case i == len(args)-1:
			return "", false, p.client.call.optionError("-o argument given but no options file specified.")
		case ok:
			return "", false, p.client.call.optionError("Duplicate -o argument given.")
		default:
			name, ok = args[i+1], true
		}
	}
	if ok {
		return name, true, nil
	}
	program := AsReference.Program(p.client.call.command.OptionsOf())
	if dir, set := p.env.LookupEnv("XDG_CONFIG_HOME"); set {
		return dir + "/" + program, true, nil
	}
	if dir, set := p.env.LookupEnv("HOME"); set {
		return dir + "/.config/" + program, true, nil
	}
	return "", false, nil
}

// readFile reads the options in a file, one line after the other. A file that cannot be read is as good as an empty one.
func (p *pass) readFile(name string) error {
	content, err := p.env.ReadFile(name)
	if err != nil {
		return nil
	}
	p.fromFile = true
	for text := string(content); text != ""; {
		var line string
		line, text = cutLine(text)
		if err := p.read(splitLine(line)); err != nil {
			return err
		}
	}
	p.fromFile = false
	return nil
}

// cutLine cuts the first line, its end included, or the first maxLine bytes of it.
func cutLine(text string) (line, rest string) {
	head := text[:min(len(text), maxLine)]
	if end := strings.IndexByte(head, '\n'); end >= 0 {
		head = head[:end+1]
	}
	return head, text[len(head):]
}

// splitLine returns the words of a line: the option's name and, after one space, the rest. Comments have none.
func splitLine(line string) []string {
	if strings.HasPrefix(line, "#") {
		return nil
	}
	// The reference reads lines as C strings, which a NUL ends.
	line, _, _ = strings.Cut(line, "\x00")
	line = strings.TrimLeft(strings.TrimRight(line, "\r\n"), " ")
	if line == "" {
		return nil
	}
	name, rest, _ := strings.Cut(line, " ")
	if rest == "" {
		return []string{name}
	}
	return []string{name, rest}
}
