# SPDX-License-Identifier: Apache-2.0
# A package with each maintainer script, made on the spot: a system user, a configuration file, a cron file, a unit, a template of
# debconf's, a restart; installed, configured again, upgraded, removed and purged.
# needs: dpkg-deb dpkg
set -euo pipefail
for version in 1 2; do
  rm -rf pkg
  mkdir -p pkg/DEBIAN pkg/etc/sums pkg/etc/cron.d pkg/etc/profile.d pkg/lib/systemd/system pkg/usr/sbin pkg/etc/logrotate.d
  printf 'Package: sums-daemon\nVersion: %s\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: sums\n' $version >pkg/DEBIAN/control
  printf '/etc/sums/sums.conf\n/etc/cron.d/sums\n' >pkg/DEBIAN/conffiles
  echo "version = $version" >pkg/etc/sums/sums.conf
  echo '0 4 * * * root test -x /usr/sbin/sumsd && /usr/sbin/sumsd' >pkg/etc/cron.d/sums
  echo 'export SUMS=1' >pkg/etc/profile.d/sums.sh
  printf '[Unit]\nDescription=sums\n[Service]\nExecStart=/usr/sbin/sumsd\n[Install]\nWantedBy=multi-user.target\n' >pkg/lib/systemd/system/sums.service
  printf '/var/log/sums.log {\n  weekly\n  missingok\n}\n' >pkg/etc/logrotate.d/sums
  printf '#!/bin/sh\nexit 0\n' >pkg/usr/sbin/sumsd
  chmod 755 pkg/usr/sbin/sumsd
  cat >pkg/DEBIAN/preinst <<'END'
#!/bin/sh
set -e
if [ "$1" = install ] && ! getent passwd sums >/dev/null; then
  if command -v adduser >/dev/null; then adduser --system --group --home /var/lib/sums --quiet sums
  else useradd --system --user-group --home-dir /var/lib/sums sums; fi
fi
END
  cat >pkg/DEBIAN/postinst <<'END'
#!/bin/sh
set -e
case "$1" in
configure)
  mkdir -p /var/lib/sums /var/log/sums
  chown sums:sums /var/lib/sums
  chmod 750 /var/lib/sums
  if [ ! -e /etc/sums/key ]; then
    umask 077
    head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' >/etc/sums/key
  fi
  ldconfig
  if command -v deb-systemd-helper >/dev/null; then deb-systemd-helper enable sums.service || true; fi
  if [ -x /usr/sbin/invoke-rc.d ]; then invoke-rc.d sums start || true; fi
  ;;
esac
END
  cat >pkg/DEBIAN/prerm <<'END'
#!/bin/sh
set -e
if command -v deb-systemd-helper >/dev/null; then deb-systemd-helper disable sums.service || true; fi
END
  cat >pkg/DEBIAN/postrm <<'END'
#!/bin/sh
set -e
if [ "$1" = purge ]; then
  rm -rf /etc/sums /var/lib/sums /var/log/sums
  if command -v deluser >/dev/null; then deluser --system --quiet sums || true
  else userdel sums || true; fi
fi
END
  chmod 755 pkg/DEBIAN/p*
  dpkg-deb --root-owner-group -b pkg sums-daemon_$version.deb
  dpkg -i sums-daemon_$version.deb
done
dpkg --configure -a
dpkg -r sums-daemon
dpkg -P sums-daemon
