#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""unshare --mount --propagation private journald.py FOLDER: runs systemd-journald with its files and sockets in FOLDER.

In a mount namespace of its own FOLDER's parts take the places that journald knows. Its socket is held here, as systemd holds it, so
what comes while journald is away waits there. Writes the socket's path to stdout; then a line `stop` ends journald as systemd does for
a restart, `start` starts it again, `end` ends both; each is answered with a line.
"""
import os
import pathlib
import socket
import subprocess
import sys

JOURNALD = "/lib/systemd/systemd-journald"
CONFIG = """[Journal]
Storage=volatile
ReadKMsg=no
Audit=no
ForwardToSyslog=no
ForwardToWall=no
RateLimitIntervalSec=0
SyncIntervalSec=1
"""


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    # /run itself is covered, so that its folders can be made whatever the machine has there.
    covered = folder / "all"
    for name in ("systemd/journal", "log/journal"):
        (covered / name).mkdir(parents=True)
    (folder / "etc").mkdir()
    (folder / "etc/journald.conf").write_text(CONFIG)
    (folder / "etc/id").write_text("0123456789abcdef0123456789abcdef\n")
    subprocess.run(["mount", "--bind", covered, "/run"], check=True)
    subprocess.run(["mount", "--bind", folder / "etc", "/etc/systemd"], check=True)
    if not pathlib.Path("/etc/machine-id").exists() or not pathlib.Path("/etc/machine-id").read_text().strip():
        subprocess.run(["mount", "--bind", folder / "etc/id", "/etc/machine-id"], check=True)
    native = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    native.bind("/run/systemd/journal/socket")
    native.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)

    def start() -> subprocess.Popen:
        def pass_socket() -> None:
            os.dup2(native.fileno(), 3)
            os.environ["LISTEN_PID"] = str(os.getpid())

        shell = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0"'
        return subprocess.Popen(["/bin/sh", "-c", shell, JOURNALD], preexec_fn=pass_socket, pass_fds=(3,), stdin=subprocess.DEVNULL)

    journald = start()
    print(covered / "systemd/journal/socket", flush=True)
    for line in sys.stdin:
        command = line.strip()
        if command in ("stop", "end"):
            journald.terminate()
            journald.wait()
        if command == "start":
            journald = start()
        print(command, flush=True)
        if command == "end":
            return
    journald.terminate()
    journald.wait()


main()
