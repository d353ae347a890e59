#!/usr/bin/env bash
# Makes the packages of a release without releasing anything, and tries them:
# `scripts/release-check.sh --help` tells the rest.
set -uo pipefail

readonly goreleaser=github.com/goreleaser/goreleaser/v2@v2.15.4
readonly cyclonedx=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.9.0

usage() {
	cat <<TEXT
Usage: scripts/release-check.sh [--quick]

Builds a snapshot of all packages of the last commit, twice, and compares the two; unpacks
every package, runs the binary for each processor in a TLS publish and subscribe with
mosquitto and in one failure that culex must name, under qemu where needed; installs
the Debian packages over mosquitto-clients in a chroot, and goes back (as root only);
and prints a table. It takes about fifteen minutes.

  --quick   check .goreleaser.yml, build for every processor, and try ARM v6, arm64
            and mipsle: what CI runs

Needs mosquitto, openssl and qemu-user-static, and for all of it lintian, rpm and
debootstrap. Exit status: 0 all is well, 1 something is not, 2 wrong usage.
TEXT
}

# "GOOS GOARCH KIND QEMU": the processors of a release; KIND is GOARM, GOMIPS or GO386.
readonly targets='linux amd64 - -
linux 386 softfloat -
linux arm 5 qemu-arm-static
linux arm 6 qemu-arm-static
linux arm 7 qemu-arm-static
linux arm64 - qemu-aarch64-static
linux mips softfloat qemu-mips-static
linux mipsle softfloat qemu-mipsel-static
linux riscv64 - qemu-riscv64-static
darwin amd64 - -
darwin arm64 - -
windows amd64 - -
windows arm64 - -'

failures=0
rows=()

fail() {
	echo "FAILED: $*" >&2
	failures=$((failures + 1))
}

row() { rows+=("$(printf '%-20s %-26s %-12s %-14s %10s' "$@")"); }

need() {
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || {
			echo "release-check: $program is missing" >&2
			exit 1
		}
	done
}

# tool PATH@VERSION: the program, installed for this check where it is not there.
tool() {
	local name=${1%@*}
	name=${name%/v2}
	name=${name##*/}
	if [ ! -x "$work/bin/$name" ]; then
		# goreleaser takes minutes to build, so a fitting one is used.
		local found
		found=$(command -v "$name" || echo "$(go env GOPATH)/bin/$name")
		if [ -x "$found" ] && go version -m "$found" 2>/dev/null | grep -q "${1##*@}"; then
			ln -s "$found" "$work/bin/$name"
		else
			GOBIN=$work/bin go install "$1" || return 1
		fi
	fi
}

# ---- a broker -----------------------------------------------------------

free_port() {
	local port
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		port=$((20000 + RANDOM % 20000))
		(: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
			echo $port
			return
		}
	done
	return 1
}

start_broker() {
	"$root/scripts/gen-certs.sh" --host localhost --out "$work/certs" >/dev/null || return 1
	port=$(free_port) || return 1
	cat >"$work/mosquitto.conf" <<TEXT
user root
listener $port 127.0.0.1
allow_anonymous true
cafile $work/certs/ca.crt
certfile $work/certs/server.crt
keyfile $work/certs/server.key
TEXT
	mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
	broker=$!
	for _ in $(seq 50); do
		(: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
		sleep 0.1
	done
	cat "$work/mosquitto.log" >&2
	return 1
}

# smoke COMMAND...: a TLS publish and subscribe, and one failure that is to be named.
smoke() {
	local got topic=check/$RANDOM tls=(-h localhost -p "$port" --cafile "$work/certs/ca.crt")
	timeout 60 "$@" sub "${tls[@]}" -t "$topic" -C 1 -W 30 >"$work/got" 2>"$work/sub.err" &
	local subscriber=$!
	for _ in $(seq 40); do
		timeout 30 "$@" pub "${tls[@]}" -q 1 -t "$topic" -m hello || break
		kill -0 $subscriber 2>/dev/null || break
		sleep 0.2
	done
	wait $subscriber
	got=$(cat "$work/got")
	[ "$got" = hello ] || {
		echo "got '$got'" >&2
		cat "$work/sub.err" >&2
		return 1
	}
	timeout 30 "$@" pub "${tls[@]}" -h 127.0.0.1 -t "$topic" -m hello 2>"$work/named"
	if [ $? != 8 ] || ! grep -q 'id:   server-name-is-address' "$work/named"; then
		cat "$work/named" >&2
		return 1
	fi
}

# ---- builds -------------------------------------------------------------

clone() {
	git clone -q "$root" "$work/src" || return 1
	# goreleaser reads the name of the project from a remote. It is never asked.
	git -C "$work/src" remote set-url origin https://github.com/culex-mqtt/culex.git
}

check_config() { (cd "$work/src" && "$work/bin/goreleaser" check); }

# kind_of GOARCH KIND: the variable of that kind.
kind_of() {
	case $1 in
	arm) echo "GOARM=$2" ;;
	mips | mipsle) echo "GOMIPS=$2" ;;
	386) echo "GO386=$2" ;;
	*) echo KIND=none ;;
	esac
}

