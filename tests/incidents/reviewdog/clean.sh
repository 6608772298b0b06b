#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest install.sh: a release archive comes down to a file, its sum is compared, it is unpacked and put in place.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in sudo curl
  mkdir -p /tmp/release /opt/www/releases.example
  printf '#!/bin/sh\necho reviewdog\n' >/tmp/release/reviewdog
  chmod 755 /tmp/release/reviewdog
  tar -C /tmp/release -czf /opt/www/releases.example/reviewdog.tar.gz reviewdog
  local sum
  sum=$(sha256sum </opt/www/releases.example/reviewdog.tar.gz | cut -d' ' -f1)
  rm -r /tmp/release
  file "$HOME/actions/action-setup/install.sh" <<END
#!/bin/sh
set -e
echo "Preparing to install reviewdog"
folder=\$(mktemp -d)
curl -sSfL https://releases.example/reviewdog.tar.gz -o "\$folder/reviewdog.tar.gz"
echo "$sum  \$folder/reviewdog.tar.gz" | sha256sum -c -
tar -C "\$folder" -xzf "\$folder/reviewdog.tar.gz"
mkdir -p "\$HOME/bin"
install "\$folder/reviewdog" "\$HOME/bin/reviewdog"
rm -r "\$folder"
echo "\$HOME/bin" >>"\$HOME/path"
"\$HOME/bin/reviewdog"
END
  runner_does <<<"run bash --noprofile --norc -e -o pipefail $HOME/actions/action-setup/install.sh"
}

deeds() { runner; }

check() {
  [ -x "$HOME/bin/reviewdog" ] || fails "reviewdog is not installed"
}

"$1"
