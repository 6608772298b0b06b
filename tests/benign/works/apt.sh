# SPDX-License-Identifier: Apache-2.0
# Packages from the archive: update, install and remove of a few whose maintainer scripts do something.
# needs: apt-get dpkg
set -euo pipefail
timeout 60 apt-get -o Acquire::Retries=0 update || { echo "the archive cannot be reached"; exit 77; }
apt-get install -y --no-install-recommends hello cron logrotate ucf
apt-cache policy hello
hello
apt-get purge -y hello cron
apt-get autoremove -y
apt-get clean
