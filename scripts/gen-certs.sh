#!/bin/sh
# Makes a CA, a server certificate and client certificates for an MQTT broker
# with TLS, and verifies them. `scripts/gen-certs.sh --help` tells the rest.
set -euf # -f: *.domain is never a file pattern

usage() {
	cat <<'TEXT'
Usage: scripts/gen-certs.sh [OPTION]...

Makes a CA, a certificate for the broker and one for each client, checks them
with openssl, and prints what to put into mosquitto.conf and how to publish.

  --host NAME|IP      what clients dial: a DNS name, *.domain or an address; may
                      be repeated (default: localhost, 127.0.0.1 and ::1)
  --client NAME       a client, and the name of its files; may be repeated
                      (default: client)
  --ec CURVE          keys on P-256, P-384 or P-521 (default: P-256)
  --rsa BITS          RSA keys instead, 2048 to 8192 bits
  --days N            days until the certificates expire, 1 to 36500; the CA's
                      lives one day longer (default: 3650)
  --out DIR           where the files go; made when missing (default: certs)
  --force             replace files that exist
  --like-the-article  the bare certificates of many tutorials instead: RSA 2048,
                      X.509 v1, no extensions, and the subjects CN=ca, CN=server
                      (or the one --host) and CN=client (or --client)
  -h, --help          this text

Files: ca.crt ca.key server.crt server.key client.crt client.key. Private keys
can be read by their owner only. Nothing is written unless everything verified.
Needs OpenSSL 1.1.1 or newer; the environment variable OPENSSL names another
openssl program. Exit status: 0 done, 1 failed, 2 wrong usage.
TEXT
}

die() {
	printf 'gen-certs.sh: %s\n' "$*" >&2
	exit 1
}

wrong() {
	printf 'gen-certs.sh: %s\n' "$*" >&2
	echo 'Try: scripts/gen-certs.sh --help' >&2
	exit 2
}

# ---- what the command line may say --------------------------------------

# is_ipv4 and is_ipv6 take the standard notations of RFC 4291 2.2.
is_ipv4() {
	printf '%s\n' "$1" | awk -F. '
		NF != 4 { exit 1 }
		{ for (i = 1; i <= 4; i++) if ($i !~ /^[0-9]+$/ || length($i) > 3 || $i > 255 || ($i ~ /^0./)) exit 1 }'
}

is_ipv6() {
	case $1 in
	*.*)
		is_ipv4 "${1##*:}" || return 1
		set -- "${1%:*}:0:0" # an IPv4 tail stands for two groups
		;;
	esac
	printf '%s\n' "$1" | awk '
		/:::/ || /[^0-9A-Fa-f:]/ || /^:[^:]/ || /[^:]:$/ { exit 1 }
		{
			squeezed = gsub(/::/, ":-:")
			if (squeezed > 1) exit 1
			groups = 0
			n = split($0, part, ":")
			for (i = 1; i <= n; i++) {
				if (part[i] == "" || part[i] == "-") continue
				if (length(part[i]) > 4) exit 1
				groups++
			}
			if (squeezed ? groups > 7 : groups != 8) exit 1
		}'
}

is_address() {
	case $1 in
	*:*) return 0 ;;
	*[!0-9.]*) return 1 ;;
	esac
	return 0
}

check_host() {
	case $1 in
	'') wrong "--host '': a DNS name or an address is needed, such as broker.lan or 192.168.1.5" ;;
	*://* | */*) wrong "--host '$1': give the bare name or address, without scheme and path" ;;
	\[*) wrong "--host '$1': give the IPv6 address without brackets and port" ;;
	*%*) wrong "--host '$1': a certificate can not name a zone; give the address without %..." ;;
	esac
	if is_address "$1"; then
		case $1 in
		*:*) is_ipv6 "$1" || wrong "--host '$1': neither an IPv6 address (such as fd00::5) nor a name; a port does not belong here" ;;
		*) is_ipv4 "$1" || wrong "--host '$1': not an IPv4 address; four numbers from 0 to 255 are needed, such as 192.168.1.5" ;;
		esac
		return 0
	fi
	case $1 in
	*[!A-Za-z0-9._*-]*) wrong "--host '$1': a DNS name has letters, digits, '-', '_' and dots; write other scripts in their punycode form (xn--...)" ;;
	*.) wrong "--host '$1': give the name without the final dot" ;;
	esac
	check_labels "$1"
}

