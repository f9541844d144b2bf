# shellcheck shell=bash
# Runs parts, keeps their results, and prints the table.  Sourced by tests/all.

# Each run has logs of its own, so that two at once do not write into each other's; the newest ten are kept.
LOGS=$OCTOSTORE_TEST_CACHE/logs/$(date +%Y%m%d-%H%M%S)-$$
KEPT_LOGS=10
PART_MINUTES=${OCTOSTORE_PART_MINUTES:-30}
# shellcheck disable=SC2034  # used by tests/all
LONG_PART_MINUTES=${OCTOSTORE_PART_MINUTES:-180}
TAIL_LINES=60

# What a test runner closes with, and skips within a part: let through.
CLOSING='^[0-9]+ (passed|failed|skipped|error).* in [0-9.]+s|^test result: |^=+ .*(passed|failed|error|skipped|no tests ran).* =+$|^([a-z]+: )?[0-9]+ passed, [0-9]+ failed|^SKIPPED |^ERROR SUMMARY|^\| '

RESULTS=()
PASSED=0
FAILED=0
SKIPPED=0
PART_PID=
LANE_PID=
CPU=0

# A part without a script fails like any other: `timeout` says that there is no such file.
run_part() {
  local name=$1 log=$LOGS/$1.log begun=$SECONDS cpu code=0
  count_cpu
  cpu=$CPU
  # In the background and waited for, so that a signal to tests/all is acted on at once.
  timeout --kill-after=20 "${PART_MINUTES}m" "$OCTOSTORE_ROOT/tests/parts/$name" </dev/null >"$log" 2>&1 &
  PART_PID=$!
  wait "$PART_PID" || code=$?
  PART_PID=
  count_cpu
  judge "$name" "$log" "$code" "$((SECONDS - begun))|$((CPU - cpu))"
}

# Sets CPU to the seconds that all children which have ended used: on a busy machine they say more than the clock. `times` counts
# for the shell that calls it, so it is in no pipe.
count_cpu() {
  local file=$LOGS/times.$BASHPID
  times >"$file"
  CPU=$(awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); sum += t[1] * 60 + t[2] } print int(sum) }' "$file")
}

judge() {
  local name=$1 log=$2 code=$3 seconds=$4 note=
  printf '\n== %s\n' "$name"
  case $code in
    0)
      PASSED=$((PASSED + 1))
      closing_lines "$log"
      note=$(inner_skips "$log")
      RESULTS+=("$name|passed|$seconds|$note")
      ;;
    77)
      SKIPPED=$((SKIPPED + 1))
      note=$(sed -n 's/^SKIPPED: //p' "$log" | tail -n 1)
      printf 'SKIPPED %s: %s\n' "$name" "${note:-no reason given}"
      RESULTS+=("$name|SKIPPED|$seconds|${note:-no reason given}")
      ;;
    *)
      FAILED=$((FAILED + 1))
      [ "$code" -ne 124 ] || note="stopped after $PART_MINUTES minutes"
      printf 'FAILED %s (exit %s). The end of %s:\n' "$name" "$code" "$log"
      tail -n "$TAIL_LINES" "$log" | cut -c1-400
      RESULTS+=("$name|FAILED|$seconds|$note")
      ;;
  esac
}

closing_lines() { grep -E "$CLOSING" "$1" | cut -c1-400 | tail -n 200 || true; }

make_logs() {
  mkdir -p "$LOGS"
  ls -1d "$OCTOSTORE_TEST_CACHE"/logs/*/ | sort -r | tail -n +$((KEPT_LOGS + 1)) | xargs -r rm -rf
}

# Runs parts one after the other in the background, with results of their own: most parts leave a core idle most of the time.
begin_lane() {
  (
    RESULTS=() PASSED=0 FAILED=0 SKIPPED=0 PART_PID=
    trap '[ -z "$PART_PID" ] || kill "$PART_PID" 2>/dev/null; exit 143' TERM
    local name
    for name in "$@"; do run_part "$name"; done
    { printf '%s\n' "$PASSED" "$FAILED" "$SKIPPED"; printf '%s\n' "${RESULTS[@]}"; } >"$LOGS/lane"
  ) &
  LANE_PID=$!
}

# Takes the lane's results; a lane that died has failed.
end_lane() {
  local numbers rows
  if ! wait "$LANE_PID" || ! mapfile -t numbers < <(head -n 3 "$LOGS/lane"); then
    FAILED=$((FAILED + 1)) && RESULTS+=("lane|FAILED|0|0|the parts beside the others did not end") && return
  fi
  LANE_PID=
  mapfile -t rows < <(tail -n +4 "$LOGS/lane")
  PASSED=$((PASSED + numbers[0])) FAILED=$((FAILED + numbers[1])) SKIPPED=$((SKIPPED + numbers[2]))
  RESULTS+=("${rows[@]}")
}

inner_skips() {
  local count
  count=$(grep -c '^SKIPPED ' "$1" || true)
  [ "$count" -eq 0 ] || printf '%s skipped inside' "$count"
}

print_table() {
  local row name result seconds cpu note
  printf '\n%-12s %-8s %8s %8s  %s\n' part result seconds cpu note
  for row in "${RESULTS[@]}"; do
    IFS='|' read -r name result seconds cpu note <<<"$row"
    printf '%-12s %-8s %8s %8s  %s\n' "$name" "$result" "$seconds" "$cpu" "$note"
  done
  printf '\n%s passed, %s failed, %s skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
}