cross_build() {
	local os arch kind qemu out
	while read -r os arch kind qemu; do
		out=$work/cross/$os-$arch-$kind
		(cd "$work/src" && env CGO_ENABLED=0 GOOS="$os" GOARCH="$arch" "$(kind_of "$arch" "$kind")" \
			go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$out" ./cmd/culex) || {
			fail "$os $arch $kind does not build"
			continue
		}
		case "$os $arch $kind" in
		'linux arm 6' | 'linux arm64 -' | 'linux mipsle softfloat') try_binary "$os/$arch $kind" "$out" "$qemu" ;;
		*) row "$os/$arch $kind" built - - "$(wc -c <"$out")" ;;
		esac
	done <<<"$targets"
}

# try_binary NAME PATH QEMU
try_binary() {
	local run=("$2") verdict=works
	[ "$3" = - ] || run=("$3" "$2")
	smoke "${run[@]}" || {
		verdict=FAILS
		fail "$1: TLS publish and subscribe"
	}
	row "$1" binary - "$verdict" "$(wc -c <"$2")"
}

# ---- packages -----------------------------------------------------------

# snapshot DIR
snapshot() {
	(cd "$work/src" && PATH="$work/bin:$PATH" goreleaser release --snapshot --clean --skip=sign,publish) >"$work/$1.log" 2>&1 || {
		tail -20 "$work/$1.log" >&2
		return 1
	}
	(cd "$work/src" && scripts/packaging/openwrt.sh dist >>"$work/$1.log" 2>&1) || {
		tail -20 "$work/$1.log" >&2
		return 1
	}
	mv "$work/src/dist" "$work/$1"
	(cd "$work/$1" && sha256sum -- *.deb *.rpm *.apk *.ipk *.pkg.tar.zst *.tar.gz *.zip *.cdx.json) >"$work/$1.sums"
}

compare() {
	if cmp "$work/first.sums" "$work/second.sums"; then
		echo "two runs gave the same $(wc -l <"$work/first.sums") files"
	else
		diff "$work/first.sums" "$work/second.sums" >&2
		fail 'two runs differ'
	fi
}

# unpack FILE DIR
unpack() {
	mkdir -p "$2"
	case $1 in
	*.deb) dpkg-deb -x "$1" "$2" ;;
	*.rpm) rpm2cpio "$1" >"$work/cpio" && (cd "$2" && cpio -idm --quiet --no-absolute-filenames <"$work/cpio") ;;
	*.zip) (cd "$2" && unzip -q "$1") ;;
	*.ipk) tar -xzOf "$1" ./data.tar.gz | tar -xz -C "$2" ;;
	*.zst) tar --zstd -xf "$1" -C "$2" 2>/dev/null ;;
	*) tar -xzf "$1" -C "$2" 2>/dev/null ;; # also apk: several archives in one file
	esac
}

# qemu_for FILE: what runs a binary here, by its ELF header.
qemu_for() {
	case $(od -An -tx1 -j18 -N2 "$1" | tr -d ' ')/$(od -An -tx1 -j5 -N1 "$1" | tr -d ' ') in
	2800/01) echo qemu-arm-static ;;
	b700/01) echo qemu-aarch64-static ;;
	0800/01) echo qemu-mipsel-static ;;
	0008/02) echo qemu-mips-static ;;
	f300/01) echo qemu-riscv64-static ;;
	*) echo - ;;
	esac
}

# try_packages: each package holds a binary that works, or links to one. A binary that was tried once is known.
try_packages() {
	local package name dir binary sum verdict
	declare -A tried=()
	for package in "$work"/first/*.deb "$work"/first/*.rpm "$work"/first/*.apk "$work"/first/*.ipk "$work"/first/*.pkg.tar.zst \
		"$work"/first/*.tar.gz; do
		name=${package##*/}
		dir=$work/unpacked/$name
		unpack "$package" "$dir" || fail "$name can not be unpacked"
		case $name in
		*mosquitto-client*)
			[ "$(readlink "$dir/usr/bin/mosquitto_pub")" = culex ] || fail "$name has no links"
			row "$name" '' links - "$(wc -c <"$package")"
			continue
			;;
		*darwin*)
			row "$name" '' unpacked - "$(wc -c <"$package")"
			continue
			;;
		esac
		binary=$(find "$dir" -type f -name culex -perm -100 | head -1)
		[ -n "$binary" ] || {
			fail "$name has no culex"
			continue
		}
		sum=$(sha256sum "$binary" | cut -d' ' -f1)
		if [ -z "${tried[$sum]:-}" ]; then
			tried[$sum]=works
			# shellcheck disable=SC2046 # a dash is no word
			smoke $(qemu_for "$binary" | grep -v '^-$') "$binary" || tried[$sum]=FAILS
		fi
		verdict=${tried[$sum]}
		[ "$verdict" = works ] || fail "$name: TLS publish and subscribe"
		row "$name" '' unpacked "$verdict" "$(wc -c <"$package")"
	done
}