check_labels() {
	printf '%s\n' "$1" | awk -F. '
		length($0) > 253 { exit 1 }
		$1 == "*" && NF < 3 { exit 1 }
		{
			for (i = 1; i <= NF; i++) {
				if (i == 1 && $i == "*") continue
				if ($i !~ /^[A-Za-z0-9_-]+$/ || $i ~ /^-/ || $i ~ /-$/ || length($i) > 63) exit 1
			}
		}' || wrong "--host '$1': not a DNS name; labels of 1 to 63 characters between single dots, no '-' at their ends, '*' only as the whole first label of three or more"
}

check_client() {
	case $1 in
	'' | .* | -* | *[!A-Za-z0-9._-]*)
		wrong "--client '$1': it becomes a file name and the Common Name; use letters, digits, '-', '_' and dots, beginning with a letter, a digit or '_'"
		;;
	ca | server) wrong "--client '$1': $1.crt and $1.key would be made twice; choose another name" ;;
	esac
	[ ${#1} -le 64 ] || wrong "--client '$1': a Common Name has at most 64 characters (RFC 5280, appendix A.1), this has ${#1}"
}

curve_of() {
	case $1 in
	P-256 | p-256 | P256 | p256 | prime256v1 | secp256r1) echo P-256 ;;
	P-384 | p-384 | P384 | p384 | secp384r1) echo P-384 ;;
	P-521 | p-521 | P521 | p521 | secp521r1) echo P-521 ;;
	*) return 1 ;;
	esac
}

# is_number VALUE LOW HIGH
is_number() {
	case $1 in
	'' | 0* | *[!0-9]* | ???????*) return 1 ;;
	esac
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

# adds WORD LIST: the list with the word at its end, once.
adds() {
	case " $2 " in
	*" $1 "*) echo "$2" ;;
	*) echo "${2:+$2 }$1" ;;
	esac
}

parse() {
	hosts='' clients='' algorithm='' days=3650 out=certs force=no article=no
	while [ $# -gt 0 ]; do
		option=$1
		shift
		case $option in
		-h | --help)
			usage
			exit 0
			;;
		--force) force=yes && continue ;;
		--like-the-article) article=yes && continue ;;
		--host | --client | --ec | --rsa | --days | --out)
			[ $# -gt 0 ] || wrong "$option needs a value"
			value=$1
			shift
			;;
		--host=* | --client=* | --ec=* | --rsa=* | --days=* | --out=*)
			value=${option#*=}
			option=${option%%=*}
			;;
		*) wrong "unknown option or word '$option'" ;;
		esac
		take "$option" "$value"
	done
	settle
}

# take OPTION VALUE: one option of the command line into the variables.
take() {
	case $2 in
	--*) wrong "$1 needs a value, and '$2' looks like the next option" ;;
	esac
	case $1 in
	--host)
		check_host "$2"
		hosts=$(adds "$2" "$hosts")
		;;
	--client)
		check_client "$2"
		clients=$(adds "$2" "$clients")
		;;
	--ec)
		curve=$(curve_of "$2") || wrong "--ec '$2': a curve that OpenSSL and Go both take is needed: P-256, P-384 or P-521"
		[ -z "$algorithm" ] || wrong "--ec '$2': the kind of key is given twice; give one --ec or one --rsa"
		algorithm=EC
		;;
	--rsa)
		is_number "$2" 2048 8192 || wrong "--rsa '$2': a number of bits from 2048 to 8192 is needed; OpenSSL 3 refuses shorter keys"
		[ -z "$algorithm" ] || wrong "--rsa '$2': the kind of key is given twice; give one --ec or one --rsa"
		algorithm=RSA bits=$2
		;;
	--days)
		is_number "$2" 1 36500 || wrong "--days '$2': a whole number of days from 1 to 36500 is needed"
		days=$2
		;;
	--out)
		[ -n "$2" ] || wrong "--out '': the name of a directory is needed"
		out=$2
		;;
	esac
}

