# SPDX-License-Identifier: Apache-2.0
# Logs of its own with a postrotate script, and this machine's own configuration, forced.
# needs: logrotate gzip
set -euo pipefail
mkdir logs
for i in 1 2 3; do seq 1000 >logs/app.log && seq 1000 >logs/web.log && cat >logrotate.conf <<END && logrotate -f -s state logrotate.conf; done
$PWD/logs/app.log {
  rotate 3
  compress
  su root root
  create 0640 root root
  postrotate
    touch $PWD/reopened
  endscript
}
$PWD/logs/web.log {
  rotate 2
  copytruncate
  su root root
}
END
mkdir -p /var/log
touch /var/log/wtmp /var/log/btmp
chmod 664 /var/log/wtmp
chmod 660 /var/log/btmp
logrotate -f -s state /etc/logrotate.conf || echo "not every file of the machine's own configuration could be rotated"
