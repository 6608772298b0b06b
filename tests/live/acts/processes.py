#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What one process does to another, each by its name; the other one is a child of this one, and waits."""
import ctypes
import os
import signal
import struct
import subprocess
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)

PTRACE_ATTACH, PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 16, 17, 0x4206, 0x4207
PR_SET_PDEATHSIG = 1
SYS_PIDFD_OPEN, SYS_PIDFD_GETFD = 434, 438
SYS_BPF, SYS_CAPSET, SYS_RT_SIGQUEUEINFO = 321, 126, 129


def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


class Other:
    def __enter__(self):
        # It goes with this one, whatever happens; and it is there when it waits for input: before, it may be in the middle of its exec.
        self.process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        while not self.waits():
            os.sched_yield()
        return self.process.pid

    def waits(self):
        folder = f"/proc/{self.process.pid}"
        with open(f"{folder}/stat") as stat:
            return os.path.basename(os.readlink(f"{folder}/exe")) == "cat" and stat.read().rpartition(")")[2].split()[0] == "S"

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def trace():
    with Other() as pid:
        checked(libc.ptrace(PTRACE_ATTACH, pid, None, None))
        os.waitpid(pid, 0)
        checked(libc.ptrace(PTRACE_DETACH, pid, None, None))


def seize():
    with Other() as pid:
        checked(libc.ptrace(PTRACE_SEIZE, pid, None, None))
        checked(libc.ptrace(PTRACE_INTERRUPT, pid, None, None))
        os.waitpid(pid, 0)
        checked(libc.ptrace(PTRACE_DETACH, pid, None, None))


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("bytes", ctypes.c_size_t)]


def read_memory_of(pid):
    with open(f"/proc/{pid}/maps") as maps:
        begin = int(next(line for line in maps if " r-" in line or " rw" in line).split("-")[0], 16)
    buffer = ctypes.create_string_buffer(64)
    own, remote = Vector(ctypes.addressof(buffer), 64), Vector(begin, 64)
    checked(libc.process_vm_readv(pid, ctypes.byref(own), 1, ctypes.byref(remote), 1, 0))


def read_memory():
    with Other() as pid:
        read_memory_of(pid)


def write_memory():
    with Other() as pid:
        with open(f"/proc/{pid}/maps") as maps:
            begin = int(next(line for line in maps if " rw" in line).split("-")[0], 16)
        buffer = ctypes.create_string_buffer(8)
        own, remote = Vector(ctypes.addressof(buffer), 8), Vector(begin, 8)
        checked(libc.process_vm_readv(pid, ctypes.byref(own), 1, ctypes.byref(remote), 1, 0))
        checked(libc.process_vm_writev(pid, ctypes.byref(own), 1, ctypes.byref(remote), 1, 0))
        time.sleep(0.5)  # the machine is asked about the other one while it is there


def read_own_memory():
    read_memory_of(os.getpid())


def take_descriptor():
    with Other() as pid:
        pidfd = checked(libc.syscall(SYS_PIDFD_OPEN, pid, 0))
        checked(libc.syscall(SYS_PIDFD_GETFD, pidfd, 0, 0))


def send_signals():
    with Other() as pid:
        os.kill(pid, signal.SIGCONT)
        os.kill(os.getpid(), signal.SIGCONT)
        claim = ctypes.create_string_buffer(struct.pack("=iii", signal.SIGCONT, 0, -60), 128)  # any code below zero will do
        checked(libc.syscall(SYS_RT_SIGQUEUEINFO, pid, signal.SIGCONT, claim))


def write_title():
    """Over all of the arguments, and no NUL at their end: some programs show so what they do."""
    with open("/proc/self/stat") as stat:
        begin, end = map(int, stat.read().rpartition(")")[2].split()[45:47])
    ctypes.memset(begin, ord("x"), end - begin)


def change_ids():
    for call in (lambda: os.setresuid(7, 8, 0), lambda: os.setreuid(-1, 9)):
        if os.fork() == 0:
            call()
            os._exit(0)
        os.wait()


def set_capabilities():
    head, chown = struct.pack("=Ii", 0x20080522, 0), 1
    data = struct.pack("=6I", chown, chown, 0, 0, 0, 0)
    if os.fork() == 0:
        os._exit(0 if libc.syscall(SYS_CAPSET, head, data) == 0 else 1)
    if os.wait()[1] != 0:
        raise OSError("capset")


def load_bpf():
    """A socket filter that returns 0."""
    code = ctypes.create_string_buffer(struct.pack("=BBhiBBhi", 0xB7, 0, 0, 0, 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b"GPL")
    attributes = struct.pack("=IIQQIIQII16s", 1, 2, ctypes.addressof(code), ctypes.addressof(licence), 0, 0, 0, 0, 0, b"tiny")
    attributes += bytes(128 - len(attributes))
    os.close(checked(libc.syscall(SYS_BPF, 5, attributes, len(attributes))))


signal.alarm(60)  # nothing here takes a second
for act in sys.argv[1:]:
    globals()[act]()
