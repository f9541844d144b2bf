# shellcheck shell=bash
# shellcheck source=tests/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Installs what a bare Debian 12 with Rust, Python 3.11, a JDK, Node, Go and git lacks.  Quick when nothing is missing.

# COMMAND:PACKAGE, both Debian's names.
DEBIAN_PACKAGES=(cc:gcc c++:g++ valgrind:valgrind shellcheck:shellcheck /usr/bin/time:time flock:util-linux pkg-config:pkg-config git-lfs:git-lfs mvn:maven)
TOOLCHAINS=(cargo rustc python3 node npm go git)

setup() {
  toolchains_are_there && install_debian_packages && python_can_make_venvs && test_python
}

toolchains_are_there() {
  local tool missing=()
  for tool in "${TOOLCHAINS[@]}"; do have "$tool" || missing+=("$tool"); done
  [ ${#missing[@]} -eq 0 ] && return
  echo "not on PATH: ${missing[*]}. Install Rust, Python 3.11 or newer, Node, Go and git, then run this again."
  return 1
}

install_debian_packages() {
  local pair packages=()
  for pair in "${DEBIAN_PACKAGES[@]}"; do have "${pair%%:*}" || packages+=("${pair#*:}"); done
  [ ${#packages[@]} -eq 0 ] || apt_install "${packages[@]}"
}

# Debian's python3 comes without ensurepip; other builds of Python bring it.
python_can_make_venvs() {
  python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
}

apt_install() {
  local root=()
  echo "installing $*"
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  if [ ${#root[@]} -gt 0 ] && ! have sudo; then
    echo "these Debian packages are missing and there is neither root nor sudo to install them: $*"
    return 1
  fi
  "${root[@]}" apt-get update -q &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}
