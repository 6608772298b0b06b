#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""receiver.py KIND ADDRESS FILE [ANSWER]: takes messages and appends them to FILE, a line each, until SIGTERM.

KIND ADDRESS: http PORT · https PORT (certificate and key: FILE.pem; a client shows the same one) · unix PATH · tcp PORT ·
unixgram PATH · udp PORT, on 127.0.0.1. Port 0 takes a free one. When it listens it writes the port, or the path, to stdout. On SIGTERM
a socket reads what has come and ends; `unix` ends at once, unread bytes are the sender's to send again. http answers ANSWER (200): a
body is written down before the answer leaves, and only where it is 200. With ANSWER `poison` a body that holds that word is answered
with 400; `partial` is 200 with OTLP's word that one record was refused.
"""
import http.server
import os
import pathlib
import signal
import socket
import ssl
import sys

ending = False


def end(*_) -> None:
    global ending
    ending = True


def say(text) -> None:
    os.write(1, f"{text}\n".encode())


def serve_http(port: int, out, answer: str, secure: bool) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = b""
            if answer == "poison":
                code = 400 if b"poison" in body else 200
            elif answer == "partial":
                code, reply = 200, b'{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}'
            else:
                code = int(answer)
            if code == 200:
                out.write(body)
                out.flush()
                pathlib.Path(out.name + ".headers").write_text(str(self.headers))
            self.send_response(code)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    if secure:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=out.name + ".pem")
        context.load_cert_chain(out.name + ".pem")
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    say(server.server_address[1])
    server.serve_forever()


def serve_stream(listener: socket.socket, out, drain: bool) -> None:
    listener.listen()
    listener.settimeout(0.05)
    open_ones: list[socket.socket] = []
    rests: dict[socket.socket, bytes] = {}
    while True:
        last = ending
        if last and not drain:
            return
        try:
            one, _ = listener.accept()
            one.settimeout(0.01)
            open_ones.append(one)
        except (TimeoutError, BlockingIOError):
            pass
        for one in list(open_ones):
            try:
                while bytes_read := one.recv(4096):
                    text = rests.get(one, b"") + bytes_read
                    whole = text.rfind(b"\n") + 1
                    rests[one] = text[whole:]
                    out.write(text[:whole])
                    out.flush()
                open_ones.remove(one)
                one.close()
            except (TimeoutError, BlockingIOError):
                pass
            except OSError:
                open_ones.remove(one)
        if last:
            return


def serve_datagrams(one: socket.socket, out) -> None:
    one.settimeout(0.05)
    while True:
        last = ending
        try:
            while True:
                out.write(one.recv(1 << 16) + b"\n")
                out.flush()
        except (TimeoutError, BlockingIOError):
            pass
        if last:
            return


def main() -> None:
    kind, address, path = sys.argv[1:4]
    if not kind.startswith("http"):
        signal.signal(signal.SIGTERM, end)
    out = open(path, "ab")
    if kind.startswith("http"):
        serve_http(int(address), out, sys.argv[4] if len(sys.argv) > 4 else "200", kind == "https")
    elif kind in ("unix", "unixgram"):
        if os.path.exists(address):
            os.unlink(address)
        one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if kind == "unix" else socket.SOCK_DGRAM)
        one.bind(address)
        if kind == "unix":
            one.listen()
        say(address)
        serve_stream(one, out, False) if kind == "unix" else serve_datagrams(one, out)
    else:
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", int(address)))
        if kind == "tcp":
            one.listen()
        say(one.getsockname()[1])
        serve_stream(one, out, True) if kind == "tcp" else serve_datagrams(one, out)


main()
