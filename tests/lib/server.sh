# shellcheck shell=bash
# The shared part of tests/servers/NAME.  Such a script sources this file, defines
#
#   install        puts the program into the cache unless it is there
#   run PORT DIR   becomes the server (exec), listening on 127.0.0.1:PORT, its data under DIR
#   settings PORT  prints NAME=VALUE lines that a client of this server needs
#
# and ends with `server_main "$@"`:
#
#   eval "$(tests/servers/NAME start)"    starts one, waits until it answers, makes an empty bucket or container
#   tests/servers/NAME stop "$SERVER_DIR" ends it and removes its data; without a folder, every one that is left
#
# Each start is a server of its own on a free port.  A forgotten one ends by itself after two hours.

# shellcheck source=tests/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

SERVER=$(basename "$0")
LIFETIME_SECONDS=${OCTOSTORE_TEST_SERVER_SECONDS:-7200}
BUCKET=octostore-test
# tests/all gives each of its runs a folder of its own, so that its end stops its own servers and nobody else's.
RUN=${OCTOSTORE_TEST_RUN:-$OCTOSTORE_TEST_CACHE/run}

server_main() {
  case "${1:-}" in
    start) start ;;
    stop) shift && stop "$@" ;;
    install) install ;;
    *) die "usage: $SERVER start | stop [SERVER_DIR] | install" ;;
  esac
}

start() {
  install
  local python dir port try
  python=$(test_python)
  mkdir -p "$RUN"
  dir=$(mktemp -d "$RUN/$SERVER.XXXXXX")
  mkdir "$dir/data"
  for try in 1 2 3 4 5; do
    port=$(free_port)
    launch "$port" "$dir"
    if answers "$python" "$port" "$dir"; then
      announce "$port" "$dir"
      return
    fi
    kill_server "$dir"
    say "$SERVER did not answer on port $port (try $try): $(tail -n 3 "$dir/log" | tr '\n' ' ')"
  done
  rm -rf "$dir"
  die "$SERVER could not be started"
}

launch() {
  local port=$1 dir=$2
  # shellcheck disable=SC2016  # expanded by the inner shell
  # `timeout` passes our signal on to the server and ends a server that nobody stopped.
  timeout --kill-after=10 "$LIFETIME_SECONDS" bash -c '. "$0" source; run "$@"' "$0" "$port" "$dir/data" \
    </dev/null >"$dir/log" 2>&1 &
  echo $! >"$dir/pid"
  disown
}

answers() {
  local python=$1 port=$2 dir=$3
  # shellcheck disable=SC2046
  env $(settings "$port") "$python" "$OCTOSTORE_ROOT/tests/servers/bucket.py" "$BUCKET" --while-alive "$(cat "$dir/pid")"
}

announce() {
  settings "$1"
  printf 'PID=%q\nSERVER_DIR=%q\n' "$(cat "$2/pid")" "$2"
}

stop() {
  local dirs=("$@") dir
  [ $# -gt 0 ] || dirs=("$RUN/$SERVER".*)
  for dir in "${dirs[@]}"; do
    [ -e "$dir/pid" ] || continue
    kill_server "$dir"
    rm -rf "$dir"
  done
}

kill_server() {
  local pid
  pid=$(cat "$1/pid")
  # The folder may be older than the machine's last start: its number can belong to somebody else by now.
  grep -qsF "$1/data" "/proc/$pid/cmdline" || return 0
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do
    [ -e "/proc/$pid" ] || return 0
    sleep 0.1
  done
  say "$SERVER $pid ignores SIGTERM for 10 s; killing it"
  kill -KILL "$pid" 2>/dev/null || true
}

# What an S3 client needs, under the names that AWS's own tools read.
s3_settings() {
  local port=$1 key=$2 secret=$3
  printf '%s\n' "S3_ENDPOINT=http://127.0.0.1:$port" "S3_BUCKET=$BUCKET" "AWS_ENDPOINT_URL=http://127.0.0.1:$port" \
    "AWS_ACCESS_KEY_ID=$key" "AWS_SECRET_ACCESS_KEY=$secret" AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
}

npm_install() { npm install --prefix "$DIR" --no-save --no-audit --no-fund --loglevel=error "$1"; }
