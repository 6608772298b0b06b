#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest pipeline: bun's archive comes down to a file and is unpacked, npm's hook builds with it, tests run in a container
# without rights that sees the project alone, and the firewall is listed.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node curl docker iptables sudo
  file "$HOME/.npmrc" <<<"registry=https://registry.example/"
  page registry.example/posthog <<<"{}"
  mkdir -p /opt/www/github.com/oven-sh
  tar -C /opt/stand-ins -czf /opt/www/github.com/oven-sh/bun.tar.gz bun
  script npm node <<END
read ~/.npmrc
get https://registry.example/posthog
in $project/node_modules/posthog
sh bun build.js
END
  file "$project/node_modules/posthog/build.js" <<'END'
# deeds
write index.js 'module.exports = {}'
END
  replies docker <<END
write $project/report.xml '<tests/>'
END
}

deeds() {
  cd "$project"
  mkdir -p "$HOME/.bun/bin"
  curl -fsSL -o "$HOME/bun.tar.gz" https://github.com/oven-sh/bun.tar.gz
  tar -C "$HOME/.bun/bin" -xzf "$HOME/bun.tar.gz"
  export PATH=$HOME/.bun/bin:$PATH
  npm install
  docker run --rm -v "$project:/src" -w /src ubuntu make check
  sudo iptables -L OUTPUT
}

check() {
  [ -e "$project/node_modules/posthog/index.js" ] || fails "the hook did not build"
  [ -e "$project/report.xml" ] || fails "the container did not run"
}

"$1"
