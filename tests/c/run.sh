#!/usr/bin/env bash
# The C ABI from outside: the header, the ABI against its baseline and its past, programs against the static and the shared
# library, and the same under sanitizers and valgrind.  OCTOSTORE_LONG=1 makes the random ones
# long and tries cargo cinstall.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib/common.sh
passed=0 failed=0 skipped=0 played=0
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
dist=$out/dist
strict="-Wall -Wextra -Wpedantic -Werror"
c99="gcc -std=c99 -D_DEFAULT_SOURCE $strict -g"
static_libs="$dist/lib/liboctostore.a -lgcc_s -lutil -lrt -lpthread -lm -ldl"
long=${OCTOSTORE_LONG:-}

try() {
  local name=$1 from=$SECONDS
  shift
  if "$@" >"$out/log" 2>&1; then
    passed=$((passed + 1)) && echo "ok $name ($((SECONDS - from)) s)"
    grep -h "^as it should be" "$out/log" || true
  else
    failed=$((failed + 1)) && echo "FAILED $name" && tail -n 40 "$out/log"
  fi
}

skip() { skipped=$((skipped + 1)) && echo "SKIPPED $1: $2"; }

# play NAME COMMAND...: COMMAND with an empty folder of its own as its last argument.
play() {
  local name=$1
  shift
  played=$((played + 1))
  mkdir "$out/repo-$played"
  try "$name" "$@" "$out/repo-$played"
}

built
xtask=$PWD/target/release/xtask
"$xtask" dist "$dist" >/dev/null
# git calls a program for the filter; the library's users have one, here the command of this checkout.
export PATH=$PWD/target/release:$PATH

. tests/c/abi.sh
. tests/c/programs.sh
. tests/c/install.sh

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
