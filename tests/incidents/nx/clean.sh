#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest package: its postinstall looks for the platform's binary and fills its cache; afterwards the developer asks gh and an
# assistant, from the shell.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node gh git
  replies gh <<<"say Logged in to github.com"
  script claude node <<<"say the build is green"
  file "$HOME/.npmrc" <<<"registry=https://registry.example/"
  page registry.example/nx <<<'{"name":"nx"}'
  script npm node <<END
read ~/.npmrc
get https://registry.example/nx
in $project/node_modules/nx
sh node ./bin/post-install.js
END
  file "$project/node_modules/nx/bin/post-install.js" <<'END'
# deeds
read /etc/os-release
write .cache/state.json {}
write /tmp/nx-post-install.log 'installed'
END
  mkdir -p "$project/node_modules/nx/.cache"
}

deeds() {
  cd "$project"
  npm install
  gh auth status
  claude -p 'summarise the build'
}

check() {
  [ -e "$project/node_modules/nx/.cache/state.json" ] || fails "postinstall did not run"
}

"$1"
