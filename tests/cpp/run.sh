#!/usr/bin/env bash
# octostore.hpp from outside: clean under every warning in C++17 and C++20, with and without exceptions; the stories, under
# sanitizers and valgrind; the guide's and the header's own programs; the samples, built as a stranger would build them.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/lib/common.sh
. tests/lib/common.sh
passed=0 failed=0
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
dist=$out/dist
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror"
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"

report() {
  local status=$1 name=$2 log=$3
  if [ "$status" = 0 ]; then
    passed=$((passed + 1)) && echo "ok $name"
  else
    failed=$((failed + 1)) && echo "FAILED $name" && tail -n 40 "$log"
  fi
}

try() {
  local name=$1 status=0
  shift
  "$@" >"$out/log" 2>&1 || status=$?
  report $status "$name" "$out/log"
}

built
target/release/xtask dist "$dist" >/dev/null
# git calls a program for the filter: the one of this checkout.
export PATH=$PWD/target/release:$PATH PKG_CONFIG_PATH=$dist/lib/pkgconfig LD_LIBRARY_PATH=$dist/lib
flags=$(pkg-config --cflags --libs octostore)

# Compilers take their time: each line is a program that is made beside the others. NAME SOURCE FLAGS
tests=tests/cpp
printf '#include <octostore.hpp>\nint main() { return octo::has_feature("none") ? 1 : 0; }\n' >"$out/only.cpp"
sed -n 's|^// \{5\}||p; /^#ifndef OCTOSTORE_HPP/q' include/octostore.hpp >"$out/example.cpp"
tests/cpp/guide.awk docs/cpp.md >"$out/guide.cpp"
# A header that is newer than the library.
mkdir "$out/newer"
sed 's/^#define OCTO_VERSION_MINOR .*/#define OCTO_VERSION_MINOR 999/' include/octostore.h >"$out/newer/octostore.h"
cp -r include/octostore.hpp include/octostore "$out/newer"
cat >"$out/programs" <<END
only-17 $out/only.cpp -std=c++17
only-20-no-exceptions $out/only.cpp -std=c++20 -fno-exceptions -fno-rtti
example $out/example.cpp -std=c++17
guide $out/guide.cpp -std=c++20
too-old-17 $tests/too_old.cpp -std=c++17 -I $out/newer
expected-17 $tests/expected.cpp -std=c++17 -fno-exceptions -fno-rtti
expected-20-sanitized $tests/expected.cpp -std=c++20 $sanitize
END
for name in story misuse tasks tables documents; do
  echo "$name-17 $tests/$name.cpp -std=c++17"
  echo "$name-20-sanitized $tests/$name.cpp -std=c++20 $sanitize"
done >>"$out/programs"

# Whoever needs little includes little.
each_part_stands_alone() {
  local part
  # shellcheck disable=SC2086
  for part in include/octostore/*.hpp; do g++ -std=c++17 $warnings -I include -fsyntax-only -x c++ "$part" || return; done
}

# beside LIST COMMAND: runs COMMAND with the words of each line of the list, as many at once as there are cores; then says how
# each one went, by its first word.
beside() {
  # shellcheck disable=SC2016
  OUT=$out xargs -P "$(nproc)" -a "$1" -I{} bash -c '
    set -- {}
    '"$2"' >"$OUT/$1.log" 2>&1 </dev/null
    echo $? >"$OUT/$1.status"'
  while read -r name _; do
    report "$(cat "$out/$name.status")" "$name$3" "$out/$name.log"
    grep -h "checks passed" "$out/$name.log" || true
  done <"$1"
}
export warnings flags
# shellcheck disable=SC2016
beside "$out/programs" 'g++ "${@:3}" $warnings -g "$2" -o "$OUT/$1" -pthread $flags' " builds without a warning"

try "each part of the header stands alone" each_part_stands_alone

# Each program plays in a folder of its own. Children are git; threads of pools that outlive main are still reachable, not lost.
valgrind="valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=9 --trace-children=no"
for name in story misuse tasks tables documents expected; do
  echo "run-$name-17 $out/$name-17"
  echo "run-$name-20-sanitized $out/$name-20-sanitized"
done >"$out/runs"
checked="expected misuse tables tasks documents"
if [ -n "${OCTOSTORE_LONG:-}" ]; then checked+=" story"; else echo "SKIPPED valgrind-story-17: it is long; OCTOSTORE_LONG=1 does it"; fi
for name in $checked; do echo "valgrind-$name-17 $valgrind $out/$name-17"; done >>"$out/runs"
# shellcheck disable=SC2016
beside "$out/runs" 'mkdir "$OUT/work-$1" && "${@:2}" "$OUT/work-$1"' ""
try "a library older than the header is refused" "$out/too-old-17"
mkdir "$out/work-guide"
try "the guide's programs run" bash -c "cd '$out/work-guide' && '$out/guide'"
try "the header's example says what is wrong" bash -c "cd / && ! '$out/example' 2>'$out/said' && grep -q 'not in a git repository' '$out/said'"

. tests/cpp/samples.sh

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
