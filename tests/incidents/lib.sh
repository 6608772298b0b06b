# SPDX-License-Identifier: Apache-2.0
# What the scenes share. A scene is a script with three functions, called one at a time by its last line, `"$1"`:
#   prepare   before the watch: victims' files, stand-ins, what servers answer
#   deeds     watched: what happened
#   check     after the watch: did it really happen? A scene that fails in silence proves nothing
# `stage` has made the machine: HOME, /tmp, /opt, /etc are this scene's own and vanish with it.
set -euo pipefail
stand_ins=/opt/stand-ins
project=$HOME/work/app/app

# stand_in NAME...: binaries of these names in PATH.
stand_in() {
  local name
  for name; do ln -s "$stand_ins/$name" "/opt/bin/$name"; done
}

# file PATH: stdin becomes a file, its folders with it.
file() {
  mkdir -p "$(dirname "$1")"
  cat >"$1"
}

# replies NAME: stdin becomes the deeds of the stand-in NAME.
replies() { file "/opt/replies/$1"; }

# script NAME INTERPRETER: stdin becomes the deeds of a script in PATH, as programs that npm installs are.
script() {
  { printf '#!/usr/bin/env -S %s\n# deeds\n' "$2" && cat; } | file "/opt/bin/$1"
  chmod 755 "/opt/bin/$1"
}

# page HOST/PATH: stdin is what a GET of it answers. host NAME ADDRESS: what its name resolves to (else 203.0.113.10).
page() { file "/opt/www/$1"; }
host() { printf '%s %s\n' "$1" "$2" >>/opt/www/hosts; }

# posted TEXT: did a server get a body that holds the text?
posted() { grep -qsF -- "$1" /opt/www/posted; }

# wait_for FILE: until what was left running in the background has made it, ten seconds at most.
wait_for() {
  local _
  for _ in {1..100}; do
    [ ! -e "$1" ] || return 0
    sleep 0.1
  done
}

# A job of a hosted runner: Runner.Worker, with the job's secrets in its memory, does the deeds of stdin, in the project.
runner_does() {
  stand_in Runner.Worker
  {
    cat <<'END'
# deeds
# {"DEPLOY_KEY":{"value":"stand-in-0f1e2d3c4b","isSecret":true}}
END
    cat
  } | file "$HOME/runner/job"
  mkdir -p "$project"
}
runner() {
  cd "$project"
  Runner.Worker "$HOME/runner/job"
}

fails() {
  echo "the scene failed: $1" >&2
  exit 1
}
