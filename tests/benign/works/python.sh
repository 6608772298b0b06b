# SPDX-License-Identifier: Apache-2.0
# A Python project: a virtual environment, an install without network, unit tests, worker processes, byte code.
# needs: /usr/bin/python3
set -euo pipefail
mkdir -p pkg/sums tests
cat >pkg/setup.py <<'END'
from setuptools import setup
setup(name="sums", version="1.0", packages=["sums"], entry_points={"console_scripts": ["sums = sums:main"]})
END
cat >pkg/sums/__init__.py <<'END'
import multiprocessing, subprocess, platform, os

def square(x):
    return x * x

def main():
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(pool.map(square, range(4)), platform.platform(), os.cpu_count())
    print(subprocess.check_output("uname -r | tr a-z A-Z", shell=True, text=True))
END
printf 'import unittest, sums\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(sums.square(2), 4)\n' >tests/test_sums.py
/usr/bin/python3 -m venv --help >/dev/null
/usr/bin/python3 -m venv .venv || { echo "venv does not work here"; exit 77; }
. .venv/bin/activate
python -m pip --version
python -m pip install --no-index --no-build-isolation --disable-pip-version-check ./pkg
sums
python -m unittest discover -s tests
python -m compileall -q pkg
python -m pip list --disable-pip-version-check
python -m pip uninstall -y sums
deactivate
