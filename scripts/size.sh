#!/bin/sh
# Prints the size of the stripped culex binary for the machines it is built for,
# and fails when one is over its budget.
set -eu

# What a gateway's flash has to hold, in bytes. The goal is what publishing and subscribing
# with a diagnosis took on arm before there were the commands that read captures, logs and
# configurations and probe a broker, pre-shared keys, WebSocket, proxies and the spool.
budget=8900000
goal=7500000

usage() {
	cat <<TEXT
Usage: scripts/size.sh [--print | --deps] [PACKAGE]

Builds PACKAGE (default: ./cmd/culex) stripped and static for linux on amd64,
arm64, arm v6, arm v7 and mipsle (soft float), and prints the sizes in bytes.
Fails when one on arm or arm64 is larger than $budget; --print only prints.
--deps prints instead what each dependency is of the binary for arm v6: the bytes
of its code and data, and of all that the binary has by itself to go with them.
Exit status: 0 within the budget, 1 over it or not built, 2 wrong usage.
TEXT
}

print_only=no
deps=no
package=./cmd/culex
for word in "$@"; do
	case $word in
	-h | --help)
		usage
		exit 0
		;;
	--print) print_only=yes ;;
	--deps) deps=yes ;;
	-*)
		echo "size.sh: unknown option '$word'; there are --print and --deps" >&2
		exit 2
		;;
	*) package=$word ;;
	esac
done

cd -- "$(dirname -- "$0")/.."
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# build GOARCH VARIABLE=VALUE: the variable picks the kind of that architecture.
build() {
	env CGO_ENABLED=0 GOOS=linux GOARCH="$1" "$2" \
		go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$work/binary" "$package"
}

# row NAME LIMIT GOARCH VARIABLE=VALUE
row() {
	if ! build "$3" "$4"; then
		printf '%-14s does not build\n' "$1"
		failed=yes
		return 0
	fi
	size=$(wc -c <"$work/binary")
	if [ "$2" = - ]; then
		printf '%-14s %10d %10s %10s\n' "$1" "$size" - -
		return 0
	fi
	if [ "$size" -gt "$budget" ]; then
		verdict="OVER by $((size - budget))"
		[ "$print_only" = yes ] || failed=yes
	elif [ "$size" -gt "$goal" ]; then
		verdict=ok
	else
		verdict='ok, goal reached'
	fi
	printf '%-14s %10d %10d %10d  %s\n' "$1" "$size" "$budget" "$goal" "$verdict"
}

# The name of a symbol tells the package; what stands in front of it in the names of
# types and interface tables is cut off. What only takes room at run time is left out.
dependencies() {
	env CGO_ENABLED=0 GOOS=linux GOARCH=arm GOARM=6 \
		go build -buildvcs=false -trimpath -o "$work/binary" "$package"
	go tool nm -size "$work/binary" | awk '
		$2 > 8000000 || $3 == "B" || $3 == "b" { next }
		{
			name = $4
			if (sub(/^type:/, "", name)) gsub(/^(\.namedata\.|\.eq\.|[*\[\]0-9]|map\[|func\()+/, "", name)
			sub(/^go:itab\.[*]?/, "", name)
			n = split(name, part, "/")
			sub(/[.(,].*$/, "", part[n])
			if (part[1] ~ /^(github\.com|golang\.org)$/ && n > 2) {
				owner = part[1] "/" part[2] "/" part[3]
				if (part[2] == "culex-mqtt") owner = owner "/" part[4]
			} else if (part[1] == "vendor") {
				owner = "std vendor/" part[3] "/" part[4]
			} else if (part[1] ~ /^(crypto|encoding|net|log|math|os|internal)/ && n > 1) {
				owner = "std " part[1] "/" part[2]
			} else {
				owner = "std " part[1]
			}
			size[owner] += $2
		}
		END { for (owner in size) if (size[owner] >= 4096) printf "%9d  %s\n", size[owner], owner }' |
		sort -rn
}

if [ "$deps" = yes ]; then
	dependencies
	exit 0
fi

failed=no
printf '%-14s %10s %10s %10s\n' "$package" bytes budget goal
row linux/amd64 - amd64 GOAMD64=v1
row linux/arm64 limit arm64 GOARM64=v8.0
row linux/arm-v6 limit arm GOARM=6
row linux/arm-v7 limit arm GOARM=7
row linux/mipsle - mipsle GOMIPS=softfloat
[ "$failed" = no ]
