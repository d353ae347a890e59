#!/bin/sh
# Counts what arrives of what was fed, when connections are cut and brokers and
# clients are killed. `scripts/loss.sh --help` tells the rest.
set -eu

usage() {
	cat <<'TEXT'
Usage: scripts/loss.sh [OPTION]...

Feeds culex, and where it has the option mosquitto_pub, and prints what arrived at
a broker of its own that keeps what it acknowledges: many lines, a connection that
is cut 1 to 20 times, and kill -9 of the broker and of culex at random points, with
a spool. Ends by itself, within 20 minutes, and leaves nothing behind.

  -lines COUNT   lines in the runs of many lines (500000)
  -shots COUNT   messages one by one, and batches (300)
  -seed NUMBER   of the random points (1)
  -h, --help     this text

Needs Go; mosquitto_pub of Debian's mosquitto-clients is compared when it is there.
Exit status: 0 culex lost nothing, 1 it did or a run failed, 2 wrong usage.
TEXT
}

for word in "$@"; do
	case $word in
	-h | --help)
		usage
		exit 0
		;;
	esac
done

cd -- "$(dirname -- "$0")/.."
work=$(mktemp -d)
loss=''
# shellcheck disable=SC2317 # the trap calls it
clean() {
	[ -z "$loss" ] || kill "$loss" 2>/dev/null || :
	[ -z "$loss" ] || wait "$loss" || :
	rm -rf -- "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

go build -buildvcs=false -o "$work/loss" ./scripts/loss
CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$work/culex" ./cmd/culex
reference=''
if command -v mosquitto_pub >/dev/null 2>&1; then
	reference=$(command -v mosquitto_pub)
fi
# In the background, so that a signal to this script reaches it.
"$work/loss" -culex "$work/culex" -reference "$reference" "$@" &
loss=$!
status=0
wait "$loss" || status=$?
loss=''
exit $status
