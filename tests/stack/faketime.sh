#!/usr/bin/env bash
# faketime.sh: libfaketime out of Debian, for tests in which a program's clock jumps.
#
#   faketime.sh install     prints the library's path, for LD_PRELOAD
#   faketime.sh path        the same, without installing
#
# Environment: STACK_HOME (~/.cache/stack). Nothing is installed into the system: the package is unpacked. libfaketime is GPL-2.0; it is run beside
# the program under test and is part of nothing that is shipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/install.sh"
service=faketime
. "$here/lib/service.sh"
home=$STACK_HOME/faketime

fetch() {
  need apt-get
  need dpkg-deb dpkg
  scratch
  cd "$tmp"
  { apt-get download -q libfaketime || { apt-get update -q && apt-get download -q libfaketime; }; } >&2 </dev/null
  rm -rf "$home"
  mkdir -p "$home"
  dpkg-deb -x libfaketime_*.deb .
  # the one for programs with threads
  cp "$(find usr/lib -name libfaketimeMT.so.1)" "$home/libfaketime.so"
}

case ${1:-} in
  install) once "$home/.done" fetch; echo "$home/libfaketime.so" ;;
  path) echo "$home/libfaketime.so" ;;
  *) usage >&2; exit 2 ;;
esac
