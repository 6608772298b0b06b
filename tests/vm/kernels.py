# SPDX-License-Identifier: Apache-2.0
"""Debian's cloud kernels, one a series ("6.1"): downloaded by name with apt-get, unpacked, never installed. They stay in the
cache folder; without a network, or where the package lists are old, the newest one in the cache will do."""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path


class NotAtHand(Exception):
    """Why there is no kernel of the series, in words that say what to do."""


def _numbers(name: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", name)]


def _packages(series: str) -> list[str]:
    """Names of matching packages that apt knows, newest last."""
    if not shutil.which("apt-cache"):
        return []
    listed = subprocess.run(["apt-cache", "pkgnames", f"linux-image-{series}."], capture_output=True, text=True)
    wanted = re.compile(rf"linux-image-{re.escape(series)}\.\d\S*-cloud-amd64")
    return sorted((name for name in listed.stdout.split() if wanted.fullmatch(name)), key=_numbers)


def _download(package: str, cache: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=cache) as name:
        folder = Path(name)
        got = subprocess.run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", package],
                             cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        files = list(folder.glob("*.deb"))
        if got.returncode or not files:
            words = got.stderr.strip().splitlines() or ["apt-get says nothing"]
            raise NotAtHand(f"`apt-get download {package}` fails: {words[-1]}")
        subprocess.run(["dpkg-deb", "-x", files[0], folder / "x"], check=True)
        found = list((folder / "x" / "boot").glob("vmlinuz-*"))
        if not found:
            raise NotAtHand(f"`{package}` holds no `boot/vmlinuz-*`")
        return found[0].rename(cache / found[0].name)


def fetch(series: str, cache: Path) -> Path:
    """The newest kernel image of the series."""
    cache.mkdir(parents=True, exist_ok=True)
    cached = sorted(cache.glob(f"vmlinuz-{series}.*"), key=lambda path: _numbers(path.name))
    packages = _packages(series)
    if cached and (not packages or cached[-1].name.removeprefix("vmlinuz-") == packages[-1].removeprefix("linux-image-")):
        return cached[-1]
    if not packages:
        raise NotAtHand(f"apt knows no package `linux-image-{series}.*-cloud-amd64`: run `apt-get update` on Debian 12")
    try:
        return _download(packages[-1], cache)
    except NotAtHand:
        if cached:
            return cached[-1]
        raise
