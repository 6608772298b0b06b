# SPDX-License-Identifier: Apache-2.0
"""For the scripts that play a scene in namespaces of its own: run with a limit of time, and know what the machine can do."""
import os
import pathlib
import signal
import subprocess
import sys


def skip(why: str) -> None:
    """Could not run here, and says why."""
    print(f"skipped: {why}")
    sys.exit(77)


def need_watch(bins: pathlib.Path, namespaces: list[str]) -> None:
    """namespaces: a command that makes what the stage needs."""
    if os.geteuid() != 0:
        skip("no root")
    trial = subprocess.run(namespaces, capture_output=True, text=True, check=False)
    if trial.returncode != 0:
        skip(f"no namespaces, or no overlay: {trial.stderr.strip()}")
    if subprocess.run([bins / "reciped", "features"], capture_output=True, check=False).returncode != 0:
        skip("BPF does not run: see `reciped features`")


def compile_rules(bins: pathlib.Path, rules: pathlib.Path, to: pathlib.Path) -> bool:
    return subprocess.run([bins / "recipec", "compile", rules, "-o", to], check=False).returncode == 0


def descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        each = queue.pop()
        found.append(each)
        queue += children.get(each, [])
    return found


def run_staged(command: list[str], seconds: int) -> tuple[int | None, str]:
    """Its exit code, None where it was stopped as too late, and what it said. Its processes do not outlive it."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace") as child:
        try:
            said = child.communicate(timeout=seconds)[0]
            return child.returncode, said
        except subprocess.TimeoutExpired:
            for pid in descendants(child.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            return None, ""


def read(folder: str, name: str) -> str:
    path = pathlib.Path(folder) / name
    return path.read_text(errors="replace") if path.exists() else ""
