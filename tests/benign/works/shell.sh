# SPDX-License-Identifier: Apache-2.0
# An administrator's hour: a login shell, looking around, archives, checksums, text tools, a service's settings.
set -eu
cp /etc/skel/.[!.]* ~ 2>/dev/null || true
bash -lic 'ls -la; id; uname -a; df -h; ps aux | head -5; ps -ef >/dev/null; w || true; history | tail -1' 2>/dev/null
top -b -n 1 2>/dev/null | head -3 || true
cat /etc/os-release /proc/cpuinfo /proc/meminfo >/dev/null
find /etc -name '*.conf' -newer /etc/passwd 2>/dev/null | xargs -r wc -l | tail -1
grep -rn listen /etc 2>/dev/null | head -3 || true
mkdir -p a/b
seq 10000 >a/b/numbers
tar -czf a.tar.gz a
zip -qr a.zip a 2>/dev/null || true
sha256sum a.tar.gz >a.sum
sha256sum -c a.sum
base64 a.sum | base64 -d | cmp - a.sum
sed -i 's/1/2/' a/b/numbers
awk '{ s += $1 } END { print s }' a/b/numbers
sort -u a/b/numbers | head -3
openssl rand -hex 8
chmod -R go-w a
chown -R root:root a
touch -d yesterday a/b/numbers
find a -type f -exec md5sum {} +
xargs -n 1 echo <a.sum
ln -s a/b/numbers link
mv link other
rm -r a
(sleep 5 & kill $!)
crontab -l 2>/dev/null || true
ip address 2>/dev/null | head -3 || true
ss -ltn 2>/dev/null | head -3 || true
mount | head -3
dmesg 2>/dev/null | tail -1 || true
journalctl -n 1 2>/dev/null || true
getent passwd root
