# SPDX-License-Identifier: Apache-2.0
# A small Debian package with debhelper, built as maintainers do.
# needs: dpkg-buildpackage dh cc make
set -euo pipefail
mkdir -p sums/debian/source
cd sums
cat >debian/control <<'END'
Source: sums
Section: misc
Priority: optional
Maintainer: Nobody <nobody@example.org>
Build-Depends: debhelper-compat (= 13)
Standards-Version: 4.6.2
Rules-Requires-Root: no

Package: sums
Architecture: any
Depends: ${shlibs:Depends}, ${misc:Depends}
Description: sums
 Adds numbers.
END
cat >debian/changelog <<'END'
sums (1.0) unstable; urgency=medium

  * First.

 -- Nobody <nobody@example.org>  Mon, 01 Jan 2024 00:00:00 +0000
END
printf '#!/usr/bin/make -f\n%%:\n\tdh $@\n' >debian/rules
chmod 755 debian/rules
echo '3.0 (native)' >debian/source/format
echo 'Public domain' >debian/copyright
printf '#include <stdio.h>\nint main(void) { return puts("3") < 0; }\n' >sum.c
cat >Makefile <<'END'
all: sum
sum: sum.c
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<
test: sum
	./sum | grep -q 3
install: sum
	install -D sum $(DESTDIR)/usr/bin/sum-of-two
clean:
	rm -f sum
END
printf '#!/bin/sh\nset -e\n#DEBHELPER#\n' >debian/postinst
printf '[Unit]\nDescription=sums\n[Service]\nExecStart=/usr/bin/sum-of-two\n' >debian/sums.service
dpkg-buildpackage -us -uc
dpkg-deb --contents ../sums_1.0_*.deb
dpkg -i ../sums_1.0_*.deb
sum-of-two
dpkg -P sums
