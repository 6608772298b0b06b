# SPDX-License-Identifier: Apache-2.0
# A repository made on the spot, with files whose names lists of evil names know: cloned, branches checked out, rebased, packed.
# needs: git
set -euo pipefail
git config --global user.name Nobody
git config --global user.email nobody@example.org
git config --global init.defaultBranch main
git init -q origin
cd origin
mkdir -p .github/workflows monitoring scripts node_modules/xmrig-proxy-ui etc/pam.d ssl
echo 'global: {scrape_interval: 15s}' >monitoring/prometheus.yml
echo 'on: push' >.github/workflows/ci.yml
printf '#!/bin/sh\necho deploy\n' >scripts/deploy.sh
printf '#!/bin/sh\necho mine\n' >scripts/miner.sh
printf '#!/usr/bin/env python3\nprint("hydra")\n' >scripts/hydra.py
echo 'auth required pam_unix.so' >etc/pam.d/login
echo 'not a key' >ssl/server.pem
echo 'alias ll="ls -l"' >.bashrc
echo '[core]' >.gitconfig
echo 'KEY=example' >.env.example
chmod 755 scripts/*
git add -A
git commit -qm first
git checkout -qb feature
for i in 1 2 3; do
  echo "$i" >>monitoring/prometheus.yml
  git commit -qam "change $i"
done
git checkout -q main
echo more >README.md
git add README.md
git commit -qm readme
cd ..
git clone -q origin copy
cd copy
git checkout -q feature
git rebase -q origin/main
scripts/deploy.sh
git log --oneline | head -3
git diff HEAD~2 --stat
git stash list
git tag v1
git archive HEAD | tar -tf - >/dev/null
git gc -q
git worktree add -q ../tree main
git submodule status
git fsck
git grep -n deploy
