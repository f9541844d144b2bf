#!/usr/bin/env bash
# The same few calls from Node.js and from Java, through nothing but octostore.h and the library that people install.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib/kotlin.sh
passed=0 failed=0 skipped=0
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
koffi=$OCTOSTORE_TEST_CACHE/koffi-3.3.4

check() {
  local name=$1
  shift
  if "$@" >"$out/said" 2>"$out/errors" && diff "$out/wanted" "$out/said" >"$out/diff"; then
    passed=$((passed + 1)) && echo "ok $name"
  else
    failed=$((failed + 1)) && echo "FAILED $name" && cat "$out/diff" "$out/errors"
  fi
}

npm_install() { npm install --prefix "$DIR" --no-save --no-audit --no-fund --loglevel=error "$1"; }

skip() { skipped=$((skipped + 1)) && echo "SKIPPED $1: $2"; }

make_repository() {
  mkdir -p "$out/work/data"
  cd "$out/work"
  git init -q -b main && git config user.name Ada && git config user.email ada@example.org
  octostore init --store "$out/store" && octostore track data/
  printf 'n,name\n1,one\n2,two\n' >data/rows.csv
  git add -A && git commit -qm 'First rows'
  printf 'n,name\n1,eins\n' >data/rows.csv
  git add -A && git commit -qm 'Fewer rows, in German'
}

say_what_is_wanted() {
  cat >"$out/wanted" <<SAID
octostore $(grep -m1 -oP '(?<=^version = ")[^"]*' Cargo.toml)
present data/rows.csv 14
Fewer rows, in German, Ada
First rows, Ada
name\\n1,o
not_found: data/none.csv: "HEAD" has no such file "octostore ls REV" lists the tracked files of a revision.
SAID
}

node_example() {
  cp bindings/examples/node/*.mjs bindings/examples/node/package.json "$out/node/"
  ln -s "$koffi/node_modules" "$out/node/node_modules"
  node "$out/node/example.mjs" "$out/work" data/rows.csv
}

java_example() {
  java -Djna.library.path="$out/dist/lib" -cp "target/java-example/classes:$(cat target/java-example/classpath)" Example "$out/work" data/rows.csv
}

# A JDK with FFM, which is Java 22 and newer.
new_java() {
  local java
  for java in java /usr/lib/jvm/*/bin/java; do
    have "$java" || continue
    [ "$("$java" -version 2>&1 | grep -oP '(?<=version ")[0-9]+' | head -n 1)" -lt 22 ] || { echo "$java" && return; }
  done
}

built
export PATH=$PWD/target/release:$PATH
target/release/xtask dist "$out/dist" >/dev/null
export OCTOSTORE_LIBRARY=$out/dist/lib/liboctostore.so.0
(make_repository) >/dev/null
say_what_is_wanted

if have node && have npm; then
  once "$koffi" npm_install koffi@3.3.4
  mkdir "$out/node"
  check "Node.js by koffi" node_example
else
  skip node "Node.js is missing"
fi
if have mvn && have java; then
  maven -f bindings/examples/java process-classes
  check "Java by JNA" java_example
  java=$(new_java)
  if [ -n "$java" ]; then
    check "Java by FFM" "$java" --enable-native-access=ALL-UNNAMED bindings/examples/java/Ffm.java "$out/work" data/rows.csv
  else
    skip java-ffm "no Java 22 or newer is here"
  fi
else
  skip java "Maven or a JDK is missing"
fi
echo "examples: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
