# shellcheck shell=bash
# Sourced by every script under tests/: where things are, and the few helpers that more than one of them needs.

OCTOSTORE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
OCTOSTORE_TEST_CACHE=${OCTOSTORE_TEST_CACHE:-$OCTOSTORE_ROOT/tests/.cache}
mkdir -p "$OCTOSTORE_TEST_CACHE"
OCTOSTORE_TEST_CACHE=$(cd "$OCTOSTORE_TEST_CACHE" && pwd)
export OCTOSTORE_ROOT OCTOSTORE_TEST_CACHE

# The crates that all parts build, always these together: cargo compiles what they depend on anew for another set of them, since
# features differ.  `uniffi_bindgen` takes two minutes to compile or to check, at whatever level: it is made once, by `build`, in the
# dev profile, in which maturin looks for it.
# shellcheck disable=SC2034  # used by who sources this
CRATES=(--workspace --exclude uniffi-bindgen --exclude xtask)
export CARGO_PROFILE_DEV_DEBUG=0

# The crates and the chores, for a script that is run by hand.  tests/all has built them; cargo would wait for the compiler of the
# part beside.
built() {
  [ -n "${OCTOSTORE_TEST_RUN:-}" ] && return
  cargo build --release --locked "${CRATES[@]}" && cargo build --release --locked -p xtask
}

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$(basename "$0"): $*"
  exit 3
}

have() { command -v "$1" >/dev/null 2>&1; }

# once DIR COMMAND...: runs COMMAND to fill DIR unless an earlier run did, one process at a time.
# The stamp is written last, so an interrupted install is done again.  COMMAND finds the folder in $DIR.
once() {
  local DIR=$1
  shift
  mkdir -p "$DIR"
  (
    flock 9
    [ -e "$DIR/.complete" ] && exit 0
    say "installing into $DIR"
    export DIR
    if "$@" >"$DIR/install.log" 2>&1; then
      touch "$DIR/.complete"
    else
      tail -n 30 "$DIR/install.log" >&2
      die "$* failed; its whole output is in $DIR/install.log"
    fi
  ) 9>"$DIR.lock"
}

# The packages of tests/lib/requirements.txt, in a virtual environment whose folder is named after that file's content.
test_python() {
  local list=$OCTOSTORE_ROOT/tests/lib/requirements.txt venv
  venv=$OCTOSTORE_TEST_CACHE/python-$(sha256sum "$list" | cut -c1-12)
  once "$venv" make_venv "$list" || return
  printf '%s\n' "$venv/bin/python"
}

make_venv() {
  python3 -m venv "$DIR" && "$DIR/bin/pip" install --quiet --disable-pip-version-check -r "$1"
}

# The first answer is as good as any: the caller retries when somebody else took the port in between.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
