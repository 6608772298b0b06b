#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest upload: the uploader comes down to a file, its sum is compared, it runs and posts the report to its service by name.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in curl git
  replies git <<<"say 1f2e3d4c"
  page codecov.example/uploader <<'END'
#!/bin/sh
set -e
curl -s --data-binary @coverage.txt "https://codecov.example/upload?commit=$(git rev-parse HEAD)&job=$GITHUB_ACTIONS"
END
  file "$project/coverage.txt" <<<"stand-in-coverage 97%"
  file "$project/upload.sh" <<END
set -e
curl -s -o uploader https://codecov.example/uploader
echo "$(sha256sum </opt/www/codecov.example/uploader | cut -d' ' -f1)  uploader" | sha256sum -c -
chmod +x uploader
./uploader
END
  runner_does <<<"run bash -e upload.sh"
}

deeds() { runner; }

check() {
  posted stand-in-coverage || fails "the report was not posted"
}

"$1"
