#!/usr/bin/env bash
# All tests and checks of this repository; CI runs the same.
# `scripts/test.sh --help` tells the rest.
set -uo pipefail

readonly staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2
readonly all_steps='tools gofmt vet staticcheck tidy test fuzz cross shellcheck size release bench'
# "program package..." of Debian: what the steps need beside Go.
readonly needed=(
	'gcc gcc libc6-dev'
	'openssl openssl'
	'mosquitto mosquitto'
	'mosquitto_pub mosquitto-clients'
	'/usr/bin/time time'
	'qemu-arm-static qemu-user-static'
	'/usr/sbin/update-ca-certificates ca-certificates' # go downloads over https
	'shellcheck shellcheck'
	'man man-db groff-base'
	'zsh zsh'
	'fish fish'
	'node nodejs'
	'swtpm swtpm'
	'tshark tshark'
)

usage() {
	cat <<TEXT
Usage: scripts/test.sh [STEP]...

Runs the steps, by default all of them in this order:

  tools        install with apt-get what is missing (as root on Debian)
  gofmt        formatting
  vet          go vet
  staticcheck  ${staticcheck##*/}
  tidy         go.mod and go.sum are complete and hold nothing else
  test         go test -race
  fuzz         every fuzz target, FUZZ_SECONDS in all (default: 60)
  cross        static builds for linux on arm v6, arm64, mipsle and amd64
  shellcheck   the scripts
  size         the sizes of the stripped binaries, and their budget
  release      the quick part of scripts/release-check.sh, under qemu
  bench        speed and memory against mosquitto's own clients, and their budgets

What can not run for want of a tool is left out and named at the end; with CI=true
that is a failure. Exit status: 0 all passed, 1 something failed, 2 wrong usage.
TEXT
}

missing=()  # programs
left_out=() # what that means, for the last lines
results=()
failed=()

has() { command -v "$1" >/dev/null 2>&1; }

strict() { [ "${CI:-}" = true ]; }

# limited SECONDS COMMAND...: in the foreground, so that Ctrl-C reaches it.
limited() {
	if has timeout; then
		timeout --foreground -k 10 "$@"
	else
		shift
		"$@"
	fi
}

# leave_out WHAT: a note in a person's run, a failure in CI's.
leave_out() {
	partly=yes
	case $(printf '%s|' "${left_out[@]-}") in
	*"$1|"*) ;; # an earlier step said so
	*)
		left_out+=("$1")
		echo "left out: $1"
		;;
	esac
	! strict
}

# ---- tools --------------------------------------------------------------

step_tools() {
	list_missing
	[ "${#missing[@]}" -gt 0 ] || return 0
	echo "missing: ${missing[*]}"
	if [ "$(id -u)" = 0 ] && has apt-get; then
		install_missing
		list_missing
	fi
	without_missing
}

list_missing() {
	local entry
	missing=()
	for entry in "${needed[@]}"; do
		has "${entry%% *}" || missing+=("${entry%% *}")
	done
}

# A failed install is seen by what is still missing afterwards.
install_missing() {
	local entry packages=() had_broker=no
	has mosquitto && had_broker=yes
	for entry in "${needed[@]}"; do
		# shellcheck disable=SC2206 # several packages
		has "${entry%% *}" || packages+=(${entry#* })
	done
	echo "apt-get install ${packages[*]}"
	limited 120 apt-get update -qq
	DEBIAN_FRONTEND=noninteractive limited 300 \
		apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
	if [ $had_broker = no ] && has mosquitto; then
		stop_broker
	fi
}

# The package starts a broker on port 1883. Whoever asked for tests did not ask
# for that; a broker that was there before is left alone.
stop_broker() {
	echo 'stopping the mosquitto service that the package started'
	if [ -d /run/systemd/system ]; then
		systemctl disable --quiet --now mosquitto
	elif [ -x /etc/init.d/mosquitto ]; then
		/etc/init.d/mosquitto stop >/dev/null
	fi
}

without_missing() {
	local program status=0
	for program in "${missing[@]+"${missing[@]}"}"; do
		case $program in
		gcc) leave_out 'the race detector (gcc is missing)' ;;
		shellcheck) leave_out 'shellcheck (not installed)' ;;
		*/update-ca-certificates) ;; # other systems keep their roots elsewhere
		*) leave_out "the tests that run $program (not installed)" ;;
		esac || status=1
	done
	return $status
}

# ---- checks -------------------------------------------------------------

step_gofmt() {
	local files
	files=$(gofmt -l .) || return 1
	[ -z "$files" ] || printf 'not formatted as gofmt does it:\n%s\n' "$files"
	[ -z "$files" ]
}

step_vet() { limited 600 go vet ./...; }

# The first call only builds it: where that is impossible (no network), nothing
# was found wrong.
step_staticcheck() {
	if ! limited 300 go run "$staticcheck" -version; then
		leave_out 'staticcheck (can not be fetched or built)'
		return
	fi
	limited 600 go run "$staticcheck" ./...
}

step_tidy() { limited 120 go mod tidy -diff; }

