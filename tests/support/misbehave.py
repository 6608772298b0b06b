#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""misbehave.py WAY: a server on a free port of 127.0.0.1, which it prints. WAY: hang (takes the connection and says nothing),
garbage (answers each piece with bytes of no protocol), close (half a line, then it hangs up), endless (a line that never ends).
Ends with SIGTERM.
"""
import os
import socket
import sys
import threading

SAY = {"garbage": b"\x00\xff\x17\r\n$-99999999999\r\n%!?\r\n" * 7, "close": b"HTTP/1.1 2", "endless": b"x" * 65536}


def serve(one: socket.socket, way: str) -> None:
    try:
        while True:
            if way == "hang":
                if not one.recv(65536):
                    return
                continue
            one.settimeout(0.2)  # some clients wait for the server's first word
            try:
                if not one.recv(65536):
                    return
            except TimeoutError:
                pass
            one.settimeout(None)
            one.sendall(SAY[way])
            if way == "close":
                one.close()
                return
    except OSError:
        pass


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(64)
os.write(1, f"{listener.getsockname()[1]}\n".encode())
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted, sys.argv[1]), daemon=True).start()
