# shellcheck shell=bash
# Sourced by run.sh: the samples and a consumer of one line, built from a copy in a clean folder by CMake's find_package and by
# pkg-config, and run on a repository with real rows; what they print is compared with what awk says of the same rows.
# shellcheck disable=SC2154 # what run.sh sets

cp -r samples "$out/samples"

# A project with two versions of a table and a store.
rows() { # ROWS: every tenth mm is missing
  awk -v rows="$1" 'BEGIN {
    print "day,mm,station,when"
    for (i = 1; i <= rows; i++) printf "%d,%s,s%d,2026-01-%02d\n", i, (i % 10 == 0 ? "" : i / 4), i % 7, 1 + i % 28
  }'
}
make_project() {
  git init -q -b main "$out/project" &&
    cd "$out/project" &&
    git config user.name "A Scientist" &&
    git config user.email scientist@example.org &&
    octostore init --store "$out/project-store" &&
    octostore track 'data/' &&
    mkdir data &&
    rows 20000 >data/rain.csv &&
    head -c 3000000 /dev/urandom >data/noise.bin &&
    git add -A && git commit -qm "Rain of a decade" &&
    octostore push &&
    rows 1000 >data/rain.csv &&
    git add -A && git commit -qm "Rain of this year"
}
in_passing() { ("$@"); }
try "a project with rows is made" in_passing make_project

by_cmake() { # NAME
  cmake -S "$out/samples/$1" -B "$out/build-$1" -DCMAKE_PREFIX_PATH="$dist" -DCMAKE_BUILD_TYPE=Release &&
    cmake --build "$out/build-$1" --parallel "$(nproc)"
}
if ! command -v cmake >/dev/null; then
  echo "SKIPPED find_package: there is no cmake"
else
  try "the panel builds by find_package" by_cmake cpp
  try "the benchmark builds by find_package" by_cmake c
  mkdir "$out/samples/static" "$out/samples/newer"
  cp "$out/only.cpp" "$out/samples/static"
  consumer() { # VERSION TARGET
    printf 'cmake_minimum_required(VERSION 3.16)\nproject(consumer CXX)\nfind_package(octostore %s REQUIRED)\n' "$1"
    printf 'add_executable(consumer only.cpp)\ntarget_compile_features(consumer PRIVATE cxx_std_17)\ntarget_link_libraries(consumer PRIVATE %s)\n' "$2"
  }
  consumer 0.1 octostore::static >"$out/samples/static/CMakeLists.txt"
  consumer 0.99 octostore::octostore >"$out/samples/newer/CMakeLists.txt"
  try "a consumer of the static library builds by find_package" by_cmake static
  try "and needs no library to run" bash -c "LD_LIBRARY_PATH= '$out/build-static/consumer' && ! ldd '$out/build-static/consumer' | grep octostore"
  try "find_package refuses an older library than is asked for" bash -c "! cmake -S '$out/samples/newer' -B '$out/build-newer' -DCMAKE_PREFIX_PATH='$dist' 2>'$out/said' && grep -q 'compatible with' '$out/said'"
fi
# shellcheck disable=SC2086
try "the panel builds by pkg-config" g++ -std=c++17 $warnings "$out/samples/cpp/panel.cpp" "$out/samples/cpp/table.cpp" -o "$out/panel" -pthread $flags
# shellcheck disable=SC2086
try "the benchmark builds by pkg-config" gcc -std=c99 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "$out/samples/c/bench.c" -o "$out/bench" $flags

# said WHAT PATTERN: the last program printed such a line.
said() { grep -Eq -- "$2" "$out/said" && echo "ok $1" && passed=$((passed + 1)) || { failed=$((failed + 1)) && echo "FAILED $1: no line $2 in" && cat "$out/said"; }; }

check_panel() { # PROGRAM
  try "$(basename "$(dirname "$1")")/panel runs" bash -c "'$1' '$out/project' data/rain.csv HEAD~1 >'$out/said' 2>'$out/drawn'"
  mean=$(rows 20000 | awk -F, 'NR > 1 && $2 != "" { n++; sum += $2 } END { printf "%.10g", sum / n }')
  said "it shows the status" '^  present +cached +stored +3000000  data/noise.bin$'
  said "it shows the history" "A Scientist +[0-9]+ +Rain of a decade\$"
  said "it shows the first rows" '^  5 +1\.25 +s5 +2026-01-06$'
  said "it counts the rows of the old version" '^Statistics of data/rain.csv at HEAD~1: 20000 rows, 4 columns$'
  said "it counts whole numbers" '^  day +int64 +20000 +0 +1 +20000 +10000\.5$'
  said "it leaves nulls out of the mean" "^  mm +double +18000 +2000 +0\\.25 +4999\\.75 +${mean//./\\.}\$"
  said "it orders text" '^  station +text +20000 +0 +s0 +s6$'
  said "it reads days" '^  when +date +20000 +0 +2026-01-01 +2026-01-28$'
  said "it drew while it read" '^\([1-9][0-9]* frames? drawn'
}
check_panel "$out/panel"
if [ -x "$out/build-cpp/panel" ]; then
  # Sections come in the order in which they are ready.
  same() { diff <("$out/panel" "$out/project" data/rain.csv 2>/dev/null | grep -v frame | sort) <("$out/build-cpp/panel" "$out/project" data/rain.csv 2>/dev/null | grep -v frame | sort); }
  try "the panel of find_package says the same" same
fi
"$out/panel" "$out/project" data/none.csv >"$out/said" 2>&1 && echo "FAILED a panel of nothing goes well" && failed=$((failed + 1))
said "an error does not hide the rest" '^  present +cached'
said "and says what to do" '^not_found: '

try "the benchmark runs" bash -c "'$out/bench' '$out/project' data/noise.bin 5 >'$out/said'"
for call in octo_repo_open octo_repo_status octo_repo_ls octo_repo_log octo_repo_open_file octo_file_len \
  'octo_file_read_at 64 KiB' 'octo_file_read_at 1 MiB' 'octo_repo_add 4 MiB'; do
  said "it times $call" "^\\| $call +\\| +5 \\| +[0-9.]+ \\| +[0-9.]+ \\| +[0-9.]+ \\|"
done
cat "$out/said"
