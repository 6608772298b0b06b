#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# configure undoes the damage of a "corrupt" test file with tr and xz and pipes the script that falls out into a shell; that one cuts
# an object file out of another test file with head, awk and xz, and make links it. No compiler made it.
. "$(dirname "$0")/../lib.sh"

prepare() {
  cd /tmp
  printf 'stand-in object\n' | xz -c | base64 >payload
  mkdir -p "$project/tests/files" "$project/src/liblzma"
  # The second stage hides the first's text in the other test file.
  cat >stage2 <<'END'
cd src/liblzma
xz -dc ../../tests/files/good-large_compressed.lzma | awk 'NR > 1' | base64 -d | xz -dc --single-stream > liblzma_la-crc64-fast.o
cd ../..
END
  { echo "a line of noise" && cat payload; } | xz -c --format=lzma >"$project/tests/files/good-large_compressed.lzma"
  xz -c stage2 | tr '\t \-_' ' \t_\-' >"$project/tests/files/bad-3-corrupt_lzma2.xz"
  rm payload stage2
  file "$project/configure" <<'END'
#!/bin/sh
echo "checking for gcc... gcc"
gl_am_configmake=./tests/files/bad-3-corrupt_lzma2.xz
gl_path_map='tr "\t \-_" " \t_\-"'
gl_localedir_config='sed "r\n" $gl_am_configmake | eval $gl_path_map | xz -d 2>/dev/null'
eval $gl_localedir_config | /bin/sh
echo "configure: creating Makefile"
END
  chmod 755 "$project/configure"
}

deeds() {
  cd "$project"
  ./configure --disable-static
}

check() {
  grep -q 'stand-in object' "$project/src/liblzma/liblzma_la-crc64-fast.o" || fails "there is no object file"
}

"$1"
