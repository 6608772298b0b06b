# SPDX-License-Identifier: Apache-2.0
# What cron does on a day: run-parts over a folder of its own, and over this machine's daily jobs, the way cron's shell calls it.
# needs: run-parts
set -euo pipefail
mkdir daily
printf '#!/bin/sh\nfind /var/log -name "*.gz" -mtime +30 | wc -l\n' >daily/old-logs
printf '#!/bin/sh\nset -e\ncd /var/backups 2>/dev/null || exit 0\ncmp -s dpkg.status.0 /var/lib/dpkg/status || cp -p /var/lib/dpkg/status dpkg.status.0\n' >daily/backup
printf '#!/bin/sh\ndf -P | awk "NR > 1 { print \\$5 }"; uptime; free 2>/dev/null || true\n' >daily/report
chmod 755 daily/*
run-parts --verbose daily
# apt's daily job would sleep for up to half an hour and then ask the network.
printf 'APT::Periodic::RandomSleep "0";\nAPT::Periodic::Enable "0";\n' >/etc/apt/apt.conf.d/99benign
/bin/sh -c 'cd / && run-parts --report /etc/cron.daily'
