# SPDX-License-Identifier: Apache-2.0
# Small programs and tests in Ruby, PHP and Lua.
set -euo pipefail
printf 'require "minitest/autorun"\nclass T < Minitest::Test\n  def test_sum\n    assert_equal 3, 1 + 2\n  end\nend\n' >sum_test.rb
printf 'task :default do\n  sh "echo built"\n  ruby "--version"\nend\n' >Rakefile
printf '<?php\nassert(1 + 2 === 3);\necho shell_exec("date");\n' >sum.php
printf 'print(1 + 2)\nlocal p = io.popen("date")\nprint(p:read("a"))\np:close()\n' >sum.lua
if command -v ruby >/dev/null; then
  ruby sum_test.rb || echo "no minitest"
  if command -v rake >/dev/null; then rake; fi
  if command -v gem >/dev/null; then gem list --local; fi
fi
if command -v php >/dev/null; then php sum.php && php -l sum.php && php -m >/dev/null; fi
if command -v lua5.4 >/dev/null; then lua5.4 sum.lua; fi
