# SPDX-License-Identifier: Apache-2.0
# A key, a signature, a check of it, an encryption, in a GNUPGHOME of its own.
# needs: gpg
set -euo pipefail
export GNUPGHOME=$PWD/gnupg
mkdir -m 700 gnupg
gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-generate-key 'Nobody <nobody@example.org>' ed25519 sign never
gpg --batch --list-secret-keys
echo release >release.txt
gpg --batch --pinentry-mode loopback --passphrase '' --armor --detach-sign release.txt
gpg --batch --verify release.txt.asc release.txt
gpg --batch --export --armor >public.asc
gpg --batch --pinentry-mode loopback --passphrase secret --symmetric release.txt
gpg --batch --pinentry-mode loopback --passphrase secret --decrypt release.txt.gpg
gpgconf --kill all
