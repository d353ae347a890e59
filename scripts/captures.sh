#!/usr/bin/env bash
# Makes tlsdiag/testdata/captures.* anew: real sessions of culex's own client, of OpenSSL's and with mosquitto, watched by
# tcpdump on a loopback of their own. Needs root, tcpdump, mosquitto, openssl and unshare; `scripts/captures.sh --help`.
set -euo pipefail

case ${1:-} in
'') ;;
*)
	cat <<'TEXT'
Usage: scripts/captures.sh

Captures every fault of tlsdiag/tlstest and those of a real mosquitto anew, into
tlsdiag/testdata/captures.pcap, with the keys in captures.keys, the names in
captures.txt and what is found in captures.golden. Look at the difference of the
latter before you keep them.
TEXT
	[ "$1" = --help ] || [ "$1" = -h ] || exit 2
	exit 0
	;;
esac

for program in tcpdump mosquitto openssl unshare ip go; do
	PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || {
		echo "captures.sh: $program is missing" >&2
		exit 1
	}
done
[ "$(id -u)" = 0 ] || {
	echo 'captures.sh: only root may capture packets' >&2
	exit 1
}
export PATH="$PATH:/usr/sbin"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
binary=$(mktemp -d)
trap 'rm -rf "$binary"' EXIT
go test -c -o "$binary/tlsdiag.test" ./tlsdiag
cd tlsdiag
# shellcheck disable=SC2016 # the inner shell expands them
unshare --net -- sh -c 'ip link set lo up && exec "$0" "$@"' "$binary/tlsdiag.test" -test.run '^TestMakeCaptures$' -captures
"$binary/tlsdiag.test" -test.run '^TestCaptures$' -update
