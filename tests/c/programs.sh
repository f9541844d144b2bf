# shellcheck shell=bash
# Sourced by run.sh: programs that use the library.

export PKG_CONFIG_PATH=$dist/lib/pkgconfig LD_LIBRARY_PATH=$dist/lib
flags="-I $dist/include -L $dist/lib -loctostore"
command -v pkg-config >/dev/null && flags=$(pkg-config --cflags --libs octostore)
try "C99 builds, static" $c99 -I include tests/c/story.c -o "$out/c-static" $static_libs
try "C99 builds, shared" $c99 tests/c/story.c -o "$out/c-shared" $flags
try "C++11 builds, static" g++ -std=c++11 $strict -g -I include tests/c/story.cpp -o "$out/cpp-static" $static_libs
try "C++11 builds, shared" g++ -std=c++11 $strict -g tests/c/story.cpp -o "$out/cpp-shared" $flags
for program in c-static c-shared cpp-static cpp-shared; do play "$program" "$out/$program"; done
