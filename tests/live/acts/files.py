#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes of files that are named through links, each by its name, in the working directory: `alias` is a link to the folder `real`,
`alias2` one to `real2`."""
import ctypes
import mmap
import os
import signal
import struct
import sys
import threading

libc = ctypes.CDLL(None, use_errno=True)

MS_BIND = 4096
MAP_32BIT = 0x40
NOBODY = 65534


def touch(path):
    open(path, "w").close()


def mount(what, where, kind, flags=0):
    if libc.mount(what.encode(), where.encode(), kind.encode(), flags, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def must_fail(call, *arguments):
    try:
        call(*arguments)
    except OSError:
        return
    raise AssertionError(f"{call.__name__}{arguments} did not fail")


def change_folders():
    for name in ("secret", "a", "b"):
        touch(f"real/{name}")
    os.mkdir("real/folder")
    os.unlink("alias/secret")
    os.rmdir("alias/folder")
    os.rename("alias/a", "alias2/moved")
    os.link("alias/b", "alias2/twin")
    os.symlink("any text", "alias/soft")


def change_files():
    """The last component is the link."""
    touch("real/tool")
    os.symlink("real/tool", "other")
    os.truncate("other", 1)
    os.chmod("other", 0o4755)
    os.chown("other", 0, 0)
    os.utime("other")
    os.setxattr("other", "trusted.x", b"1")


def change_the_link():
    touch("real/tool")
    os.symlink("real/tool", "alias/other")
    os.chown("alias/other", 0, 0, follow_symlinks=False)
    os.setxattr("alias/other", "trusted.x", b"1", follow_symlinks=False)


def change_descriptor():
    touch("real/tool")
    descriptor = os.open("alias/tool", os.O_RDWR)
    os.truncate(descriptor, 1)
    os.chmod(descriptor, 0o700)
    os.chown(descriptor, 0, 0)
    os.utime(descriptor)
    os.setxattr(descriptor, "trusted.x", b"1")


def mount_on_link():
    mount("none", "alias", "tmpfs")


def change_below_mounts():
    os.mkdir("over")
    touch("real/x")
    touch("real/mask")
    touch("covered")
    mount("real", "over", "", MS_BIND)
    os.unlink("over/x")
    mount("real/mask", "covered", "", MS_BIND)
    os.chmod("covered", 0o700)
    with open("covered"):
        pass


def try_in_vain():
    """Each fails where it has been looked up, but for the first; what succeeds at the end has another name."""
    os.chmod(".", 0o755)
    os.mkdir("real/full")
    for name in ("secret", "full/secret", "other"):
        touch(f"real/{name}")
    must_fail(os.unlink, "alias/none/secret")
    must_fail(os.rmdir, "alias/secret")
    must_fail(os.rename, "alias/other", "alias/secret/")
    if os.fork() == 0:
        os.setresuid(NOBODY, NOBODY, NOBODY)
        must_fail(os.unlink, "alias/secret")
        must_fail(os.unlink, "alias/full/secret")
        must_fail(os.chmod, "alias/secret", 0o777)
        must_fail(os.link, "alias/other", "alias/full/secret")
        os._exit(0)
    if os.wait()[1] != 0:
        raise AssertionError("one that must fail did not")
    must_fail(os.link, "alias/other", "alias/secret")
    os.unlink("real/other")


def change_others_names():
    """A name that is not wanted leads to a file whose name is, and the other way round."""
    for name, to in (("harmless", "secret"), ("secret", "plain")):
        touch(f"real/{to}")
        os.symlink(f"real/{to}", name)
        os.chmod(name, 0o700)


def change_at_once():
    def work(number):
        for i in range(50):
            touch(f"real/{number}.{i}")
            os.unlink(f"alias/{number}.{i}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def call_in_32_bits():
    """unlink by `int 0x80`, which any program may use."""
    touch("real/secret")
    memory = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_32BIT, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    begin = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    path = b"alias/secret\0"
    memory[64:64 + len(path)] = path
    # push rbx; mov eax, 10; mov ebx, path; int 0x80; pop rbx; ret
    memory[:15] = b"\x53\xb8" + struct.pack("=i", 10) + b"\xbb" + struct.pack("=i", begin + 64) + b"\xcd\x80\x5b\xc3"
    if ctypes.CFUNCTYPE(ctypes.c_int)(begin)() != 0:
        raise OSError("unlink")


def execute_32_bits():
    """A program of one page: exit(0) by `int 0x80`."""
    code = b"\xb8\x01\x00\x00\x00\x31\xdb\xcd\x80"
    base, head = 0x8048000, 52 + 32
    program = struct.pack("=16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 2, 3, 1, base + head, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    program += struct.pack("=8I", 1, 0, base, base, head + len(code), head + len(code), 5, 4096)
    with open("small", "wb") as file:
        file.write(program + code)
    os.chmod("small", 0o700)
    if os.fork() == 0:
        try:
            os.execv("./small", ["small"])
        except OSError:
            os._exit(1)
    sys.exit(os.WEXITSTATUS(os.wait()[1]))


signal.alarm(60)  # nothing here takes a second
for folder in ("real", "real2"):
    os.mkdir(folder)
os.symlink("real", "alias")
os.symlink("real2", "alias2")
for act in sys.argv[1:]:
    globals()[act]()