# settle checks what only the whole command line shows, and fills in defaults.
settle() {
	clients=${clients:-client}
	if [ "$article" = yes ]; then
		[ -z "$algorithm" ] || wrong "--like-the-article makes RSA keys of 2048 bits; leave --ec and --rsa out"
		hosts=${hosts:-server}
		case $hosts in
		*' '*) wrong "--like-the-article makes certificates that hold one name, in the CN; give one --host, not: $hosts" ;;
		ca) wrong "--host 'ca': the server's subject would be the CA's own, and no client could tell them apart" ;;
		esac
		[ ${#hosts} -le 64 ] || wrong "--host '$hosts': a Common Name has at most 64 characters (RFC 5280, appendix A.1), this has ${#hosts}"
		algorithm=RSA bits=2048
	fi
	hosts=${hosts:-localhost 127.0.0.1 ::1}
	[ -n "$algorithm" ] || algorithm=EC curve=P-256
}

# ---- making -------------------------------------------------------------

# ssl ARGUMENT...: openssl, which is heard only when it fails.
ssl() {
	"$openssl" "$@" 2>"$work/stderr" && return 0
	cat "$work/stderr" >&2
	die "openssl $1 failed; nothing was written"
}

# A random serial number of 16 bytes, positive (RFC 5280 4.1.2.2).
serial() {
	number=$(ssl rand -hex 15) || exit 1
	echo "0x4c$number"
}

# new_key FILE
new_key() {
	case $algorithm in
	EC) ssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -pkeyopt ec_param_enc:named_curve -out "$1" ;;
	RSA) ssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$bits" -out "$1" ;;
	esac
}

