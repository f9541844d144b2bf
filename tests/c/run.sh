#!/usr/bin/env bash
# The C ABI from outside: the header under four standards, the ABI against its baseline, a C99 and a C++11 program against
# the static and the shared library, and both under valgrind.
set -euo pipefail
cd "$(dirname "$0")/../.."
passed=0 failed=0
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
dist=$out/dist
warnings="-Wall -Wextra -Wpedantic -Werror"
static_libs="$dist/lib/liboctostore.a -lgcc_s -lutil -lrt -lpthread -lm -ldl"

try() {
  local name=$1
  shift
  if "$@" >"$out/log" 2>&1; then
    passed=$((passed + 1)) && echo "ok $name"
  else
    failed=$((failed + 1)) && echo "FAILED $name" && tail -n 40 "$out/log"
  fi
}

cargo build --release --locked -p octostore-ffi
cargo xtask dist "$dist" >/dev/null

# git calls a program for the filter; the library's users have one, here the command of this checkout.
cargo build --release --locked -p octostore-cli
export PATH=$PWD/target/release:$PATH

printf '#include <octostore.h>\n#include <octostore.h>\n' >"$out/only.c"
for std in c99 c11; do try "the header is $std" gcc -std=$std $warnings -I include -fsyntax-only -x c "$out/only.c"; done
for std in c++11 c++17; do try "the header is $std" g++ -std=$std $warnings -I include -fsyntax-only -x c++ "$out/only.c"; done

symbols() { nm -D --defined-only "$dist/lib/liboctostore.so" | awk '$2 == "T" { print $3 }' | sort; }
layout() { gcc -std=c99 $warnings -I include tests/abi/layout.c -o "$out/layout" && "$out/layout"; }
if [ "${1:-}" = --bless ]; then
  symbols >tests/abi/octostore.symbols
  layout >tests/abi/octostore.layout
fi
try "the exported symbols are the baseline's" diff <(symbols) tests/abi/octostore.symbols
try "the layout is the baseline's" diff <(layout) tests/abi/octostore.layout
try "nothing but octo_ is exported" bash -c "! nm -D --defined-only '$dist/lib/liboctostore.so' | awk '\$2 != \"A\" && \$3 !~ /^octo_/' | grep ."
try "it has its soname" bash -c "readelf -d '$dist/lib/liboctostore.so' | grep -q 'SONAME.*liboctostore.so.0'"

export PKG_CONFIG_PATH=$dist/lib/pkgconfig LD_LIBRARY_PATH=$dist/lib
flags="-I $dist/include -L $dist/lib -loctostore"
command -v pkg-config >/dev/null && flags=$(pkg-config --cflags --libs octostore)
try "C99 builds, static" gcc -std=c99 -D_POSIX_C_SOURCE=200809L $warnings -g -I include tests/c/story.c -o "$out/c-static" $static_libs
try "C99 builds, shared" gcc -std=c99 -D_POSIX_C_SOURCE=200809L $warnings -g tests/c/story.c -o "$out/c-shared" $flags
try "C++11 builds, static" g++ -std=c++11 $warnings -g -I include tests/c/story.cpp -o "$out/cpp-static" $static_libs
try "C++11 builds, shared" g++ -std=c++11 $warnings -g tests/c/story.cpp -o "$out/cpp-shared" $flags

# The guide's program is a program.
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' docs/c.md >"$out/guide.c"
try "the guide's program builds" gcc -std=c99 $warnings "$out/guide.c" -o "$out/guide" $flags
try "the guide's program says what is wrong" bash -c "cd / && ! '$out/guide' 2>'$out/said' && grep -q 'not in a git repository' '$out/said'"

play() {
  local name=$1
  shift
  mkdir "$out/repo-$name"
  try "$name" "$@" "$out/repo-$name"
  grep -h "as it should be" "$out/log" || true
}
for program in c-static c-shared cpp-static cpp-shared; do play "$program" "$out/$program"; done
# Children are git; threads of pools that outlive main are still reachable, not lost.
valgrind="valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=9 --trace-children=no"
for program in c-shared cpp-shared; do play "valgrind-$program" $valgrind "$out/$program"; done

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
