#!/bin/sh
# Looks for known vulnerabilities in what culex is built from.
# `scripts/vuln.sh --help` tells the rest.
set -eu

govulncheck=golang.org/x/vuln/cmd/govulncheck@v1.1.4

case ${1-} in
'') ;;
-h | --help)
	cat <<TEXT
Usage: scripts/vuln.sh

Runs ${govulncheck##*/} over all packages, tests included. Needs Go, and the network:
the database is at https://vuln.go.dev. The other tests do without it.
Exit status: 0 nothing is known, 1 it could not be run, 3 something is, 2 wrong usage.
TEXT
	exit 0
	;;
*)
	echo "vuln.sh: it takes no arguments; see --help" >&2
	exit 2
	;;
esac

cd -- "$(dirname -- "$0")/.."
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
GOBIN=$work go install "$govulncheck" || exit 1
status=0
"$work/govulncheck" -test ./... || status=$?
exit $status