step_test() {
	local detect=(env CGO_ENABLED=1 go test -race)
	if ! has gcc; then
		leave_out 'the race detector (gcc is missing)' || return
		detect=(go test)
	fi
	limited 780 "${detect[@]}" -count=1 -timeout 10m ./... &&
		limited 300 "${detect[@]}" -count=1 -tags tpm ./client/keys
}

# ---- fuzz ---------------------------------------------------------------

step_fuzz() {
	local targets count each file name status=0
	targets=$(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*\(' . | sort -u)
	[ -n "$targets" ] || {
		echo 'no fuzz targets'
		return 0
	}
	count=$(wc -l <<<"$targets")
	each=$((${FUZZ_SECONDS:-60} / count))
	[ $each -ge 1 ] || each=1
	[ $each -le 5 ] || [ -n "${FUZZ_SECONDS:-}" ] || each=5
	echo "$count targets, $each s each"
	while IFS=: read -r file name; do
		name=${name#func }
		fuzz_target "$(dirname "$file")" "${name%(}" $each || status=1
	done <<<"$targets"
	return $status
}

# fuzz_target DIRECTORY NAME SECONDS. On a busy machine go test may report the end
# of its own fuzzing time as a failure: once more, then.
fuzz_target() {
	local output try
	for try in 1 2; do
		output=$(limited $(($3 + 180)) go test -run '^$' -fuzz "^$2\$" -fuzztime "$3s" -fuzzminimizetime 5s "$1" 2>&1) && {
			grep -E '^ok' <<<"$output" | sed "s|^|$2 |"
			return 0
		}
		grep -q 'context deadline exceeded' <<<"$output" || break
		grep -q 'Failing input written' <<<"$output" && break
	done
	printf '%s failed (run %s):\n%s\n' "$2" "$try" "$output"
	return 1
}

# ---- builds -------------------------------------------------------------

step_cross() {
	local target status=0
	for target in 'GOARCH=arm GOARM=6' 'GOARCH=arm64' 'GOARCH=mipsle GOMIPS=softfloat' 'GOARCH=amd64'; do
		echo "linux $target"
		# shellcheck disable=SC2086 # one or two assignments
		limited 600 env CGO_ENABLED=0 GOOS=linux $target go build -trimpath ./... || status=1
	done
	return $status
}

step_shellcheck() {
	if ! has shellcheck; then
		leave_out 'shellcheck (not installed)'
		return
	fi
	find scripts -name '*.sh' -exec shellcheck {} + && shellcheck .ci/run
}

step_size() { limited 600 scripts/size.sh; }

step_release() {
	local program
	for program in git mosquitto openssl qemu-arm-static; do
		has "$program" && continue
		leave_out "the check of a release ($program is not installed)"
		return
	done
	limited 1200 scripts/release-check.sh --quick
}

step_bench() {
	local program
	for program in openssl mosquitto mosquitto_pub /usr/bin/time; do
		has "$program" && continue
		leave_out "the benchmark ($program is not installed)"
		return
	done
	limited 200 scripts/bench.sh --quick
}

# ---- running ------------------------------------------------------------

run_step() {
	local begin=$SECONDS verdict=ok
	printf '\n== %s\n' "$1"
	partly=no # leave_out says so
	if ! "step_$1" </dev/null; then
		verdict=FAILED
		failed+=("$1")
	elif [ $partly = yes ]; then
		verdict=partly
	fi
	results+=("$(printf '%-7s %-12s %4d s' "$verdict" "$1" $((SECONDS - begin)))")
}

summary() {
	printf '\n== summary\n'
	printf '%s\n' "${results[@]}"
	[ "${#left_out[@]}" = 0 ] || printf 'left out: %s\n' "${left_out[@]}"
	if [ "${#failed[@]}" -gt 0 ]; then
		echo "FAILED: ${failed[*]}"
		return 1
	fi
	echo "passed in $SECONDS s"
}

main() {
	local step steps=()
	for step in "$@"; do
		case $step in
		-h | --help)
			usage
			exit 0
			;;
		esac
		case " $all_steps " in
		*" $step "*) steps+=("$step") ;;
		*)
			echo "test.sh: no step is called '$step'; there are: $all_steps" >&2
			exit 2
			;;
		esac
	done
	# shellcheck disable=SC2206 # a list of words
	[ "${#steps[@]}" -gt 0 ] || steps=($all_steps)
	cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." || exit 1
	prepare
	for step in "${steps[@]}"; do run_step "$step"; done
	summary
}

prepare() {
	# Debian puts the broker where only root's PATH looks.
	export PATH="$PATH:/usr/sbin:/usr/local/go/bin"
	# A clone that belongs to somebody else has no version control data to embed.
	export GOFLAGS="${GOFLAGS:-} -buildvcs=false"
	case ${FUZZ_SECONDS:-60} in
	*[!0-9]* | 0*)
		echo "test.sh: FUZZ_SECONDS '$FUZZ_SECONDS': a whole number of seconds is needed" >&2
		exit 2
		;;
	esac
	has go || {
		echo 'test.sh: go is missing; install Go as go.mod asks for it, from https://go.dev/dl' >&2
		exit 1
	}
	go version
}

main "$@"
