# shellcheck shell=bash
# Completion of culex, mosquitto_pub, mosquitto_sub and mosquitto_rr for bash.
# Made by scripts/docs; do not edit.
#
# Source it from ~/.bashrc. Or put it into the directory completions of
# bash-completion, mostly /usr/share/bash-completion/completions, under the
# name culex, with links of the other names to it.

# _culex_options COMMAND sets options to those of the command, and files where it
# takes files besides.
_culex_options() {
	files=''
	case $1 in
	pub)
		options='-t --topic -r --retain --repeat --repeat-delay -m --message -f --file -s --stdin-file -n
			--null-message -l --stdin-line --spool --spool-max --spool-age -h --host -p --port --unix -L --url
			-A -S --nodelay --proxy --ws --ws-path --ws-header --resolve -u --username -P --pw --pw-file
			--pw-env -i --id -I --id-prefix -V --protocol-version -k --keepalive -c --disable-clean-session -x
			-q --qos -M -D --property --will-topic --will-payload --will-qos --will-retain --cafile --capath
			--tls-use-os-certs --cert --key --keyform --psk --psk-identity --insecure --tls-no-verify
			--tls-server-name --tls-version --ciphers --tls-alpn --tls-keylog --tls-session-dir --no-tls
			--tls-engine --tls-engine-kpass-sha1 --key-pass-file --key-pass-env --crl-file --tls-pin
			--tls-curves --connect-timeout --retry-connect --reconnect-timeout -d --debug --quiet --strict
			--diag-format --log-format -o --help --version'
		;;
	sub)
		options='-t --topic -T --filter-out -U --unsubscribe -C -E --retained-only --remove-retained --random-filter
			-R --retain-as-published --retain-handling -F -v --verbose -N --pretty --json-safe -W -w --watch
			--message-rate -h --host -p --port --unix -L --url -A -S --nodelay --proxy --ws --ws-path
			--ws-header --resolve -u --username -P --pw --pw-file --pw-env -i --id -I --id-prefix -V
			--protocol-version -k --keepalive -c --disable-clean-session -x -q --qos -M -D --property
			--will-topic --will-payload --will-qos --will-retain --cafile --capath --tls-use-os-certs --cert
			--key --keyform --psk --psk-identity --insecure --tls-no-verify --tls-server-name --tls-version
			--ciphers --tls-alpn --tls-keylog --tls-session-dir --no-tls --tls-engine --tls-engine-kpass-sha1
			--key-pass-file --key-pass-env --crl-file --tls-pin --tls-curves --connect-timeout --retry-connect
			--reconnect-timeout -d --debug --quiet --strict --diag-format --log-format -o --help --version'
		;;
	rr)
		options='-t --topic -e --latency -m --message -f --file -s --stdin-file -n --null-message -R
			--retain-as-published --retain-handling -F -v --verbose -N --pretty --json-safe -W -h --host -p
			--port --unix -L --url -A -S --nodelay --proxy --ws --ws-path --ws-header --resolve -u --username
			-P --pw --pw-file --pw-env -i --id -I --id-prefix -V --protocol-version -k --keepalive -c
			--disable-clean-session -x -q --qos -M -D --property --will-topic --will-payload --will-qos
			--will-retain --cafile --capath --tls-use-os-certs --cert --key --keyform --psk --psk-identity
			--insecure --tls-no-verify --tls-server-name --tls-version --ciphers --tls-alpn --tls-keylog
			--tls-session-dir --no-tls --tls-engine --tls-engine-kpass-sha1 --key-pass-file --key-pass-env
			--crl-file --tls-pin --tls-curves --connect-timeout --retry-connect --reconnect-timeout -d --debug
			--quiet --strict --diag-format --log-format -o --help --version'
		;;
	check)
		options='-t --topic -W --format -h --host -p --port --unix -L --url -A -S --nodelay --proxy --ws --ws-path
			--ws-header --resolve -u --username -P --pw --pw-file --pw-env -i --id -I --id-prefix -V
			--protocol-version -k --keepalive -c --disable-clean-session -x -q --qos -M -D --property
			--will-topic --will-payload --will-qos --will-retain --cafile --capath --tls-use-os-certs --cert
			--key --keyform --psk --psk-identity --insecure --tls-no-verify --tls-server-name --tls-version
			--ciphers --tls-alpn --tls-keylog --tls-session-dir --no-tls --tls-engine --tls-engine-kpass-sha1
			--key-pass-file --key-pass-env --crl-file --tls-pin --tls-curves --connect-timeout --retry-connect
			--reconnect-timeout -d --debug --quiet --strict --diag-format --log-format -o --help --version'
		;;
	tlsdiag-probe)
		options='--no-probes --format -h --host -p --port --unix -L --url -A -S --nodelay --proxy --ws --ws-path
			--ws-header --resolve -u --username -P --pw --pw-file --pw-env -i --id -I --id-prefix -V
			--protocol-version -k --keepalive -c --disable-clean-session -x -q --qos -M -D --property
			--will-topic --will-payload --will-qos --will-retain --cafile --capath --tls-use-os-certs --cert
			--key --keyform --psk --psk-identity --insecure --tls-no-verify --tls-server-name --tls-version
			--ciphers --tls-alpn --tls-keylog --tls-session-dir --no-tls --tls-engine --tls-engine-kpass-sha1
			--key-pass-file --key-pass-env --crl-file --tls-pin --tls-curves --connect-timeout --retry-connect
			--reconnect-timeout -d --debug --quiet --strict --diag-format --log-format -o --help --version'
		;;
	tlsdiag-files)
		options='--for --as-user --days --format -h --host -p --port --unix -L --url -A -S --nodelay --proxy --ws
			--ws-path --ws-header --resolve -u --username -P --pw --pw-file --pw-env -i --id -I --id-prefix -V
			--protocol-version -k --keepalive -c --disable-clean-session -x -q --qos -M -D --property
			--will-topic --will-payload --will-qos --will-retain --cafile --capath --tls-use-os-certs --cert
			--key --keyform --psk --psk-identity --insecure --tls-no-verify --tls-server-name --tls-version
			--ciphers --tls-alpn --tls-keylog --tls-session-dir --no-tls --tls-engine --tls-engine-kpass-sha1
			--key-pass-file --key-pass-env --crl-file --tls-pin --tls-curves --connect-timeout --retry-connect
			--reconnect-timeout -d --debug --quiet --strict --diag-format --log-format -o --help --version'
		;;
	tlsdiag-explain)
		options='--printed-by --format --help'
		files=yes
		;;
	tlsdiag-pcap)
		options='--keylog --port --cafile --capath --tls-use-os-certs --format --help'
		files=yes
		;;
	tlsdiag-conf)
		options='--against --as-user --format --help'
		files=yes
		;;
	tlsdiag-alert)
		options='--format --help'
		;;
	tlsdiag-replay)
		options='--format --help'
		files=yes
		;;
	spool-status)
		options='--format --help'
		;;
	spool-flush)
		options='--spool-age -h --host -p --port --unix -L --url -A -S --nodelay --proxy --ws --ws-path --ws-header
			--resolve -u --username -P --pw --pw-file --pw-env -i --id -I --id-prefix -V --protocol-version -k
			--keepalive -c --disable-clean-session -x -q --qos -M -D --property --will-topic --will-payload
			--will-qos --will-retain --cafile --capath --tls-use-os-certs --cert --key --keyform --psk
			--psk-identity --insecure --tls-no-verify --tls-server-name --tls-version --ciphers --tls-alpn
			--tls-keylog --tls-session-dir --no-tls --tls-engine --tls-engine-kpass-sha1 --key-pass-file
			--key-pass-env --crl-file --tls-pin --tls-curves --connect-timeout --retry-connect
			--reconnect-timeout -d --debug --quiet --strict --diag-format --log-format -o --help --version'
		;;
	spool-drop)
		options='--format --help'
		;;
	link)
		options='--help'
		;;
	unlink)
		options='--help'
		;;
	*) options='' ;;
	esac
}

