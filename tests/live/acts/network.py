#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uses of the network, each by its name, in a network namespace of the caller's making: loopback and nothing else."""
import array
import fcntl
import os
import signal
import socket
import struct
import sys
import threading

SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def bring_up_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        fcntl.ioctl(asked, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))


def listen(family, address, port):
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen()
    return server


def tcp(family, address, port):
    with listen(family, address, port) as server, socket.socket(family, socket.SOCK_STREAM) as client:
        client.connect((address, port))
        server.accept()[0].close()


def tcp4():
    tcp(socket.AF_INET, "127.0.0.1", 8001)


def tcp6():
    tcp(socket.AF_INET6, "::1", 8002)


def mapped():
    """An IPv4 address in an IPv6 socket."""
    with listen(socket.AF_INET, "127.0.0.1", 8003) as server, socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as client:
        client.connect(("::ffff:127.0.0.1", 8003))
        server.accept()[0].close()


def without_waiting():
    with listen(socket.AF_INET, "127.0.0.1", 8004) as server, socket.socket() as client:
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", 8004))
        server.accept()[0].close()


def refused():
    with socket.socket() as client:
        client.connect_ex(("127.0.0.1", 8005))


def unreachable():
    with socket.socket() as client:
        client.connect_ex(("169.254.169.254", 80))


def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", ("127.0.0.1", 8006))
        client.sendmsg([b"x"], [], 0, ("127.0.0.1", 8007))
        client.connect(("127.0.0.1", 8008))
        client.send(b"x")


def disconnect():
    """connect with AF_UNSPEC takes the address away: no use of one."""
    import ctypes
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        ctypes.CDLL(None).connect(client.fileno(), bytes(16), 16)


def unspecified():
    """An address of no family is one of IPv4 to a datagram socket; 0.0.0.0 is this machine."""
    import ctypes
    libc = ctypes.CDLL(None)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        address = struct.pack("=HH4s8x", 0, socket.htons(8010), bytes([127, 0, 0, 1]))
        libc.sendto(client.fileno(), b"x", 1, 0, address, 16)
        client.sendto(b"x", ("0.0.0.0", 8011))


def misleading():
    """What names an address and does not go there: a connected stream, a name of no length, no message at all."""
    import ctypes
    libc = ctypes.CDLL(None)
    elsewhere = struct.pack("=HH4s8x", 2, socket.htons(80), bytes([169, 254, 169, 254]))
    with listen(socket.AF_INET, "127.0.0.1", 8012) as server, socket.create_connection(("127.0.0.1", 8012)) as client:
        libc.sendto(client.fileno(), b"x", 1, 0, elsewhere, 16)
        server.accept()[0].close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", 8013))
        name = ctypes.create_string_buffer(elsewhere)
        data = ctypes.create_string_buffer(b"x")
        vector = ctypes.create_string_buffer(struct.pack("=QQ", ctypes.addressof(data), 1))
        message = ctypes.create_string_buffer(struct.pack("=QIxxxxQQQQi4x", ctypes.addressof(name), 0, ctypes.addressof(vector), 1, 0, 0, 0))
        libc.sendmsg(client.fileno(), message, 0)
        libc.sendmmsg(client.fileno(), message, 0, 0)


def first_data():
    """A connection that begins with its first data."""
    with listen(socket.AF_INET, "127.0.0.1", 8014) as server, socket.socket() as client:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)
        client.setblocking(False)
        try:
            client.sendto(b"x", socket.MSG_FASTOPEN, ("127.0.0.1", 8014))
        except BlockingIOError:
            pass
        server.accept()[0].close()


