package options

// Login is how the client identifies itself to the broker [MQTT-3.1.3.5].
type Login struct {
	// Username is nil if there is none; it may be empty.
	Username *string `name:"username" short:"u" noun:"username" placeholder:"NAME" help:"The user name to log in with."`
	// Password is nil if there is none; it may be empty. The words of --pw-file and --pw-env end up here, too.
	Password *string `name:"pw" short:"P" noun:"password" placeholder:"PASSWORD" lastwins:"password" help:"The password, for every user of this machine to see in the process list."`
	// PasswordFile is the file that Password came from, nil if none.
	PasswordFile *string `name:"pw-file" noun:"file" placeholder:"FILE" lastwins:"password" since:"culex" help:"Read the password from a file; a line end after it is dropped."`
	// PasswordEnv is the environment variable that Password came from, nil if none.
	PasswordEnv *string `name:"pw-env" noun:"name" placeholder:"NAME" lastwins:"password" since:"culex" help:"Take the password from an environment variable."`

	passwordExposed bool // others than its owner may read PasswordFile
}
