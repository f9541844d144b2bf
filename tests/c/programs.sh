# shellcheck shell=bash
# Sourced by run.sh: programs that use the library.
# run.sh sets what is used here.
# shellcheck disable=SC2154

export PKG_CONFIG_PATH=$dist/lib/pkgconfig LD_LIBRARY_PATH=$dist/lib
flags="-I $dist/include -L $dist/lib -loctostore"
command -v pkg-config >/dev/null && flags=$(pkg-config --cflags --libs octostore)
c11="gcc -std=c11 -D_DEFAULT_SOURCE $strict -g -I tests/c"
sanitized="-fsanitize=address,undefined -fno-sanitize-recover=all"

# What people write: C99 and C++11, with either library.
try "C99 builds, static" $c99 -I include tests/c/story.c -o "$out/c-static" $static_libs
try "C99 builds, shared" $c99 tests/c/story.c -o "$out/c-shared" $flags
try "C++11 builds, static" g++ -std=c++11 $strict -g -I include tests/c/story.cpp -o "$out/cpp-static" $static_libs
try "C++11 builds, shared" g++ -std=c++11 $strict -g tests/c/story.cpp -o "$out/cpp-shared" $flags
for program in c-static c-shared cpp-static cpp-shared; do play "$program" "$out/$program"; done

# The static library has no names but ours.
try "nothing but octo_ is global in the static library" bash -c "! nm -g --defined-only '$dist/lib/liboctostore.a' | awk 'NF == 3 && \$3 !~ /^octo_/' | grep ."
try "clash builds" gcc -std=c11 -D_DEFAULT_SOURCE $strict -Wno-builtin-declaration-mismatch -g -I include tests/c/clash.c -o "$out/clash" $static_libs
play "a program with a zstd of its own" "$out/clash"

# The guide and the header's examples are programs.
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' docs/c.md >"$out/guide.c"
"$xtask" program >"$out/program.c"
"$xtask" examples >"$out/examples.c"
for program in guide program examples; do try "$program builds" $c99 "$out/$program.c" -o "$out/$program" $flags; done
for program in guide program; do
  try "$program says what is wrong" bash -c "cd / && ! '$out/$program' 2>'$out/said' && grep -q 'not in a git repository' '$out/said'"
done
prepare() {
  mkdir -p "$1/data" && cd "$1" && git init -q -b main . && git config user.name A && git config user.email a@example.org
  octostore init --store "file://$1.store" && octostore track data/ && head -c 100000 /dev/urandom >data/x.bin
  printf 'n,s\n1,one\n2,two\n' >data/t.csv && git add -A && git commit -qm data && octostore push
}
try "a repository for the examples" bash -c "set -e; $(declare -f prepare); prepare '$out/examples.repo'"
try "the header's examples run" bash -c "cd '$out/examples.repo' && '$out/examples' ."
try "the header's program runs" bash -c "cd '$out/examples.repo' && '$out/program'"

# Each with the static library under the sanitizers; Rust's allocations are seen by them, its code is not compiled for them.
"$xtask" fuzz >"$out/fuzz.c"
for program in tests/c/{tasks,tables,documents,threads,ticks,fork}.c "$out/fuzz.c"; do
  name=$(basename "$program" .c)
  try "$name builds" $c11 $sanitized -I include "$program" -o "$out/$name" $static_libs
  play "$name" "$out/$name"
done
try "story builds, sanitized" $c99 $sanitized -I include tests/c/story.c -o "$out/story-sanitized" $static_libs
play "story, sanitized" "$out/story-sanitized"

try "memory builds" $c11 -I include tests/c/memory.c -o "$out/memory" $static_libs
play "memory" "$out/memory"

# Children are git; threads of pools that outlive main are still reachable, not lost.
valgrind="valgrind --quiet --trace-children=no --error-exitcode=9"
memcheck="$valgrind --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect"
for program in c-shared cpp-shared; do play "valgrind-$program" $memcheck "$out/$program"; done
for name in tasks threads; do try "$name builds, shared" $c11 tests/c/$name.c -o "$out/$name-shared" $flags; done
play "valgrind-tasks" $memcheck "$out/tasks-shared"
THREADS_CALLS=500 play "helgrind-threads" $valgrind --tool=helgrind --suppressions=tests/c/helgrind.supp "$out/threads-shared"
