# shellcheck shell=bash disable=SC2034
# Installs from package registries. Sourced by the scripts beside this folder, not run.
STACK_HOME=${STACK_HOME:-$HOME/.cache/stack}
mkdir -p "$STACK_HOME"

# need TOOL [DEBIAN-PACKAGE]: a command-line tool, installed by apt where that is possible
need() {
  command -v "$1" >/dev/null && return
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    { apt-get install -qy "${2:-$1}" || { apt-get update -q && apt-get install -qy "${2:-$1}"; }; } >&2 </dev/null || true
  fi
  command -v "$1" >/dev/null || { echo "needs '$1' (Debian package ${2:-$1}), which is not installed" >&2; return 1; }
}

# once STAMP COMMAND...: runs an installation unless STAMP exists, one at a time over all processes. Call it as a command of its own,
# never in a condition or before &&: there bash would go on after a step of COMMAND that failed.
once() {
  local stamp=$1
  shift
  if [[ -e $stamp ]]; then return; fi
  (
    flock 9
    if [[ -e $stamp ]]; then exit 0; fi
    "$@"
    touch "$stamp"
  ) 9>"$STACK_HOME/.install-$(basename "$(dirname "$stamp")").lock"
}

# scratch: a folder that goes when the installation ends, well or not
scratch() {
  tmp=$(mktemp -d "$STACK_HOME/.install.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name of now is meant
  trap "rm -rf '$tmp'" EXIT
}

# retry COMMAND...: registries answer with an error now and then
retry() {
  "$@" || { sleep 5; "$@"; } || { sleep 20; "$@"; }
}

maven() {
  need mvn maven
  retry mvn -q -B "$@" >&2 </dev/null
}

# jars POM FOLDER [OPTION...]: a pom's runtime dependencies as a flat folder of jars
jars() { maven -f "$1" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$2" "${@:3}"; }

# jdk MINIMUM [MAXIMUM]: the home of a JDK of such a version
jdk() {
  local home version
  for home in ${JAVA_HOME:-} /usr/lib/jvm/* "$(dirname "$(dirname "$(readlink -f "$(command -v javac || echo /none/bin/javac)")")")"; do
    [[ -x $home/bin/javac ]] || continue
    version=$("$home/bin/javac" -version 2>&1 | sed -E 's/^javac (1\.)?([0-9]+).*/\2/')
    if (( version >= $1 && version <= ${2:-999} )); then echo "$home"; return; fi
  done
  echo "needs a JDK of version $1$(if [[ -n ${2:-} ]]; then echo " to $2"; else echo " or later"; fi); none is in JAVA_HOME, /usr/lib/jvm or on the PATH" >&2
  return 1
}

# lay_out HOME JARS PACKAGE VERSION JAVA-VERSION MODULES: makes a server's home (lib, modules, plugins) of a flat folder of jars.
# MODULES names one module a line: name, plugin class, the module that it extends or -, and the further jars that belong to it.
lay_out() {
  local home=$1 from=$2 package=$3 version=$4 java=$5 name class extends extra jar module
  rm -rf "$home"
  mkdir -p "$home/lib" "$home/modules" "$home/plugins" "$home/classes"
  mv "$from"/*.jar "$home/lib/"
  while read -r name class extends extra; do
    [[ -z $name || $name == \#* ]] && continue
    module=$home/modules/$name
    mkdir -p "$module"
    for jar in "$home/lib/$name-$version.jar" "$home/lib/$name-client-$version.jar"; do
      if [[ -e $jar ]]; then mv "$jar" "$module/"; fi
    done
    for jar in $extra; do mv "$home"/lib/"$jar"-[0-9]*.jar "$module/"; done
    [[ $extends == - ]] && extends=
    descriptor "$module" "$name" "$class" "$package" "$version" "$java" "extended.plugins=$extends"
  done <"$6"
  if ls "$home"/lib/geolite2-databases-*.jar >/dev/null 2>&1; then
    need unzip
    unzip -q -j -o "$home"/lib/geolite2-databases-*.jar '*.mmdb' -d "$home/modules/ingest-geoip"
    rm "$home"/lib/geolite2-databases-*.jar
  fi
}

# descriptor FOLDER NAME CLASS PACKAGE VERSION JAVA-VERSION [LINE...]: what a server wants to know of a module
descriptor() {
  printf '%s\n' "name=$2" "description=$2" "classname=$3" "version=$5" "$4.version=$5" "java.version=$6" \
    has.native.controller=false "${@:7}" >"$1/plugin-descriptor.properties"
}

# launcher HOME JDK PACKAGE JAVA-SOURCE: compiles the class that starts a node without the distribution's own scripts
launcher() {
  mkdir -p "$1/classes"
  sed "s/@PKG@/$3/g" "$4" >"$1/classes/RunNode.java"
  "$2/bin/javac" -nowarn -d "$1/classes" -cp "$1/lib/*" "$1/classes/RunNode.java" >&2
}

# log4j FOLDER LEVEL: logs to standard output, which the service's log file takes
log4j() {
  mkdir -p "$1"
  cat >"$1/log4j2.properties" <<END
status=error
appender.c.type=Console
appender.c.name=c
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d{ISO8601} %-5p %c{1} %m%n
rootLogger.level=$2
rootLogger.appenderRef.c.ref=c
END
}

# options that make a small JVM start fast
SMALL_JVM=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.awt.headless=true)
