# shellcheck shell=bash
# For everything that is made with Maven: one local repository in the cache, filled once, then used without the network.

# shellcheck source=tests/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

M2=$OCTOSTORE_TEST_CACHE/m2
# The compiler runs inside Maven: its daemon would stay for half an hour with gigabytes, and fails to start on a busy machine.
# A compiler that runs for seconds is not worth the JVM's best code.
export MAVEN_OPTS="${MAVEN_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx2g}"
MAVEN_SETTINGS=("-Dmaven.repo.local=$M2" -Dkotlin.compiler.daemon=false -Dstyle.color=never)

need_kotlin() {
  if ! have mvn || ! have java; then
    echo "SKIPPED: Maven or a JDK is missing (apt-get install maven default-jdk-headless)"
    exit 77
  fi
}

# maven ARGUMENT...: without the network if everything is here already.
maven() {
  local log code=0
  log=$(mktemp)
  mvn --batch-mode --quiet --offline "${MAVEN_SETTINGS[@]}" "$@" >"$log" 2>&1 || code=$?
  if [ $code -ne 0 ] && grep -qE 'offline mode|has not been downloaded' "$log"; then
    code=0
    mvn --batch-mode --quiet "${MAVEN_SETTINGS[@]}" "$@" >"$log" 2>&1 || code=$?
  fi
  # Maven's empty lines and its advice on how to run Maven say nothing.
  sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -vE '^\s*$|^\[ERROR\] *$|re-run Maven|Re-run Maven' | head -n 200 || true
  rm "$log"
  return $code
}

# What the artefact is made of, as one line.
kotlin_state() {
  (
    cd "$OCTOSTORE_ROOT" || exit
    { find bindings/kotlin/src/main -type f && ls bindings/kotlin/pom.xml bindings/kotlin/uniffi.toml target/release/liboctostore_uniffi.so; } |
      LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-16
  )
}

# Installs bindings/kotlin into the cache's repository, unless that holds just this.
install_kotlin() {
  local state
  state=$(kotlin_state)
  mkdir -p "$M2"
  (
    flock 9
    [ "$(cat "$M2/octostore.state" 2>/dev/null)" != "$state" ] || exit 0
    maven -f "$OCTOSTORE_ROOT/bindings/kotlin" -Dmaven.test.skip install && echo "$state" >"$M2/octostore.state"
  ) 9>"$M2.lock"
}