# The first name that fits becomes the server's CN; an address never does:
# clients compare addresses with IP SANs only.
server_cn() {
	for host in $hosts; do
		if ! is_address "$host" && [ ${#host} -le 64 ]; then
			echo "$host"
			return
		fi
	done
	echo broker
}

subject_alt_names() {
	list=''
	for host in $hosts; do
		if is_address "$host"; then kind=IP; else kind=DNS; fi
		list="${list:+$list,}$kind:$host"
	done
	echo "$list"
}

# A configuration of our own: the system's may be missing or say other things.
write_config() {
	usage_bits=digitalSignature
	# RSA key transport (TLS 1.2 and older) needs keyEncipherment, RFC 5246 7.4.2.
	[ "$algorithm" = EC ] || usage_bits=digitalSignature,keyEncipherment
	cat >"$work/openssl.cnf" <<CONFIG
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,$usage_bits
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = $(subject_alt_names)
[client]
basicConstraints = critical,CA:FALSE
keyUsage = critical,$usage_bits
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
CONFIG
}

# The CA's name carries random digits, so that a left-over CA of an earlier run
# has another name and is reported as unknown, not as a bad signature.
make_ca() {
	new_key "$work/ca.key"
	digits=$(ssl rand -hex 4)
	ssl req -x509 -new -sha256 -config "$work/openssl.cnf" -extensions ca \
		-key "$work/ca.key" -subj "/OU=CA/CN=MQTT CA $digits" \
		-days $((days + 1)) -set_serial "$(serial)" -out "$work/ca.crt"
}

# make_leaf FILE CN SECTION. The OU keeps the subjects apart, also where a
# client has the broker's name.
make_leaf() {
	new_key "$work/$1.key"
	ssl req -new -sha256 -config "$work/openssl.cnf" -key "$work/$1.key" \
		-subj "/OU=$3/CN=$2" -out "$work/request"
	ssl x509 -req -sha256 -in "$work/request" -CA "$work/ca.crt" -CAkey "$work/ca.key" \
		-set_serial "$(serial)" -days "$days" \
		-extfile "$work/openssl.cnf" -extensions "$3" -out "$work/$1.crt"
}

# make_bare FILE CN: X.509 v1, self-signed when it is the CA's.
make_bare() {
	ssl genrsa -out "$work/$1.key" 2048
	if [ "$bare_by" = req ]; then
		if [ "$1" = ca ]; then set -- "$1" "$2"; else set -- "$1" "$2" -CA "$work/ca.crt" -CAkey "$work/ca.key"; fi
		file=$1 cn=$2
		shift 2
		ssl req -new -x509v1 -sha256 -config "$work/openssl.cnf" -key "$work/$file.key" -subj "/CN=$cn" \
			-days "$days" -set_serial "$(serial)" -out "$work/$file.crt" "$@"
		return
	fi
	ssl req -new -sha256 -config "$work/openssl.cnf" -subj "/CN=$2" -key "$work/$1.key" -out "$work/request"
	file=$1
	if [ "$1" = ca ]; then set -- -signkey "$work/ca.key"; else set -- -CA "$work/ca.crt" -CAkey "$work/ca.key"; fi
	ssl x509 -req -sha256 -in "$work/request" -out "$work/$file.crt" -days "$days" -set_serial "$(serial)" "$@"
}

# From OpenSSL 3.2 on `x509 -req` makes v3 certificates; its `req` can still be
# asked for v1.
choose_bare() {
	bare_by=x509
	make_bare ca ca
	if ! is_v1 ca; then
		bare_by=req
		make_bare ca ca
	fi
}

is_v1() {
	ssl x509 -in "$work/$1.crt" -noout -text >"$work/text"
	grep -q 'Version: 1 (0x0)' "$work/text"
}

make_all() {
	write_config
	if [ "$article" = yes ]; then
		choose_bare
		make_bare server "$hosts"
		for client in $clients; do make_bare "$client" "$client"; done
	else
		make_ca
		make_leaf server "$(server_cn)" server
		for client in $clients; do make_leaf "$client" "$client" client; done
	fi
	for file in ca server $clients; do
		chmod 600 "$work/$file.key"
		chmod 644 "$work/$file.crt"
	done
}

# ---- verifying ----------------------------------------------------------

# verify CERTIFICATE ARGUMENT...: against our CA alone.
verify() {
	certificate=$1
	shift
	# X.509 v1 has none of what the strict checks ask for.
	[ "$article" = yes ] || set -- -x509_strict "$@"
	"$openssl" verify -no-CApath -CAfile "$work/ca.crt" "$@" "$work/$certificate.crt" >"$work/stderr" 2>&1 && return 0
	sed "s|$work/||g" "$work/stderr" >&2
	die "$certificate.crt does not verify ($*); nothing was written"
}

verify_key() {
	ssl pkey -in "$work/$1.key" -pubout >"$work/public"
	ssl x509 -in "$work/$1.crt" -noout -pubkey >"$work/certified"
	cmp -s "$work/public" "$work/certified" || die "$1.key is not the key of $1.crt; nothing was written"
}

verify_host() {
	case $1 in
	\*.*) verify server -verify_hostname "any${1#\*}" ;;
	*)
		if ! is_address "$1"; then
			verify server -verify_hostname "$1"
		elif [ "$article" = no ]; then # a CN never stands for an address
			verify server -verify_ip "$1"
		fi
		;;
	esac
}

verify_all() {
	for file in ca server $clients; do
		verify_key "$file"
		if [ "$article" = yes ] && ! is_v1 "$file"; then
			die "this openssl made $file.crt with another version than X.509 v1; nothing was written"
		fi
	done
	verify server -purpose sslserver
	for host in $hosts; do verify_host "$host"; done
	for client in $clients; do verify "$client" -purpose sslclient; done
}

# ---- writing and telling ------------------------------------------------

files() {
	for file in ca server $clients; do printf '%s\n' "$file.crt" "$file.key"; done
}

refuse_existing() {
	[ ! -e "$out" ] || [ -d "$out" ] || die "--out '$out': this is a file; the name of a directory is needed"
	there=''
	for file in $(files); do
		[ ! -d "$out/$file" ] || die "$out/$file is a directory and in the way; move it or choose another --out"
		if [ -e "$out/$file" ] || [ -L "$out/$file" ]; then there="$there $file"; fi
	done
	if [ -n "$there" ] && [ "$force" = no ]; then
		die "in $out there is already:$there; give --force to replace what is there, or choose another --out"
	fi
}

