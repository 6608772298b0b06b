#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest action: node asks git what changed, a script sorts the list for the next step, sudo runs a Python script of
# the repository, and a file comes down by curl.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node curl sudo git
  replies git <<<"say src/main.c"
  page files.example/rules.txt <<<"rules"
  file "$HOME/actions/changed-files/dist/index.js" <<'END'
# deeds
run git diff --name-only HEAD~1
run bash -c 'git diff --name-only HEAD~1 | grep -aoE "[a-z/]+\.c" | sort -u | tr "\n" " " > /tmp/changed'
run curl -sSf https://files.example/rules.txt -o /tmp/rules.txt
run sudo python3 tools/report.py /tmp/changed
END
  file "$project/tools/report.py" <<'END'
import sys
open("report.txt", "w").write(open(sys.argv[1]).read())
END
  runner_does <<<"run node $HOME/actions/changed-files/dist/index.js"
}

deeds() { runner; }

check() {
  grep -q src/main.c "$project/report.txt" || fails "there is no report"
}

"$1"
