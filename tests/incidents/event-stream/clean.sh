#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest release build: it reads node_modules, keeps a cache there where build tools do, and writes www.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node
  decoder=$project/node_modules/@zxing/library/esm5/core/common/reedsolomon/ReedSolomonDecoder.js
  file "$decoder" <<<"export class ReedSolomonDecoder {}"
  mkdir -p "$project/www" "$project/node_modules/.cache/babel"
  script npm node <<END
in $project
sh ionic-app-scripts build --prod
END
  script ionic-app-scripts node <<END
read $decoder
copy $decoder node_modules/.cache/babel/decoder.json
copy $decoder www/main.js
END
}

deeds() {
  cd "$project"
  npm run build:ios-release
}

check() {
  [ -e "$project/www/main.js" ] || fails "there is no build"
}

"$1"