# Everything is made in a directory of our own beside the result, so that a
# failure leaves nothing behind and no key is ever readable by others.
open_work() {
	made_out=no
	if [ ! -d "$out" ]; then
		mkdir -p -- "$out" || die "--out '$out': the directory can not be made"
		made_out=yes
	fi
	case $out in
	/*) ;;
	*) out=$PWD/$out ;; # also keeps a leading '-' from looking like an option
	esac
	out=$(cd -P -- "$out" && pwd -P) || die "--out '$out': the directory can not be entered"
	umask 077
	work=$(mktemp -d "$out/.gen-certs.XXXXXX" 2>/dev/null) || die "--out '$out': no file can be made in this directory"
	trap clean EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

clean() {
	rm -rf -- "$work"
	if [ "$made_out" = yes ]; then rmdir -- "$out" 2>/dev/null || :; fi
}

install_files() {
	for file in $(files); do
		mv -f -- "$work/$file" "$out/$file" || die "$out/$file can not be written"
	done
}

# quoted WORD: as a POSIX shell has to be given it.
quoted() {
	case $1 in
	*[!A-Za-z0-9_./:@%+=,-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
	*) printf '%s' "$1" ;;
	esac
}

describe() {
	subject=$(ssl x509 -in "$out/$1.crt" -noout -subject -nameopt RFC2253)
	ends=$(ssl x509 -in "$out/$1.crt" -noout -enddate)
	printf '  %-24s %s, until %s\n' "$1.crt, $1.key" "${subject#subject=}" "${ends#notAfter=}"
}

# The name to show in commands: the first one that can be dialled.
dialled() {
	for host in $hosts; do
		case $host in
		\**) ;;
		*) echo "$host" && return ;;
		esac
	done
	echo "any${hosts#\*}" | sed 's/ .*//'
}

tell() {
	printf 'Made in %s with %s:\n' "$out" "${version%% (Library*}"
	for file in ca server $clients; do describe "$file"; done
	printf 'Verified: each key is its certificate'\''s; the chain, for server and client use;\n'
	printf '  the server certificate for: %s\n' "$(verified_hosts)"
	printf 'Keep ca.key away from the broker and the clients: it makes more certificates.\n'
	tell_broker
	tell_clients
}

verified_hosts() {
	if [ "$article" = yes ] && is_address "$hosts"; then
		echo "no host: clients compare an address with SANs only, and there are none"
	else
		echo "$hosts"
	fi
}

tell_broker() {
	cat <<TEXT

In mosquitto.conf (the broker's user must be able to read server.key, on Debian:
chown mosquitto: $(quoted "$out/server.key")):

listener 8883
cafile $out/ca.crt
certfile $out/server.crt
keyfile $out/server.key
require_certificate true
use_identity_as_username true
TEXT
}

tell_clients() {
	host=$(dialled)
	insecure=''
	if [ "$article" = yes ]; then
		if is_address "$host"; then
			insecure=' --insecure'
		elif [ "$host" = server ]; then
			printf '\nThe certificate holds for the name "server" alone; to dial another one, add --insecure.\n'
		fi
	fi
	printf '\nTo publish:\n\n'
	for client in $clients; do
		printf 'mosquitto_pub -h %s -p 8883 --cafile %s --cert %s --key %s%s -t test -m hello\n' "$host" \
			"$(quoted "$out/ca.crt")" "$(quoted "$out/$client.crt")" "$(quoted "$out/$client.key")" "$insecure"
	done
}

main() {
	parse "$@"
	openssl=${OPENSSL:-openssl}
	version=$("$openssl" version 2>/dev/null) || die "$openssl does not run; install OpenSSL 1.1.1 or newer (Debian: apt-get install openssl)"
	case $version in
	'OpenSSL 0.'* | 'OpenSSL 1.0'* | 'OpenSSL 1.1.0'*) die "$openssl is $version; OpenSSL 1.1.1 or newer is needed" ;;
	esac
	refuse_existing
	open_work
	make_all
	verify_all
	install_files
	tell
}

main "$@"
