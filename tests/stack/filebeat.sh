#!/usr/bin/env bash
# filebeat.sh: Elastic Filebeat (OSS inputs), built from its published Go module.
#
#   filebeat.sh install                  build it (8 minutes on two cores the first time)
#   filebeat.sh path                     where the program is
#   filebeat.sh run CONFIG [OPTION...]   in the foreground
#   filebeat.sh start CONFIG             in the background
#   filebeat.sh stop | kill | pause | resume | status | log
#
# Environment: STACK_HOME (~/.cache/stack), FILEBEAT_DATA (STACK_HOME/data/filebeat): registry, pid file and log.
# Start several by giving each its FILEBEAT_DATA.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/install.sh"
. "$here/lib/service.sh"
FILEBEAT_DATA=${FILEBEAT_DATA:-$STACK_HOME/data/filebeat}
program=$STACK_HOME/filebeat/bin/filebeat
service=filebeat data=$FILEBEAT_DATA port=none mark=$FILEBEAT_DATA
# rebuilt when the source or a version changes
source_id=$(cat "$here"/filebeat/{main.go,go.mod,go.sum} | sha256sum | cut -c1-16)

built() { [[ -x $program && $(cat "$program.src" 2>/dev/null) == "$source_id" ]]; }

build() {
  local module=github.com/elastic/beats/v7 version
  need go golang
  cd "$here/filebeat"
  retry go mod download >&2
  version=$(go list -mod=readonly -m -f '{{.Version}}' "$module")
  mkdir -p "$(dirname "$program")"
  go build -mod=readonly -trimpath -ldflags "-s -w -X $module/libbeat/version.commit=${version##*-}" -o "$program" . >&2
  echo "$source_id" >"$program.src"
}

install() {
  if built; then return; fi
  ( flock 9; if ! built; then build; fi ) 9>"$STACK_HOME/.install-filebeat.lock"
}

# --strict.perms=false: else the configuration must belong to the caller and not be writable for the group
options() { printf '%s\0' -c "$(readlink -f "$1")" --strict.perms=false --path.data "$data/registry" --path.logs "$data/logs" -e; }
running() { sleep 1; alive; }

case ${1:-} in
  install) install; echo "$program" ;;
  path) echo "$program" ;;
  run | start)
    install
    mapfile -d '' arguments < <(options "${2:?a configuration file}")
    mkdir -p "$data"
    if [[ $1 == run ]]; then exec "$program" "${arguments[@]}" "${@:3}"; fi
    port_open() { false; }
    start_service running "$program" "${arguments[@]}" >/dev/null ;;
  *) service_verb "$@" ;;
esac
