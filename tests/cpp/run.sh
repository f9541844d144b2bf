#!/usr/bin/env bash
# octostore.hpp from outside: clean under every warning in C++17 and C++20, with and without exceptions; the stories, under
# sanitizers and valgrind; the guide's and the header's own programs; the samples, built as a stranger would build them.
set -euo pipefail
cd "$(dirname "$0")/../.."
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

cargo build --release --locked
cargo xtask dist "$dist" >/dev/null
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
cp include/octostore.hpp "$out/newer"
cat >"$out/programs" <<END
only-17 $out/only.cpp -std=c++17
only-20-no-exceptions $out/only.cpp -std=c++20 -fno-exceptions -fno-rtti
example $out/example.cpp -std=c++17
guide $out/guide.cpp -std=c++20
story-17 $tests/story.cpp -std=c++17
story-20-sanitized $tests/story.cpp -std=c++20 $sanitize
expected-17 $tests/expected.cpp -std=c++17 -fno-exceptions -fno-rtti
expected-20-sanitized $tests/expected.cpp -std=c++20 $sanitize
misuse-17 $tests/misuse.cpp -std=c++17
misuse-20-sanitized $tests/misuse.cpp -std=c++20 $sanitize
too-old-17 $tests/too_old.cpp -std=c++17 -I $out/newer
END
# shellcheck disable=SC2016
WARNINGS=$warnings FLAGS=$flags OUT=$out xargs -P "$(nproc)" -a "$out/programs" -I{} bash -c '
  read -r name source options <<<"{}"
  g++ $options $WARNINGS -g "$source" -o "$OUT/$name" -pthread $FLAGS >"$OUT/$name.log" 2>&1
  echo $? >"$OUT/$name.status"'
while read -r name _; do report "$(cat "$out/$name.status")" "$name builds without a warning" "$out/$name.log"; done <"$out/programs"

# play NAME COMMAND...: runs a program of tests/cpp in a folder of its own.
play() {
  local name=$1
  shift
  mkdir "$out/work-$name"
  try "$name" "$@" "$out/work-$name"
  grep -h "checks passed" "$out/log" || true
}
for program in story-17 story-20-sanitized expected-17 expected-20-sanitized misuse-17 misuse-20-sanitized; do
  play $program "$out/$program"
done
# Children are git; threads of pools that outlive main are still reachable, not lost.
valgrind="valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=9 --trace-children=no"
for program in expected-17 misuse-17; do play valgrind-$program $valgrind "$out/$program"; done
try "a library older than the header is refused" "$out/too-old-17"
mkdir "$out/work-guide"
try "the guide's programs run" bash -c "cd '$out/work-guide' && '$out/guide'"
try "the header's example says what is wrong" bash -c "cd / && ! '$out/example' 2>'$out/said' && grep -q 'not in a git repository' '$out/said'"

. tests/cpp/samples.sh

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
