# SPDX-License-Identifier: Apache-2.0
# A C project with libtool: autoreconf, configure, make, make check (a test that runs from .libs), make install, make dist.
# needs: autoreconf automake libtoolize cc make
set -euo pipefail
mkdir -p lib tests m4
cat >configure.ac <<'END'
AC_INIT([sums], [1.0], [sums@example.org])
AC_CONFIG_MACRO_DIRS([m4])
AM_INIT_AUTOMAKE([foreign subdir-objects])
AM_PROG_AR
LT_INIT
AC_PROG_CC
AM_PATH_PYTHON([3.0], [], [:])
AC_CHECK_HEADERS([sys/epoll.h unistd.h])
AC_CHECK_FUNCS([memfd_create getrandom])
AC_C_BIGENDIAN
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
END
cat >Makefile.am <<'END'
ACLOCAL_AMFLAGS = -I m4
lib_LTLIBRARIES = libsums.la
libsums_la_SOURCES = lib/sums.c
bin_PROGRAMS = sum
sum_SOURCES = lib/main.c
sum_LDADD = libsums.la
check_PROGRAMS = tests/adds
tests_adds_SOURCES = tests/adds.c
tests_adds_LDADD = libsums.la
TESTS = tests/adds tests/prints.sh
EXTRA_DIST = tests/prints.sh
END
echo 'int sum(int a, int b) { return a + b; }' >lib/sums.c
printf '#include <stdio.h>\nint sum(int, int);\nint main(void) { return printf("%%d\\n", sum(1, 2)) < 0; }\n' >lib/main.c
printf 'int sum(int, int);\nint main(void) { return sum(1, 2) == 3 ? 0 : 1; }\n' >tests/adds.c
printf '#!/bin/sh\ntest "$(./sum)" = 3\n' >tests/prints.sh
chmod 755 tests/prints.sh
autoreconf -i
./configure --prefix=/usr
make -j 2
make check
make install DESTDIR="$PWD/root"
make dist
