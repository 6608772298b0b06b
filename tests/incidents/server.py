#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""server.py WWW: the internet of a scene, on the loopback device of its network namespace.

In: WWW/HOST/PATH, what a GET answers (404 where it is not there); WWW/hosts, lines `NAME ADDRESS`. Out: WWW/posted, the bodies of
POST requests; WWW/ready, once it listens. HTTP on ports 80, 443 (no TLS), 8000 and 3333; DNS on UDP 53: A records only; names that
are not in the table are 203.0.113.10. Ends with the process that started it.
"""
import ctypes
import fcntl
import os
import pathlib
import signal
import socket
import socketserver
import struct
import sys
import threading

PORTS = [80, 443, 8000, 3333]
OTHERWISE = "203.0.113.10"
SIOCSIFADDR, SIOCSIFFLAGS, IFF_UP = 0x8916, 0x8914, 1
PR_SET_PDEATHSIG = 1

www = pathlib.Path(sys.argv[1])


def set_up(label: str, address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = label.encode().ljust(16, b"\0")
        fcntl.ioctl(control, SIOCSIFADDR, name + struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address)))
        fcntl.ioctl(control, SIOCSIFFLAGS, name + struct.pack("=H14x", IFF_UP))


class Http(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        method, path = self.rfile.readline().decode().split()[:2]
        headers = {}
        while line := self.rfile.readline().decode().strip():
            key, value = line.split(":", 1)
            headers[key.lower()] = value.strip()
        if size := int(headers.get("content-length", 0)):
            with open(www / "posted", "ab") as log:
                log.write(self.rfile.read(size) + b"\n")
        page = www / headers["host"] / path.split("?")[0].lstrip("/")
        found = page.is_file()
        answer = page.read_bytes() if found else b"" if method == "POST" else b"not found\n"
        self.wfile.write(b"HTTP/1.0 %s\r\n\r\n" % (b"200 OK" if found or method == "POST" else b"404 Not Found") + answer)


class HttpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Dns(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        question, reply_to = self.request
        end = 12
        labels = []
        while question[end]:
            labels.append(question[end + 1 : end + 1 + question[end]].decode())
            end += question[end] + 1
        asked = question[12 : end + 5]
        is_a = question[end + 1 : end + 3] == b"\0\1"
        address = table.get(".".join(labels).lower(), OTHERWISE)
        record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(address) if is_a else b""
        reply_to.sendto(question[:2] + b"\x81\x80\0\1\0" + bytes([is_a]) + b"\0\0\0\0" + asked + record, self.client_address)


ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
table = {}
if (www / "hosts").exists():
    table = dict(line.split() for line in (www / "hosts").read_text().splitlines())
set_up("lo", "127.0.0.1")
for number, each in enumerate(sorted({OTHERWISE, *table.values()} - {"127.0.0.1"})):
    set_up(f"lo:{number}", each)
servers = [HttpServer(("", port), Http) for port in PORTS]
servers.append(socketserver.ThreadingUDPServer(("", 53), Dns))
for server in servers:
    threading.Thread(target=server.serve_forever).start()
(www / "ready").touch()