# _culex_value OPTION sets kind, and words, to what stands after it.
_culex_value() {
	words=''
	case $1 in
	-t | --topic | --repeat | --repeat-delay | -m | --message | --spool-max | --spool-age | -p | \
		--port | -L | --url | -A | --proxy | --ws-header | --resolve | -u | --username | -P | --pw | \
		--pw-env | -i | --id | -I | --id-prefix | -k | --keepalive | -x | -M | --will-topic | \
		--will-payload | --psk | --psk-identity | --tls-server-name | --ciphers | --tls-alpn | \
		--tls-engine | --tls-engine-kpass-sha1 | --key-pass-env | --tls-pin | --tls-curves | \
		--connect-timeout | --reconnect-timeout | -T | --filter-out | -U | --unsubscribe | -C | \
		--random-filter | -F | -W | -e | --as-user | --days | --against)
		kind='any'
		;;
	-f | --file | --unix | --ws-path | --pw-file | --cafile | --cert | --key | --tls-keylog | \
		--key-pass-file | --crl-file | -o | --keylog)
		kind='file'
		;;
	--spool | --capath | --tls-session-dir)
		kind='directory'
		;;
	-h | --host)
		kind='host'
		;;
	-V | --protocol-version)
		kind='words'
		words='31 311 5'
		;;
	-q | --qos | --will-qos)
		kind='words'
		words='0 1 2'
		;;
	-D | --property)
		kind='property'
		;;
	--keyform)
		kind='words'
		words='pem'
		;;
	--tls-version)
		kind='words'
		words='tlsv1.3 tlsv1.2 tlsv1.1'
		;;
	--diag-format | --format)
		kind='words'
		words='text json'
		;;
	--log-format)
		kind='words'
		words='none json'
		;;
	--retain-handling)
		kind='words'
		words='always new never'
		;;
	--for)
		kind='words'
		words='client broker'
		;;
	--printed-by)
		kind='words'
		words='broker client'
		;;
	*) kind='' ;;
	esac
}

