#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest build: configure tries the compiler, cc makes the object file, and a test unpacks its test file and compares.
. "$(dirname "$0")/../lib.sh"

prepare() {
  mkdir -p "$project/tests/files" "$project/src/liblzma"
  seq 1000 >"$project/tests/files/good"
  xz -k "$project/tests/files/good"
  echo 'int crc64_fast(int x) { return x + 1; }' >"$project/src/liblzma/crc64_fast.c"
  file "$project/configure" <<'END'
#!/bin/sh
set -e
echo "checking for gcc..."
echo 'int main(void) { return 0; }' >conftest.c
cc -o conftest conftest.c
./conftest
rm -f conftest conftest.c
sed 's/@CC@/cc/' <Makefile.in >Makefile
END
  file "$project/Makefile.in" <<'END'
src/liblzma/crc64_fast.o: src/liblzma/crc64_fast.c
	@CC@ -c -o $@ $<
check: src/liblzma/crc64_fast.o
	xz -dc tests/files/good.xz | awk '{ print }' | cmp - tests/files/good
END
  chmod 755 "$project/configure"
}

deeds() {
  cd "$project"
  ./configure --disable-static
  make check
}

check() {
  [ -s "$project/src/liblzma/crc64_fast.o" ] || fails "there is no object file"
}

"$1"
