# SPDX-License-Identifier: Apache-2.0
"""A root file system for the guest: files of this machine under their own paths, with the libraries that they load, as an
uncompressed cpio archive (format newc), which is what the kernel unpacks fastest where it is emulated."""
import os
import re
import stat
import subprocess
import tempfile
from pathlib import Path

LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
FOLDERS = ["dev", "etc", "proc", "run", "sys", "tmp", "root"]


def libraries(program: Path) -> set[Path]:
    """What the dynamic loader will want; nothing for a static program or a script."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True)
    return {Path(path) for path in re.findall(r"(?:=> |^\s*)(/\S+)", listed.stdout, re.MULTILINE)}


class Initramfs:
    def __init__(self) -> None:
        self._entries: dict[str, tuple[int, bytes]] = {}  # path without the first slash: mode, content
        for name, to in LINKS.items():
            self._folder(to)
            self._entries[name] = (stat.S_IFLNK | 0o777, to.encode())
        for name in FOLDERS:
            self._folder(name)

    def _folder(self, path: str) -> None:
        parts = path.split("/") if path else []
        for count in range(1, len(parts) + 1):
            self._entries.setdefault("/".join(parts[:count]), (stat.S_IFDIR | 0o755, b""))

    def write(self, path: str, content: bytes, mode: int = 0o644) -> None:
        path = os.path.normpath(path).lstrip("/")
        first, _, rest = path.partition("/")
        path = f"{LINKS[first]}/{rest}" if first in LINKS else path
        self._folder(os.path.dirname(path))
        self._entries[path] = (stat.S_IFREG | mode, content)

    def copy(self, source: Path, to: str | None = None) -> None:
        """A file, or a folder with all below it; symbolic links are followed."""
        if source.is_dir():
            for file in sorted(source.rglob("*")):
                if file.is_file():
                    self.copy(file, f"{to or source}/{file.relative_to(source)}")
            return
        self.write(to or str(source), source.read_bytes(), stat.S_IMODE(source.stat().st_mode) | 0o444)

    def copy_program(self, program: Path) -> None:
        """With its libraries, and without what only a debugger wants."""
        with tempfile.NamedTemporaryFile() as stripped:
            subprocess.run(["strip", "-o", stripped.name, program], check=True)
            self.write(str(program), Path(stripped.name).read_bytes(), 0o755)
        for library in libraries(program):
            self.copy(library)

    def save(self, path: Path) -> None:
        with path.open("wb") as out:
            for inode, (name, (mode, content)) in enumerate(sorted(self._entries.items()), start=1):
                self._entry(out, name, inode, mode, content)
            self._entry(out, "dev/console", 0, stat.S_IFCHR | 0o600, b"", device=(5, 1))
            self._entry(out, "TRAILER!!!", 0, 0, b"")

    @staticmethod
    def _entry(out, name: str, inode: int, mode: int, content: bytes, device: tuple[int, int] = (0, 0)) -> None:
        links = 2 if stat.S_ISDIR(mode) else 1
        label = name.encode() + b"\0"
        fields = [inode, mode, 0, 0, links, 0, len(content), 0, 0, *device, len(label), 0]
        out.write(b"070701" + "".join(f"{field:08x}" for field in fields).encode() + label)
        out.write(bytes(-(6 + 8 * 13 + len(label)) % 4) + content + bytes(-len(content) % 4))
