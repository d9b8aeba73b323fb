#!/usr/bin/env bash
# kafka.sh: one Apache Kafka broker (KRaft, plain text, loopback) out of Maven Central.
#
#   kafka.sh install | start | stop | kill | pause | resume | status | log
#   kafka.sh topic NAME [PARTITIONS]     create a topic, unless it exists
#   kafka.sh topics                      list topics
#   kafka.sh produce TOPIC               one record a line of standard input
#   kafka.sh consume TOPIC               every record from the first to the present last, one a line
#
# Environment: STACK_HOME (~/.cache/stack), KAFKA_PORT (19092), KAFKA_CONTROLLER_PORT (KAFKA_PORT + 1),
# KAFKA_DATA (STACK_HOME/data/kafka-PORT), KAFKA_HEAP (256m), KAFKA_VERSION, KAFKA_AUTO_CREATE (false),
# KAFKA_EXTRA (further lines of server.properties).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/install.sh"
. "$here/lib/service.sh"
KAFKA_VERSION=${KAFKA_VERSION:-4.4.0}
KAFKA_PORT=${KAFKA_PORT:-19092}
KAFKA_CONTROLLER_PORT=${KAFKA_CONTROLLER_PORT:-$((KAFKA_PORT + 1))}
KAFKA_DATA=${KAFKA_DATA:-$STACK_HOME/data/kafka-$KAFKA_PORT}
KAFKA_HEAP=${KAFKA_HEAP:-256m}
KAFKA_CLUSTER_ID=MkU3OEVBNTcwNTJENDM2Qg # any fixed one: KRaft storage must be formatted with an id
home=$STACK_HOME/kafka-$KAFKA_VERSION
classes=$home/classes-$(sha256sum <"$here/java/KafkaTool.java" | cut -c1-12)
service=kafka data=$KAFKA_DATA port=$KAFKA_PORT mark=$KAFKA_DATA/server.properties

fetch() { jars "$here/poms/kafka.xml" "$home/lib" -Dkafka.version="$KAFKA_VERSION"; }
compile() {
  local java; java=$(jdk 17)
  mkdir -p "$classes"
  "$java/bin/javac" -nowarn -d "$classes" -cp "$home/lib/*" "$here/java/KafkaTool.java"
}
install() {
  once "$home/lib/.done" fetch
  once "$classes/.done" compile
}

# java HEAP CLASS ARGUMENT...
java() {
  local bin; bin=$(jdk 17)/bin/java
  "$bin" -Xmx"$1" "${SMALL_JVM[@]}" -Xshare:auto -cp "$KAFKA_DATA/conf:$classes:$home/lib/*" "${@:2}"
}

configure() {
  log4j "$KAFKA_DATA/conf" warn
  cat >"$KAFKA_DATA/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$KAFKA_CONTROLLER_PORT
listeners=PLAINTEXT://127.0.0.1:$KAFKA_PORT,CONTROLLER://127.0.0.1:$KAFKA_CONTROLLER_PORT
advertised.listeners=PLAINTEXT://127.0.0.1:$KAFKA_PORT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$KAFKA_DATA/logs
num.partitions=1
auto.create.topics.enable=${KAFKA_AUTO_CREATE:-false}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=2
background.threads=2
log.cleaner.dedupe.buffer.size=4194304
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
${KAFKA_EXTRA:-}
END
}

start() {
  install
  if alive; then echo "$port"; return; fi
  configure
  if [[ ! -e $KAFKA_DATA/logs/meta.properties ]]; then
    java 128m kafka.tools.StorageTool format -t "$KAFKA_CLUSTER_ID" -c "$KAFKA_DATA/server.properties" >>"$(logfile)" 2>&1 ||
      { tail -20 "$(logfile)" >&2; die "cannot format $KAFKA_DATA"; }
  fi
  local bin; bin=$(jdk 17)/bin/java
  start_service port_open "$bin" -Xms"$KAFKA_HEAP" -Xmx"$KAFKA_HEAP" "${SMALL_JVM[@]}" -Xshare:auto \
    -cp "$KAFKA_DATA/conf:$classes:$home/lib/*" kafka.Kafka "$KAFKA_DATA/server.properties"
}

tool() { java 128m KafkaTool "127.0.0.1:$KAFKA_PORT" "$@"; }

case ${1:-} in
  install) install; echo "$home" ;;
  start) start ;;
  topic) tool create "${2:?a topic}" "${3:-1}" ;;
  topics) tool list ;;
  produce | consume) tool "$1" "${2:?a topic}" ;;
  *) service_verb "$@" ;;
esac
