#!/usr/bin/env bash
# geoip.sh: GeoLite2 City, Country and ASN databases of November 2019, as Elasticsearch 7.10 carried them, out of Maven Central.
#
#   geoip.sh install     prints the folder of the .mmdb files
#   geoip.sh path        the same, without installing
#
# Environment: STACK_HOME (~/.cache/stack). This product includes GeoLite2 data created by MaxMind (CC BY-SA 4.0).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/install.sh"
service=geoip
. "$here/lib/service.sh"
version=20191119
home=$STACK_HOME/geolite2-$version

fetch() {
  need unzip
  mkdir -p "$home"
  maven dependency:copy -Dartifact=org.elasticsearch:geolite2-databases:$version -DoutputDirectory="$home"
  unzip -q -j -o "$home"/geolite2-databases-*.jar '*.mmdb' -d "$home"
  rm "$home"/geolite2-databases-*.jar
}

case ${1:-} in
  install) once "$home/.done" fetch; echo "$home" ;;
  path) echo "$home" ;;
  *) usage >&2; exit 2 ;;
esac
