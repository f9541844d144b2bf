#!/usr/bin/env bash
# Kotlin from the source to a program of somebody else: the JUnit tests and the jar; then, in a folder outside of the checkout, a
# project that knows only the installed artefact, with the sample, the guide's code and a program without Arrow.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib/kotlin.sh
need_kotlin
passed=0 failed=0
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
opens=--add-opens=java.base/java.nio=ALL-UNNAMED

try() {
  local name=$1
  shift
  if "$@" >"$out/log" 2>&1; then
    passed=$((passed + 1)) && echo "ok $name"
  else
    failed=$((failed + 1)) && echo "FAILED $name" && tail -n 60 "$out/log"
  fi
}

finish() {
  echo "kotlin: $passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

# Surefire's own counts, so that tests that did not run are not taken for passed ones.
junit_ran() {
  python3 - target/kotlin/surefire-reports/*.xml <<'PY'
import sys, xml.etree.ElementTree as tree
suites = [tree.parse(f).getroot().attrib for f in sys.argv[1:]]
count = {k: sum(int(s[k]) for s in suites) for k in ("tests", "failures", "errors", "skipped")}
print(count)
sys.exit(not (count["tests"] >= 35 and count["failures"] == count["errors"] == count["skipped"] == 0))
PY
}

in_jar() { python3 -c 'import sys, zipfile; sys.exit(sys.argv[2] not in zipfile.ZipFile(sys.argv[1]).namelist())' target/kotlin/octostore-0.1.0.jar "$1"; }

# The layout only: the other systems' libraries are empty files here.
pack_all() {
  local folder natives=$out/natives
  for folder in linux-x86-64 linux-aarch64; do mkdir -p "$natives/$folder" && echo >"$natives/$folder/liboctostore_uniffi.so"; done
  for folder in darwin-x86-64 darwin-aarch64; do mkdir -p "$natives/$folder" && echo >"$natives/$folder/liboctostore_uniffi.dylib"; done
  mkdir -p "$natives/win32-x86-64"
  local packing=(-f bindings/kotlin -Pall-platforms "-Doctostore.natives=$natives" process-resources)
  # As a build of its own, which leaves the real one's files alone.
  packing+=("-Doctostore.out=$out/all")
  if maven "${packing[@]}" >"$out/refused"; then echo "a missing library was not noticed" && return 1; fi
  grep -q 'octostore.natives lacks a library' "$out/refused" || return 1
  echo >"$natives/win32-x86-64/octostore_uniffi.dll"
  maven "${packing[@]}"
  (cd "$natives" && find . -type f) | while read -r file; do [ -e "$out/all/classes/$file" ] || return 1; done
}

make_sample_repository() {
  mkdir -p "$out/s/work/data" && cd "$out/s/work"
  git init -q -b main && git config user.name Ada && git config user.email ada@example.org
  octostore init --store "$out/s/store" && octostore track data/
  printf 'n,name\n1,one\n2,two\n3,three\n4,four\n' >data/rows.csv
  head -c 96000000 /dev/urandom >data/big.bin
  git add -A && git commit -qm 'First rows'
  printf 'n,name\n1,eins\n' >data/rows.csv && git add -A && git commit -qm 'Fewer rows, in German'
  octostore push && octostore clone --data none "$out/s/work" "$out/s/hers"
}

consumer() { java "$opens" -cp "$out/consumer/target/classes:$(cat "$out/consumer/target/classpath")" "$@"; }

run_sample() {
  make_sample_repository >/dev/null
  consumer MainKt "$out/s/hers" data/rows.csv HEAD~1 >"$out/said"
  diff - "$out/said" <<'SAID'
Files
  pointer data/big.bin (96000000 bytes)
  pointer data/rows.csv (14 bytes)
History of data/rows.csv
  Fewer rows, in German, Ada, 14 bytes
  First rows, Ada, 34 bytes
data/rows.csv at HEAD~1
  n | name
  1 | one
  2 | two
  3 | three
Pull: Stopped
Pull: Done(files=2, bytes=96000014)
  present data/big.bin (96000000 bytes) cached, pushed
  present data/rows.csv (14 bytes) cached, pushed
Trouble: data/none.csv: no commit has such a file
SAID
  cmp "$out/s/work/data/big.bin" "$out/s/hers/data/big.bin"
}

run_guide() { mkdir "$out/guide" && cd "$out/guide" && consumer Guide; }

run_without_arrow() {
  local classpath
  classpath=$(tr : '\n' <"$out/consumer/target/classpath" | grep -v arrow | paste -sd:)
  [ "$(java -cp "$out/consumer/target/classes:$classpath" PlainKt "$OCTOSTORE_ROOT")" = "true 0" ]
}

# What is public has a comment, but for what overrides something that has one.
documented() {
  awk 'FNR == 1 { before = "" }
    /^ *public / && !/ override / && !/public companion object/ && before !~ /\*\/$/ { print FILENAME ":" FNR ": " $0; bad = 1 }
    !/^ *@/ { before = $0 }
    END { exit bad }' bindings/kotlin/src/main/kotlin/org/octostore/*.kt
}

run_from_java() { [ "$(consumer FromJava "$OCTOSTORE_ROOT" | paste -sd' ')" = "0 not_found" ]; }

own_version() { grep -m1 -oP '(?<=^version = ")[^"]*' Cargo.toml; }

try "the artefact has the workspace's version" grep -q "<version>$(own_version)</version>" bindings/kotlin/pom.xml
try "everything public is documented" documented
rm -rf target/kotlin/surefire-reports
try "the JUnit tests pass, and the artefact is installed" maven -f bindings/kotlin install
try "all of them ran" junit_ran
try "the jar holds the library of this machine" in_jar "$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m | tr _ -)/liboctostore_uniffi.so"
try "the jar of all platforms has them where JNA looks, or is refused" pack_all

mkdir "$out/consumer"
cp -r samples/kotlin/pom.xml samples/kotlin/src "$out/consumer/"
python3 tests/kotlin/guide.py docs/kotlin.md bindings/kotlin/README.md >"$out/consumer/src/Guide.kt"
cp tests/kotlin/Plain.kt tests/kotlin/FromJava.java "$out/consumer/src/"
try "a project elsewhere takes the installed artefact" maven -f "$out/consumer" -Dmaven.compiler.source=11 -Dmaven.compiler.target=11 process-classes
try "the data panel shows, previews, stops and pulls" run_sample
try "the guide's code runs" run_guide
try "without tables, Arrow need not be there" run_without_arrow
try "Java calls it with runBlocking" run_from_java
finish
