#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest entrypoint: the scanner's data base comes down to a file and its sum is compared; the scanner runs; the results are
# packed and posted by name.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in curl sudo trivy git
  replies trivy <<<"write results.sarif stand-in-results"
  replies git <<<"say 1f2e3d4c"
  page db.example/trivy.db <<<"data base"
  file "$HOME/.gitconfig" <<<"[user]"
  file "$HOME/actions/trivy-action/entrypoint.sh" <<END
#!/usr/bin/env bash
set -eu
mkdir -p ~/.cache/trivy
curl -sSfL -o ~/.cache/trivy/trivy.db https://db.example/trivy.db
openssl dgst -sha256 ~/.cache/trivy/trivy.db | grep -q $(sha256sum </opt/www/db.example/trivy.db | cut -d' ' -f1)
trivy fs --format sarif .
tar -czf results.tar.gz results.sarif
curl -s -X POST --data-binary @results.sarif "https://results.example/?commit=\$(git rev-parse HEAD)"
END
  runner_does <<<"run bash $HOME/actions/trivy-action/entrypoint.sh"
}

deeds() { runner; }

check() {
  posted stand-in-results || fails "the results were not posted"
}

"$1"
