# shellcheck shell=bash
# Sourced by run.sh: the header, its baseline, its past.
# run.sh sets what is used here.
# shellcheck disable=SC2154

printf '#include <octostore.h>\n#include <octostore.h>\n' >"$out/only.c"
for std in c99 c11; do try "the header is $std" gcc -std=$std $strict -I include -fsyntax-only -x c "$out/only.c"; done
for std in c++11 c++17; do try "the header is $std" g++ -std=$std $strict -I include -fsyntax-only -x c++ "$out/only.c"; done

symbols() { nm -D --defined-only "$dist/lib/liboctostore.so" | awk '$2 == "T" { print $3 }' | sort; }
# layout HEADER: sizes and offsets of its structs.
layout() {
  "$xtask" layout "$1" >"$out/layout.c"
  gcc -std=c99 $strict -I "$(dirname "$1")" "$out/layout.c" -o "$out/layout" && "$out/layout"
}
if [ "${1:-}" = --bless ]; then
  symbols >tests/abi/octostore.symbols
  layout include/octostore.h >tests/abi/octostore.layout
  "$xtask" abi --bless
fi
try "the header has what the baseline lists" "$xtask" abi
try "the exported symbols are the baseline's" diff <(symbols) tests/abi/octostore.symbols
try "the layout is the baseline's" diff <(layout include/octostore.h) tests/abi/octostore.layout
try "every function of the header is exported, and nothing else" diff <(symbols | sed 's/@@.*//') <(sed -n 's/^[^ ]* [a-z]* function .*\b\(octo_[a-z0-9_]*\)(.*/\1/p' tests/abi/octostore.api | sort)
try "nothing but octo_ is exported" bash -c "! nm -D --defined-only '$dist/lib/liboctostore.so' | awk '\$2 != \"A\" && \$3 !~ /^octo_/' | grep ."
try "it has its soname" bash -c "readelf -d '$dist/lib/liboctostore.so' | grep -q 'SONAME.*liboctostore.so.0'"

# A field of a released struct stays where it was, and a struct does not shrink.
grown() {
  layout "tests/abi/$1/octostore.h" | awk '{ print $1 "." $2, $3 }' | sort >"$out/then"
  layout include/octostore.h | awk '{ print $1 "." $2, $3 }' | sort >"$out/today"
  join -a 1 "$out/then" "$out/today" |
    awk 'NF != 3 || ($1 ~ /\.size$/ ? $3 < $2 : $3 != $2) { print "moved or gone:", $0; bad = 1 } END { exit bad }'
}
for released in tests/abi/[0-9]*; do
  version=$(basename "$released")
  try "structs of $version are where they were" grown "$version"
  try "a program of $version builds with its header" $c99 -I "$released" "$released/story.c" -o "$out/old" -L "$dist/lib" -loctostore
  play "a program of $version runs on today's library" env LD_LIBRARY_PATH="$dist/lib" "$out/old"
done
