package options

import (
	"errors"
	"io/fs"
	"strings"
)

// othersRead are the permission bits that let others than the owner's group read a file.
const othersRead fs.FileMode = 0o004

// takePassword reads the password of --pw-file or --pw-env.
func (o *Client) takePassword(env Environment) error {
	switch {
	case o.PasswordFile != nil:
		return o.passwordFromFile(env)
	case o.PasswordEnv != nil:
		password, ok := env.LookupEnv(*o.PasswordEnv)
		if !ok {
			return o.call.lineError("The environment variable '%s' of --pw-env is not set.", *o.PasswordEnv)
		}
		o.Password = &password
	}
	return nil
}

func (o *Client) passwordFromFile(env Environment) error {
	name := *o.PasswordFile
	content, exposed, err := o.readSecret(env, "--pw-file", name)
	if err != nil {
		return err
	}
	password := strings.TrimSuffix(strings.TrimSuffix(content, "\n"), "\r")
	if password == "" {
		return o.call.lineError("The file \"%s\" of --pw-file holds no password.", name)
	}
	o.Password, o.passwordExposed = &password, exposed
	return nil
}

// readSecret reads the file of an option, and tells whether others than its owner may read it, too.
func (o *Client) readSecret(env Environment, option, name string) (content string, exposed bool, err error) {
	bytes, err := env.ReadFile(name)
	if err != nil {
		var why *fs.PathError
		if errors.As(err, &why) {
			err = why.Err
		}
		return "", false, o.call.lineError("Unable to read the file \"%s\" of %s: %v.", name, option, err)
	}
	if info, err := env.Stat(name); err == nil {
		exposed = info.Mode().IsRegular() && info.Mode()&othersRead != 0
	}
	return string(bytes), exposed, nil
}
