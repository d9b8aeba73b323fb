#!/usr/bin/env bash
# opensearch.sh: one OpenSearch node on loopback out of Maven Central, without security.
#
#   opensearch.sh install | start | stop | kill | pause | resume | status | log | url
#
# Environment: STACK_HOME (~/.cache/stack), OS_VERSION, OS_PORT (19220), OS_TRANSPORT_PORT (OS_PORT + 100),
# OS_DATA (STACK_HOME/data/opensearch-PORT), OS_HEAP (512m), OS_JAVA_HOME, OS_LOG_LEVEL (warn),
# OS_EXTRA (further lines of opensearch.yml).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/install.sh"
. "$here/lib/service.sh"
OS_VERSION=${OS_VERSION:-3.8.0}
OS_PORT=${OS_PORT:-19220}
OS_TRANSPORT_PORT=${OS_TRANSPORT_PORT:-$((OS_PORT + 100))}
OS_DATA=${OS_DATA:-$STACK_HOME/data/opensearch-$OS_PORT}
OS_HEAP=${OS_HEAP:-512m}
home=$STACK_HOME/opensearch-$OS_VERSION
conf=$OS_DATA/config
url=http://127.0.0.1:$OS_PORT
service=os data=$OS_DATA port=$OS_PORT mark=$conf

java_home() { if [[ -n ${OS_JAVA_HOME:-} ]]; then echo "$OS_JAVA_HOME"; else jdk 21; fi; }

fetch() {
  scratch
  jars "$here/poms/opensearch.xml" "$tmp" -Dopensearch.version="$OS_VERSION"
  lay_out "$home" "$tmp" opensearch "$OS_VERSION" 21 "$here/modules/opensearch.txt"
  launcher "$home" "$(java_home)" opensearch "$here/java/RunNode.java.in"
}
install() { once "$home/.done" fetch; }

configure() {
  mkdir -p "$conf" "$OS_DATA/data" "$OS_DATA/logs"
  log4j "$conf" "${OS_LOG_LEVEL:-warn}"
  cat >"$conf/opensearch.yml" <<END
cluster.name: logboom-test
node.name: node-1
network.host: 127.0.0.1
http.port: $OS_PORT
transport.port: $OS_TRANSPORT_PORT
discovery.type: single-node
path.data: $OS_DATA/data
path.logs: $OS_DATA/logs
node.processors: 2
cluster.routing.allocation.disk.threshold_enabled: false
${OS_EXTRA:-}
END
}

healthy() { curl -sf -m 5 "$url/_cluster/health?wait_for_status=yellow&timeout=3s" >/dev/null; }

start() {
  need curl
  install
  if alive; then echo "$port"; return; fi
  configure
  local jdk_home
  jdk_home=$(java_home)
  cd "$OS_DATA"
  start_service healthy "$jdk_home/bin/java" -Xms"$OS_HEAP" -Xmx"$OS_HEAP" "${SMALL_JVM[@]}" --enable-native-access=ALL-UNNAMED \
    -Dlog4j2.disable.jmx=true -Dlog4j.configurationFile="$conf/log4j2.properties" -cp "$home/classes:$home/lib/*" RunNode "$home" "$conf"
}

case ${1:-} in
  install) install; echo "$home" ;;
  start) start ;;
  url) echo "$url" ;;
  *) service_verb "$@" ;;
esac
