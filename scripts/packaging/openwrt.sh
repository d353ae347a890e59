#!/bin/sh
# Packs the binaries of a goreleaser run for OpenWrt: scripts/packaging/openwrt.sh DIST
set -eu

if [ $# -ne 1 ] || [ ! -f "$1/metadata.json" ]; then
	echo 'Usage: scripts/packaging/openwrt.sh DIST   (the directory that goreleaser has written)' >&2
	exit 2
fi
dist=$(cd -- "$1" && pwd)
cd -- "$(dirname -- "$0")/../.."

version=$(sed -n 's/.*"version":"\([^"]*\)".*/\1/p' "$dist/metadata.json")
date=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)

set --
for entry in arm64:culex_linux_arm64 arm-7:culex-armv7_linux_arm_7 arm-6:culex_linux_arm_6 arm-5:culex-armv5_linux_arm_5 \
	mipsle-softfloat:culex-mips_linux_mipsle mips-softfloat:culex-mips_linux_mips_ 386-softfloat:culex_linux_386 \
	amd64:culex_linux_amd64 riscv64:culex_linux_riscv64; do
	for binary in "$dist/${entry#*:}"*/culex; do
		set -- "$@" "${entry%%:*}=$binary"
	done
done
go run ./scripts/packaging/ipk -version "$version" -date "$date" -out "$dist" "$@"
