#!/usr/bin/env bash
# What the main job costs: Kafka (a real broker, plain access lines) -> grok, date, renames, drop of 3xx, scoring -> a fake _bulk.
# Prints CPU seconds per million lines of the whole logboom process (user + system), lines a second, and its peak memory.
#
#   benches/kafka_bulk.sh [LINES] [LOGBOOM_BINARY]     1000000, target/release/logboom
#
# The lines and the fake _bulk are those of ../shared/bench; without that folder there is nothing to measure. A second binary (an earlier
# commit's) is measured in the same way: run the script once for each, one after the other, and compare.
set -euo pipefail
cd "$(dirname "$0")/.."
lines=${1:-1000000}
binary=$(readlink -f "${2:-target/release/logboom}")
shared=$(readlink -f "${SHARED:-../shared}/bench" || true)
[[ -d $shared ]] || { echo "skipped: ${SHARED:-../shared}/bench is not there"; exit 0; }
[[ -x $binary ]] || { echo "no $binary: cargo build --release" >&2; exit 2; }
work=${BENCH_HOME:-${TMPDIR:-/tmp}/logboom-bench}
mkdir -p "$work"
[[ -f $work/data-$lines/access.log ]] || python3 "$shared/generate.py" "$lines" "$work/data-$lines" >/dev/null
[[ -x $work/stub ]] || rustc -O -o "$work/stub" "$shared/stub.rs" 2>/dev/null
read -r kafka controller bulk console < <(python3 -c 'import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
print(*(s.getsockname()[1] for s in held))')
export KAFKA_PORT=$kafka KAFKA_CONTROLLER_PORT=$controller KAFKA_DATA=$work/kafka-$kafka
stop() { kill "${stub:-}" "${job:-}" 2>/dev/null || true; tests/stack/kafka.sh kill >/dev/null 2>&1 || true; rm -rf "$KAFKA_DATA"; }
trap stop EXIT
tests/stack/kafka.sh start >/dev/null
tests/stack/kafka.sh topic access 4 >/dev/null
tests/stack/kafka.sh produce access <"$work/data-$lines/access.log" >/dev/null
"$work/stub" "$bulk" "$work/sample.ndjson" & stub=$!
cat >"$work/logboom.yml" <<YML
data_dir: $work/state
pipelines: $PWD/benches/pipelines
sources: { access: { type: kafka, brokers: ["127.0.0.1:$kafka"], topics: [access], group: bench, codec: plain } }
routes: [ { name: default, pipeline: access, to: { index: access } } ]
scoring: { judges: [rules] }
outputs: { elasticsearch: { urls: ["http://127.0.0.1:$bulk"], bulk: { compression: none } } }
console: { listen: 127.0.0.1:$console }
YML
rm -rf "$work/state"
"$binary" run -c "$work/logboom.yml" 2>"$work/logboom.log" & job=$!
started=$(date +%s.%N)
metric() { curl -s "127.0.0.1:$console/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }
for _ in $(seq 1200); do
  sleep 0.25
  kill -0 "$job" 2>/dev/null || { tail -5 "$work/logboom.log" >&2; exit 1; }
  accepted=$(metric logboom_records_accepted_total); flying=$(metric logboom_records_in_flight)
  if [[ ${accepted:-0} -ge $lines && ${flying:-1} -eq 0 ]]; then break; fi
done
ended=$(date +%s.%N)
read -r user system < <(awk '{ sub(/.*\) /, ""); print $12, $13 }' "/proc/$job/stat")
peak=$(awk '/VmHWM/ { print $2 }' "/proc/$job/status")
sent=$(curl -s "127.0.0.1:$bulk/_stub" | python3 -c 'import json, sys; print(json.load(sys.stdin)["docs"])')
python3 - "$lines" "$accepted" "$sent" "$user" "$system" "$peak" "$started" "$ended" "$(getconf CLK_TCK)" <<'PY'
import sys
lines, accepted, sent, user, system, peak, started, ended, tick = map(float, sys.argv[1:])
cpu = (user + system) / tick
print(f"{accepted:.0f} lines in, {sent:.0f} documents out")
print(f"{cpu / accepted * 1e6:.2f} CPU s per million lines (user {user / tick:.2f}, system {system / tick:.2f})")
print(f"{accepted / (ended - started):.0f} lines/s from start to last answer, peak memory {peak / 1024:.0f} MiB")
PY
