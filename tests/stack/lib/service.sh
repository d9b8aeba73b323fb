# shellcheck shell=bash disable=SC2154
# A server in the background, known by its pid file. Sourced by the scripts beside this folder, not run.
#
# The script that sources this sets
#   service    its name in messages
#   data       its data folder (pid file and log lie there)
#   port       the port that tells whether it is up
#   mark       a piece of its command line that no other process has, so that a reused pid is never taken for it
pidfile() { echo "$data/$service.pid"; }
logfile() { echo "$data/$service.log"; }

say() { printf '[%s] %s\n' "$service" "$*" >&2; }
die() { say "$*"; exit 1; }

pid() { [[ -s $(pidfile) ]] && cat "$(pidfile)"; }

alive() {
  local p
  p=$(pid) && kill -0 "$p" 2>/dev/null && grep -qzF -- "$mark" "/proc/$p/cmdline" 2>/dev/null
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

# start_service READY COMMAND...: starts the command unless it runs, waits until READY (a function) succeeds, prints the port
start_service() {
  local ready=$1 tries=300
  shift
  mkdir -p "$data"
  if ! alive; then
    if port_open; then die "port $port is taken by another process; choose one by environment ($0 without a verb lists the names)"; fi
    setsid nohup "$@" >>"$(logfile)" 2>&1 </dev/null 9>&- &
    echo $! >"$(pidfile)"
  fi
  while ! "$ready"; do
    alive || { tail -20 "$(logfile)" >&2; die "ended while starting; its log is $(logfile)"; }
    (( tries-- > 0 )) || die "not ready after a minute and a half; its log is $(logfile)"
    sleep 0.3
  done
  echo "$port"
}

# stop_service [SIGNAL]: TERM and, after 20 s, KILL; with KILL at once
stop_service() {
  local p
  if alive; then
    p=$(pid)
    kill -s "${1:-TERM}" "$p"
    for _ in $(seq 100); do kill -0 "$p" 2>/dev/null || break; sleep 0.2; done
    if kill -0 "$p" 2>/dev/null; then kill -s KILL "$p"; fi
  fi
  rm -f "$(pidfile)"
}

# verbs that every server has; a script handles its own first
service_verb() {
  case ${1:-} in
    stop) stop_service ;;
    kill) stop_service KILL ;;
    pause) alive && kill -s STOP "$(pid)" ;;
    resume) alive && kill -s CONT "$(pid)" ;;
    status) if alive; then echo "up: port $port, pid $(pid)"; else echo down; return 1; fi ;;
    log) logfile ;;
    *) usage >&2; exit 2 ;;
  esac
}

# the comment at the head of the script is its help
usage() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"; }
