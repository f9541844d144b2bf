# shellcheck shell=bash
# Sourced by run.sh: cargo cinstall into an empty folder, and a program built with what it installed.
# run.sh sets what is used here.
# shellcheck disable=SC2154

cargo_c() {
  CARGO_TARGET_DIR=$DIR/target cargo install --locked --root "$DIR" --version 0.10.24 cargo-c && rm -rf "$DIR/target"
}
cinstall() {
  CARGO_TARGET_DIR=$OCTOSTORE_TEST_CACHE/cinstall-target PATH=$tool/bin:$PATH \
    cargo cinstall --release --locked -p octostore-ffi --prefix=/usr --libdir=/usr/lib --destdir="$out/installed"
}
installed_flags() {
  PKG_CONFIG_SYSROOT_DIR=$out/installed PKG_CONFIG_PATH=$out/installed/usr/lib/pkgconfig pkg-config --cflags --libs octostore
}

tool=$OCTOSTORE_TEST_CACHE/cargo-c-0.10.24
if [ -z "$long" ]; then
  skip "cargo cinstall" "cargo-c has to be built for it; OCTOSTORE_LONG=1 does"
elif ! once "$tool" cargo_c; then
  skip "cargo cinstall" "cargo-c could not be built"
else
  try "cargo cinstall" cinstall
  try "it has the soname" bash -c "readelf -d '$out/installed/usr/lib/liboctostore.so' | grep -q 'SONAME.*liboctostore.so.0'"
  try "a program builds with what was installed" bash -c "$c99 tests/c/story.c -o '$out/c-installed' $(installed_flags)"
  play "a program runs with what was installed" env LD_LIBRARY_PATH="$out/installed/usr/lib" "$out/c-installed"
fi
