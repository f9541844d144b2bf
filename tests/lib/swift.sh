# shellcheck shell=bash
# A Swift 6 compiler for tests: the one on PATH, else Debian 13's in a chroot below the cache.
#
#   swift_there           whether one can be used at once
#   swift_obtainable      whether one could be installed; says why not
#   swift_install         installs the chroot (3 GB, some minutes) unless one is there
#   swift_ready           installs it if that is wanted here, or says SKIPPED and why
#   swift_do COMMAND...   runs COMMAND where `swift` is, in the same folder, with the same paths and variables
#
# Mounts belong to a mount namespace of the command's own: they are gone when it ends, however it ends, and two runs at
# once do not see each other's.

# shellcheck source=tests/lib/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

SWIFT_RELEASE=trixie
SWIFT_ROOT=$OCTOSTORE_TEST_CACHE/swift
# What the tests need beside the compiler: real git, and what the shared scenario's shell steps call.
SWIFT_PACKAGES=(swiftlang libc6-dev libstdc++-14-dev git ca-certificates)

swift_there() { have_swift_6 || [ -e "$SWIFT_ROOT/.complete" ]; }

have_swift_6() { have swift && swift --version 2>&1 | grep -Eq 'Swift version ([6-9]|[1-9][0-9])\.'; }

swift_obtainable() {
  [ "$(uname -s)" = Linux ] || { echo "no Swift 6 on PATH, and a chroot needs Linux" && return 1; }
  [ "$(id -u)" -eq 0 ] || { echo "no Swift 6 on PATH, and a chroot needs root" && return 1; }
  unshare --mount true 2>/dev/null || { echo "no Swift 6 on PATH, and mounts are forbidden here" && return 1; }
  [ -n "$(debian_mirror)" ] || { echo "no Swift 6 on PATH, and apt names no Debian mirror to take one from" && return 1; }
}

# The mirror that this machine takes Debian's own packages from.
debian_mirror() {
  have apt-get || return 0
  # shellcheck disable=SC2016  # apt-get expands it
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | head -n 1
}

swift_install() { swift_there || once "$SWIFT_ROOT" make_swift_root; }

# The chroot is large: it is made with --long, and used by every run after that.
swift_ready() {
  local reason=
  if ! swift_there; then
    [ -n "${OCTOSTORE_LONG:-}" ] || reason="there is no Swift here; tests/all --long installs Debian 13's in a chroot (3 GB)"
    [ -n "$reason" ] || reason=$(swift_obtainable) || true
  fi
  [ -z "$reason" ] || { echo "SKIPPED: $reason" && return 1; }
  swift_install
}

make_swift_root() {
  have debootstrap || apt_install debootstrap || return
  # An interrupted install leaves a folder that debootstrap would not go on with.
  find "$DIR" -mindepth 1 -maxdepth 1 ! -name install.log -exec rm -rf --one-file-system {} + &&
    # debootstrap mounts things too; in a namespace of its own, none is left when it is stopped.
    unshare --mount --propagation private debootstrap --variant=minbase --include=ca-certificates "$SWIFT_RELEASE" "$DIR/root" "$(debian_mirror)" &&
    in_swift_root apt-get update -q &&
    in_swift_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${SWIFT_PACKAGES[@]}" &&
    in_swift_root apt-get clean &&
    in_swift_root swift --version
}

swift_do() {
  if have_swift_6; then "$@"; else in_swift_root "$@"; fi
}

# The checkout, the cache and /tmp lie inside where they lie outside.
in_swift_root() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  unshare --mount --propagation private bash -euc '
    root=$1 dir=$2
    shift 2
    for at in /proc /sys /dev /dev/pts /dev/shm /tmp "$OCTOSTORE_ROOT" "$OCTOSTORE_TEST_CACHE"; do
      mkdir -p "$root$at"
      mount --bind "$at" "$root$at"
    done
    exec chroot "$root" /bin/sh -c '\''cd "$0" && exec "$@"'\'' "$dir" "$@"
  ' in_swift_root "$SWIFT_ROOT/root" "$(swift_folder)" "$@"
}

# Where to run inside: the same folder if it is one that lies inside.
swift_folder() {
  case $PWD/ in
    "$OCTOSTORE_ROOT"/* | "$OCTOSTORE_TEST_CACHE"/* | /tmp/*) printf '%s\n' "$PWD" ;;
    *) printf '/\n' ;;
  esac
}