# _culex_property N sets words to what can be the Nth word after -D; $2 is the first.
_culex_property() {
	words=''
	case $1,$2 in
	1,*) words='connect publish subscribe unsubscribe disconnect will' ;;
	2,connect)
		words='session-expiry-interval authentication-method authentication-data request-problem-information
			request-response-information receive-maximum topic-alias-maximum user-property maximum-packet-size'
		;;
	2,publish)
		words='payload-format-indicator message-expiry-interval content-type response-topic correlation-data
			topic-alias user-property'
		;;
	2,subscribe)
		words='subscription-identifier user-property'
		;;
	2,unsubscribe)
		words='user-property'
		;;
	2,disconnect)
		words='session-expiry-interval server-reference reason-string user-property'
		;;
	2,will)
		words='payload-format-indicator message-expiry-interval content-type response-topic correlation-data
			will-delay-interval reason-string user-property'
		;;
	esac
}

# _culex_group WORD sets words to the commands that begin with the word and have one more.
_culex_group() {
	case $1 in
	spool) words='status flush drop' ;;
	tlsdiag) words='probe files explain pcap conf alert replay' ;;
	*) words='' ;;
	esac
}

# The word after an option is its value, whatever it looks like: so the options
# are counted off from the left.
_culex() {
	local command=${1##*/} current=${COMP_WORDS[COMP_CWORD]} files i=1 kind='' options='' values words=''
	COMPREPLY=()
	case $command in
	mosquitto_*) command=${command#mosquitto_} ;;
	*)
		if ((COMP_CWORD == 1)); then
			words='pub sub rr check tlsdiag spool link unlink'
			[[ $current = -* ]] && words='--help --version'
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
			return
		fi
		command=${COMP_WORDS[1]} i=2
		_culex_group "$command"
		if [ -n "$words" ]; then
			if ((COMP_CWORD == 2)); then
				[[ $current = -* ]] && words='--help'
				mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
				return
			fi
			command+=-${COMP_WORDS[2]} i=3
		fi
		;;
	esac
	_culex_options "$command"
	while ((i < COMP_CWORD)); do
		_culex_value "${COMP_WORDS[i]}"
		values=1
		case $kind in
		'') values=0 ;;
		property)
			values=3
			[ "${COMP_WORDS[i + 2]-}" = user-property ] && values=4
			;;
		esac
		if ((COMP_CWORD <= i + values)); then
			_culex_offer $((COMP_CWORD - i))
			return
		fi
		i=$((i + values + 1))
	done
	if [[ -n $files && $current != -* ]]; then
		compopt -o default
	else
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
	fi
}

# _culex_offer N offers what can be the Nth word after the option at i. bash itself
# completes file names, since it knows how they are quoted.
_culex_offer() {
	case $kind in
	file) compopt -o default ;;
	directory) compopt -o dirnames ;;
	host) mapfile -t COMPREPLY < <(compgen -A hostname -- "$current") ;;
	property)
		_culex_property "$1" "${COMP_WORDS[i + 1]}"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		;;
	words) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
	esac
}

complete -F _culex culex mosquitto_pub mosquitto_sub mosquitto_rr
