#!/usr/bin/env bash
# Runs one suite of checks of culex against several brokers and prints what each
# of them does. `scripts/interop.sh --help` tells the rest.
set -euo pipefail

readonly nats=github.com/nats-io/nats-server/v2@v2.12.1
readonly aedes=aedes@0.51.3

usage() {
	cat <<TEXT
Usage: scripts/interop.sh [--quick]

Checks MQTT 3.1, 3.1.1 and 5.0 in every QoS, retained messages, wills, sessions that
are resumed, and what only 5.0 has, with culex as every client, and prints a table
with a column for each broker, then the reason of every "no":

  mochi      built in
  mosquitto  where it is installed
  nats       $nats, built into a temporary directory
  aedes      $aedes, installed into a temporary directory; needs node and npm
  rabbitmq   where rabbitmq-server is installed, with its plugin for MQTT

With --quick mochi and mosquitto only. A broker that can not be had is named and left
out. All of them listen on loopback only, and nothing is left behind. Needs Go.
Exit status: 0 mosquitto did everything, 1 it did not or a step failed, 2 wrong usage.
TEXT
}

quick=no
for word in "$@"; do
	case $word in
	-h | --help)
		usage
		exit 0
		;;
	--quick) quick=yes ;;
	*)
		echo "interop.sh: there is no option '$word'; see --help" >&2
		exit 2
		;;
	esac
done

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/sbin"
work=$(mktemp -d)
chmod 755 "$work" # brokers that run as a user of their own look into it
started=()
targets=()
epmd='' # the port of Erlang's name server, which stays when the broker goes

clean() {
	local pid
	for pid in "${started[@]+"${started[@]}"}"; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	[ -z "$epmd" ] || epmd -port "$epmd" -kill >/dev/null 2>&1 || :
	rm -rf -- "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

has() { command -v "$1" >/dev/null 2>&1; }

left_out() { echo "left out: $1" >&2; }

# free_port prints a port of the loopback on which nobody listens: next to the last one that was asked for.
port=28830
free_port() {
	port=$((port + 1))
	while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
}

# start NAME SECONDS COMMAND...: a broker that is to listen on $port.
start() {
	local name=$1 seconds=$2 listens=$port
	shift 2
	"$@" >"$work/$name.log" 2>&1 &
	started+=($!)
	for ((i = 0; i < seconds * 10; i++)); do
		if (: <"/dev/tcp/127.0.0.1/$listens") 2>/dev/null; then
			targets+=("$name=$listens")
			return
		fi
		kill -0 "${started[-1]}" 2>/dev/null || break
		sleep 0.1
	done
	left_out "$name (it did not start: $(tail -n 1 "$work/$name.log"))"
}

start_mosquitto() {
	has mosquitto || {
		left_out 'mosquitto (not installed)'
		return
	}
	free_port
	printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$work/mosquitto.conf"
	start mosquitto 10 mosquitto -c "$work/mosquitto.conf"
}

start_nats() {
	GOBIN=$work go install "$nats" >"$work/build.log" 2>&1 || {
		left_out "nats (can not be fetched or built: $(tail -n 1 "$work/build.log"))"
		return
	}
	free_port
	local client=$port
	free_port
	cat >"$work/nats.conf" <<CONF
listen: "127.0.0.1:$client"
server_name: interop
jetstream { store_dir: "$work/jetstream" }
mqtt { listen: "127.0.0.1:$port" }
CONF
	start nats 10 "$work/nats-server" -c "$work/nats.conf"
}

start_aedes() {
	if ! has npm || ! npm install --silent --no-audit --no-fund --prefix "$work/aedes" "$aedes" >"$work/build.log" 2>&1; then
		left_out 'aedes (npm is missing or can not fetch it)'
		return
	fi
	free_port
	cat >"$work/aedes/broker.cjs" <<'CODE'
const broker = require('aedes')()
require('net').createServer(broker.handle).listen(Number(process.argv[2]), '127.0.0.1')
CODE
	start aedes 10 node "$work/aedes/broker.cjs" "$port"
}

start_rabbitmq() {
	local programs=/usr/lib/rabbitmq/bin
	[ -x "$programs/rabbitmq-server" ] || {
		left_out 'rabbitmq (not installed)'
		return
	}
	free_port
	local amqp=$port
	free_port
	local distribution=$port
	free_port
	epmd=$port
	free_port
	mkdir "$work/rabbitmq"
	echo '[rabbitmq_mqtt].' >"$work/rabbitmq/plugins"
	cat >"$work/rabbitmq/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp
mqtt.listeners.tcp.1 = 127.0.0.1:$port
mqtt.allow_anonymous = true
CONF
	start rabbitmq 60 env HOME="$work/rabbitmq" RABBITMQ_NODENAME=interop@localhost \
		RABBITMQ_DIST_PORT="$distribution" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 \
		RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
		RABBITMQ_MNESIA_BASE="$work/rabbitmq" RABBITMQ_LOG_BASE="$work/rabbitmq" \
		RABBITMQ_ENABLED_PLUGINS_FILE="$work/rabbitmq/plugins" \
		RABBITMQ_CONFIG_FILE="$work/rabbitmq/rabbitmq.conf" "$programs/rabbitmq-server"
}

CGO_ENABLED=0 go build -buildvcs=false -o "$work/culex" ./cmd/culex
go build -buildvcs=false -o "$work/interop" ./scripts/interop
start_mosquitto
if [ $quick = no ]; then
	start_nats
	start_aedes
	start_rabbitmq
fi
"$work/interop" -culex "$work/culex" "${targets[@]+"${targets[@]}"}"
