#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest package: a postinstall hook that builds; before that git has checked out a repository with workflows; after it the
# pipeline looks for secrets in the repository itself and tells the deployment service.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node git curl trufflehog
  replies trufflehog <<<'say {"Raw":""}'
  replies git <<END
write $project/.github/workflows/build.yml 'on: push'
END
  file "$HOME/.npmrc" <<<"registry=https://registry.example/"
  page registry.example/tinycolor <<<"{}"
  mkdir -p "$project/.github/workflows"
  script npm node <<END
read ~/.npmrc
get https://registry.example/tinycolor
in $project/node_modules/tinycolor
sh node build.js
END
  file "$project/node_modules/tinycolor/build.js" <<'END'
# deeds
read build.js
write index.js 'module.exports = {}'
END
}

deeds() {
  cd "$project"
  git checkout main
  npm install
  trufflehog git file://. --no-update --json
  curl -s -d '{"version":"1.2.3"}' https://deploy.example/hooks/app
}

check() {
  [ -e "$project/node_modules/tinycolor/index.js" ] || fails "the hook did not build"
  posted 1.2.3 || fails "nothing was posted"
}

"$1"