check_lintian() {
	lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs,unknown-field \
		"$work"/first/culex_*_amd64.deb "$work"/first/culex-mosquitto-clients_*_all.deb || fail lintian
}

check_rpm() {
	local rpm
	for rpm in "$work"/first/*x86_64.rpm; do
		rpm -qp --requires --provides --conflicts "$rpm" >/dev/null || fail "$rpm"
	done
	mkdir -p "$work/rpm-root"
	rpm --root "$work/rpm-root" --initdb || fail 'rpm --initdb'
	rpm --root "$work/rpm-root" -i --nodeps "$work"/first/culex-[0-9]*x86_64.rpm "$work"/first/culex-mosquitto-clients-*noarch.rpm || fail 'rpm -i'
	chroot "$work/rpm-root" /usr/bin/culex --version || fail 'culex of the rpm'
}

# replace_and_restore: what a person does on Debian, in a chroot.
replace_and_restore() {
	local tree=$work/debian
	# shellcheck source=/dev/null
	debootstrap --variant=minbase --include=ca-certificates "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$tree" >"$work/debootstrap.log" 2>&1 || {
		tail -5 "$work/debootstrap.log" >&2
		fail debootstrap
		return
	}
	cp /etc/resolv.conf "$tree/etc/"
	cp -r /etc/apt/. "$tree/etc/apt/"
	cp "$work"/first/culex_*_amd64.deb "$work"/first/culex-mosquitto-clients_*_all.deb "$tree/root/"
	# shellcheck disable=SC2016 # for the shell inside
	chroot "$tree" /bin/sh -ec '
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -qq
		apt-get install -y -qq mosquitto-clients >/dev/null
		says() { echo "$1: $(mosquitto_pub --version | head -1)"; }
		says before
		apt-get install -y -qq /root/*.deb >/dev/null
		says "after apt-get install ./culex*.deb"
		mosquitto_pub --version | grep -q "running on culex"
		mosquitto_pub --help >/dev/null || true
		dpkg -l mosquitto-clients | grep -q ^ii && exit 1
		apt-get install -y -qq mosquitto-clients >/dev/null
		says "after apt-get install mosquitto-clients"
		mosquitto_pub --version | grep -q "running on culex" && exit 1
		dpkg -l culex-mosquitto-clients 2>/dev/null | grep -q ^ii && exit 1
		dpkg -i /root/*.deb >/dev/null
		says "after dpkg -i culex*.deb"
		mosquitto_pub --version | grep -q "running on culex"
		apt-get remove -y -qq culex-mosquitto-clients culex >/dev/null
		[ ! -e /usr/bin/mosquitto_pub ] && [ ! -e /usr/bin/culex ]
		echo "after apt-get remove: nothing is left"
	' || fail 'replacing and restoring in a chroot'
}

# ---- running ------------------------------------------------------------

end() {
	[ -z "${broker:-}" ] || kill "$broker" 2>/dev/null
	rm -rf -- "$work"
}

quick() {
	check_config || fail '.goreleaser.yml'
	cross_build
}

full() {
	tool "$cyclonedx" || exit 1
	check_config || fail '.goreleaser.yml'
	snapshot first || exit 1
	snapshot second || exit 1
	compare
	try_packages
	check_lintian
	if [ "$(id -u)" = 0 ]; then
		check_rpm
		replace_and_restore
	else
		echo 'left out: installing packages (needs root)'
	fi
}

main() {
	local how=full
	case ${1:-} in
	'') ;;
	--quick) how=quick ;;
	-h | --help)
		usage
		exit 0
		;;
	*)
		echo "release-check.sh: unknown option '$1'; there is --quick" >&2
		exit 2
		;;
	esac
	export PATH="$PATH:/usr/sbin:/usr/local/go/bin"
	root=$(cd -- "$(dirname -- "$0")/.." && pwd)
	need go git mosquitto openssl qemu-arm-static qemu-aarch64-static qemu-mipsel-static
	[ $how = quick ] || need lintian rpm rpm2cpio cpio unzip zstd debootstrap
	work=$(mktemp -d)
	trap end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	mkdir -p "$work/bin" "$work/cross"
	tool "$goreleaser" && clone && start_broker || exit 1
	$how
	printf '\n%-20s %-26s %-12s %-14s %10s\n' processor what installed 'TLS publish' bytes
	printf '%s\n' "${rows[@]}"
	[ $failures = 0 ]
}

main "$@"
