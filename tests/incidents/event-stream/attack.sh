#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# During a release build a dependency of a dependency rewrites another package's file below node_modules, gives it its old time
# stamp, and puts the old content back when the build ends.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node
  decoder=$project/node_modules/@zxing/library/esm5/core/common/reedsolomon/ReedSolomonDecoder.js
  file "$decoder" <<<"export class ReedSolomonDecoder {}"
  touch -d '2018-05-01 12:00:00' "$decoder"
  mkdir -p "$project/www"
  script npm node <<END
in $project
sh ionic-app-scripts build --prod
END
  script ionic-app-scripts node <<END
read $decoder
copy $decoder /tmp/kept
append $decoder 'export const standIn = 1'
mtime $decoder 1525176000
copy $decoder www/main.js
copy /tmp/kept $decoder
mtime $decoder 1525176000
unlink /tmp/kept
END
}

deeds() {
  cd "$project"
  npm run build:ios-release
}

check() {
  grep -q standIn "$project/www/main.js" || fails "the build has no payload"
  ! grep -rq standIn "$project/node_modules" || fails "the file was not restored"
}

"$1"
