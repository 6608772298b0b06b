#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest package: its postinstall hook puts the platform's binary in place of a script, as esbuild does, and asks its version.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node
  file "$HOME/.npmrc" <<<"registry=https://registry.example/"
  page registry.example/esbuild <<<"{}"
  package=$project/node_modules/esbuild
  file "$package/package.json" <<<'{"scripts":{"postinstall":"node install.js"}}'
  mkdir -p "$package/bin" "$project/node_modules/@esbuild/linux-x64/bin"
  cp /opt/stand-ins/q "$project/node_modules/@esbuild/linux-x64/bin/esbuild"
  echo '#!/usr/bin/env node' >"$package/bin/esbuild"
  script npm node <<END
read ~/.npmrc
get https://registry.example/esbuild
in $package
sh node install.js
END
  file "$package/install.js" <<'END'
# deeds
sh ln ../@esbuild/linux-x64/bin/esbuild bin/esbuild-new
rename bin/esbuild-new bin/esbuild
chmod 755 bin/esbuild
run bin/esbuild --version
END
}

deeds() {
  cd "$project"
  npm install
}

check() {
  cmp /opt/stand-ins/q "$project/node_modules/esbuild/bin/esbuild" || fails "the binary is not in place"
}

"$1"
