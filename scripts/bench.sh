#!/bin/sh
# Compares culex with Debian's mosquitto_pub and mosquitto_sub.
# `scripts/bench.sh --help` tells the rest.
set -eu

usage() {
	cat <<'TEXT'
Usage: scripts/bench.sh [OPTION]...

Runs culex and mosquitto's own clients in turn against a mosquitto that it starts
on free ports of the loopback interface, and prints wall and CPU time, peak memory
and the traffic of single messages as ratios, with their spread and their budgets.
Takes four minutes (--quick: half of one), ends by itself, and leaves nothing behind.

  --quick        what has a budget only, with fewer runs and messages; fails only
                 where noise cannot be the reason
  --print        do not fail when a budget is crossed
  --markdown     print the table of the README
  --culex FILE   this binary, instead of one built from ./cmd/culex
  --self         mosquitto's clients on both sides, to see how exact this is
  -h, --help     this text

Needs Go, openssl and Debian's mosquitto, mosquitto-clients and time. Exit status:
0 within the budgets, 1 outside of them or failed, 2 wrong usage.
TEXT
}

wrong() {
	printf 'bench.sh: %s\nTry: scripts/bench.sh --help\n' "$*" >&2
	exit 2
}

culex='' self=no
flags=''
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help)
		usage
		exit 0
		;;
	--quick) flags="$flags -quick" ;;
	--print) flags="$flags -print" ;;
	--markdown) flags="$flags -markdown" ;;
	--self) self=yes ;;
	--culex)
		[ $# -gt 1 ] || wrong '--culex needs the name of a binary'
		culex=$2
		shift
		;;
	*) wrong "unknown option or word '$1'" ;;
	esac
	shift
done
if [ "$self" = yes ] && [ -n "$culex" ]; then
	wrong '--self has no place for --culex: it compares the reference with itself'
fi
case $culex in
'' | /*) ;;
*) culex=$PWD/$culex ;;
esac
if [ -n "$culex" ] && ! [ -x "$culex" ]; then
	wrong "--culex '$culex': no such program"
fi

PATH=$PATH:/usr/sbin # where Debian puts the broker
missing=''
for program in go openssl mosquitto mosquitto_pub mosquitto_sub /usr/bin/time; do
	command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
if [ -n "$missing" ]; then
	echo "bench.sh: missing:$missing (Debian: apt-get install openssl mosquitto mosquitto-clients time; Go from https://go.dev/dl)" >&2
	exit 1
fi

cd -- "$(dirname -- "$0")/.."
work=$(mktemp -d)
bench=''
# shellcheck disable=SC2317 # the trap calls it
clean() {
	[ -z "$bench" ] || kill "$bench" 2>/dev/null || :
	[ -z "$bench" ] || wait "$bench" || :
	rm -rf -- "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

scripts/gen-certs.sh --out "$work/certs" --host 127.0.0.1 --host localhost >/dev/null
go build -buildvcs=false -o "$work/bench" ./scripts/bench
if [ "$self" = no ] && [ -z "$culex" ]; then
	culex=$work/culex
	CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$culex" ./cmd/culex
fi

if [ "$self" = yes ]; then set -- -self; else set -- -culex "$culex"; fi
# In the background, so that a signal to this script reaches it.
# shellcheck disable=SC2086 # a list of flags
"$work/bench" $flags -certs "$work/certs" "$@" &
bench=$!
status=0
wait "$bench" || status=$?
bench=''
exit $status
