#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ask_nats.py PORT WHAT [SUBJECT]: what a test asks of a NATS server, in its text protocol; Debian has no client program.

make SUBJECT: a stream `kept` that takes SUBJECT. read: the data of all that the stream has, a line each. listen SUBJECT FILE: writes what
is published to FILE, a line each, until it is ended; says `listening` first.
"""
import base64
import json
import socket
import sys


class Nats:
    def __init__(self, port: int) -> None:
        self.file = socket.create_connection(("127.0.0.1", port), timeout=60).makefile("rwb")
        assert self.file.readline().startswith(b"INFO ")
        self.say(b'CONNECT {"verbose":false,"headers":true}\r\nPING\r\n')
        while self.file.readline() != b"PONG\r\n":
            pass

    def say(self, text: bytes) -> None:
        self.file.write(text)
        self.file.flush()

    def message(self) -> bytes:
        while True:
            words = self.file.readline().split()
            if not words:
                raise SystemExit("the server went away")
            if words[0] == b"PING":
                self.say(b"PONG\r\n")
            if words[0] in (b"MSG", b"HMSG"):
                data = self.file.read(int(words[-1]) + 2)[:-2]
                return data[int(words[-2]):] if words[0] == b"HMSG" else data

    def ask(self, subject: str, question: dict) -> dict:
        text = json.dumps(question).encode()
        self.say(b"SUB answer 1\r\nUNSUB 1 1\r\nPUB %s answer %d\r\n%s\r\n" % (subject.encode(), len(text), text))
        return json.loads(self.message())


def main() -> None:
    nats, what = Nats(int(sys.argv[1])), sys.argv[2]
    if what == "make":
        made = nats.ask("$JS.API.STREAM.CREATE.kept", {"name": "kept", "subjects": [sys.argv[3]], "storage": "file"})
        assert "error" not in made, made
    elif what == "read":
        state = nats.ask("$JS.API.STREAM.INFO.kept", {})["state"]
        for number in range(state["first_seq"], state["last_seq"] + 1):
            answer = nats.ask("$JS.API.STREAM.MSG.GET.kept", {"seq": number})
            sys.stdout.buffer.write(base64.b64decode(answer["message"]["data"]) + b"\n")
    else:
        nats.say(b"SUB %s 2\r\nPING\r\n" % sys.argv[3].encode())
        while nats.file.readline() != b"PONG\r\n":
            pass
        print("listening", flush=True)
        with open(sys.argv[4], "ab", buffering=0) as out:
            while True:
                out.write(nats.message() + b"\n")


main()
