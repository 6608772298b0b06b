# SPDX-License-Identifier: Apache-2.0
# A developer's first day: keys of two kinds, their fingerprints, a passphrase, an agent, a signature, known hosts.
# needs: ssh-keygen
set -euo pipefail
mkdir -m 700 -p ~/.ssh
ssh-keygen -q -t ed25519 -N '' -C nobody@example.org -f ~/.ssh/id_ed25519
ssh-keygen -q -t rsa -b 2048 -N '' -f ~/.ssh/id_rsa
ssh-keygen -lf ~/.ssh/id_ed25519.pub
ssh-keygen -yf ~/.ssh/id_ed25519 >/dev/null
ssh-keygen -q -p -P '' -N secret -f ~/.ssh/id_rsa
echo text | ssh-keygen -Y sign -n file -f ~/.ssh/id_ed25519 >text.sig
echo "git.example ssh-ed25519 $(cut -d' ' -f2 ~/.ssh/id_ed25519.pub)" >~/.ssh/known_hosts
ssh-keygen -F git.example -f ~/.ssh/known_hosts
ssh-keygen -q -R git.example -f ~/.ssh/known_hosts
if command -v ssh-agent >/dev/null; then
  eval "$(ssh-agent -s)"
  ssh-add -q ~/.ssh/id_ed25519
  ssh-add -l
  ssh-agent -k
fi