def raw():
    """No ports, and no less an address."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as client:
        client.connect(("127.0.0.2", 0))


def unix():
    for name in ("here.sock", "\0hidden"):
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
            server.bind(name)
            server.listen()
            client.connect(name)
            if name == "here.sock":
                os.symlink(name, "other.sock")
                with socket.socket(socket.AF_UNIX) as second:
                    second.connect("other.sock")


def question(name, kind=1, flags=0x0100, questions=1, number=7):
    wire = b"".join(bytes([len(label)]) + label for label in name.split(b".") if label) + b"\0"
    return struct.pack("!6H", number, flags, questions, 0, 0, 0) + wire + struct.pack("!2H", kind, 1)


def ask(message, family=socket.AF_INET, address="127.0.0.1", answer=None):
    with socket.socket(family, socket.SOCK_DGRAM) as server, socket.socket(family, socket.SOCK_DGRAM) as client:
        server.bind((address, 53))
        client.connect((address, 53))
        client.send(message)
        got, peer = server.recvfrom(65536)
        if answer is not None:
            server.sendto(answer, peer)
            client.recv(65536)


def dns():
    ask(question(b"Plain.Example.COM"))
    ask(question(b"text.example.com", 16))
    ask(question(b"six.example.com", 28), socket.AF_INET6, "::1")
    ask(question(b"odd.example.com", 4711))
    ask(question(b"."))
    ask(question(b".".join([b"x" * 63] * 3 + [b"y" * 61])))


def odd_dns():
    """Questions that lie, each about its own name as far as it can be read."""
    head = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0)
    ask(b"short")
    ask(head + b"\3cut\7exa")  # ends within a label
    ask(head + b"\4loop\xc0\x0c\0\1\0\1")  # a pointer to itself
    ask(head + b"\7a.b.com\0\0\1\0\1")  # a dot within a label
    ask(question(b"first.of.two", questions=2))
    ask(head + b"\5wrong\x80\0\0\1\0\1")  # a label of a kind that there is not
    ask(question(b"update.example.com", flags=5 << 11))  # no question at all
    ask(question(b"none.example.com", questions=0))


def segmented_dns():
    """Two questions of one length in one packet."""
    one, two = question(b"one.example.com"), question(b"two.example.com")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        server.bind(("127.0.0.1", 53))
        client.connect(("127.0.0.1", 53))
        client.setsockopt(socket.IPPROTO_UDP, 103, len(one))  # UDP_SEGMENT
        client.send(one + two)


def answer_after_exec():
    """The process that asked executes another program before it is answered, and its parent has gone."""
    asked = question(b"late.example.com")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(("127.0.0.1", 53))
        client.set_inheritable(True)
        child = os.fork()
        if child == 0:
            client.send(asked)
            os.execvp("sleep", ["sleep", "1"])
        client.close()
        got, peer = server.recvfrom(65536)
        while os.path.basename(os.readlink(f"/proc/{child}/exe")) != "sleep":
            os.sched_yield()
        server.sendto(struct.pack("!6H", 7, 0x8180, 1, 0, 0, 0) + asked[12:], peer)
        os.waitpid(child, 0)


def answers():
    asked = question(b"many.example.com")
    head = struct.pack("!6H", 7, 0x8180, 1, 3, 0, 0) + asked[12:]
    pointer = b"\xc0\x0c"
    record = lambda kind, data: pointer + struct.pack("!2HIH", kind, 1, 60, len(data)) + data
    alias = record(5, b"\5alias" + b"\xc0\x11")  # alias.example.com, the last two labels by a pointer
    ask(asked, answer=head + alias + record(1, bytes([192, 0, 2, 7])) + record(28, bytes.fromhex("20010db8") + bytes(11) + b"\1"))
    asked = question(b"nowhere.example.com")
    ask(asked, answer=struct.pack("!6H", 7, 0x8183, 1, 0, 0, 0) + asked[12:])
    asked = question(b"liar.example.com")
    ask(asked, answer=struct.pack("!6H", 7, 0x8180, 1, 9, 0, 0) + asked[12:] + b"\xc0\x0c\0\1")


signal.alarm(60)  # nothing here takes a second
bring_up_loopback()
for act in sys.argv[1:]:
    globals()[act]()
