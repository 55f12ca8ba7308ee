"""The published folder, read and written: plain files in a directory, or the same in one zip (draw.md 10)."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol

from prakerja.draw.protocol.documents import FileEntry
from prakerja.draw.protocol.rows import part_path
from prakerja.proofs.merkle import BlockTree, Tree

_CHUNK = 1 << 20
# So many rows are hashed to prove one of them; a part has a whole number of blocks.
BLOCK_ROWS = 1024
# Of a document or note; the parts of lists are read by lines.
MOST_BYTES = 8 << 20


class FolderError(ValueError):
    """A folder that cannot be read."""


class Files(Protocol):
    """Files by their path below the folder, with `/`."""

    def names(self) -> list[str]: ...
    def open(self, name: str) -> IO[bytes]: ...


class Directory:
    """Files as they lie on a disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        return sorted(one.relative_to(self.path).as_posix() for one in self.path.rglob("*") if not one.is_dir())

    def open(self, name: str) -> IO[bytes]:
        try:
            return (self.path / name).open("rb")
        except OSError as error:
            raise FolderError(f"{name}: {error.strerror}") from error


class Zip:
    """The same files in one zip."""

    def __init__(self, path: Path) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise FolderError(f"{path.name} is neither a folder nor a zip") from error

    def names(self) -> list[str]:
        return sorted(one for one in self.zip.namelist() if not one.endswith("/"))

    def open(self, name: str) -> IO[bytes]:
        try:
            return self.zip.open(name)
        except (KeyError, zipfile.BadZipFile) as error:
            raise FolderError(f"{name} cannot be read") from error


def open_files(path: Path) -> Files:
    """A folder or a zip of one. Raises FolderError."""
    return Directory(path) if path.is_dir() else Zip(path)


def content_of(files: Files, name: str) -> bytes:
    """A small file as a whole. Raises FolderError."""
    with files.open(name) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FolderError(f"{name} is too large for what it is")
    return content


def entry_of(files: Files, name: str) -> FileEntry:
    """Size and hash of a file. Raises FolderError."""
    found, size = sha256(), 0
    try:
        with files.open(name) as file:
            while part := file.read(_CHUNK):
                found.update(part)
                size += len(part)
    except (zipfile.BadZipFile, OSError) as error:
        raise FolderError(f"{name} cannot be read") from error
    return FileEntry(size=size, sha256=found.hexdigest())


class Lines:
    """The lines of `list/…` or `results/…`, part after part: each with its newline; and what they are in all."""

    def __init__(self, files: Files, folder: str, *, rows: int, part_rows: int) -> None:
        self.files, self.folder, self.rows, self.part_rows = files, folder, rows, part_rows
        self.size = 0
        self.tree = Tree()
        self._hash = sha256()

    def __iter__(self) -> Iterator[bytes]:
        """Raises FolderError: a part with more or fewer lines than it must have, or an end without a newline."""
        left = self.rows
        for number in range(max(1, -(-self.rows // self.part_rows))):
            name = part_path(self.folder, number)
            with self.files.open(name) as file:
                count = min(left, self.part_rows)
                for _ in range(count):
                    line = file.readline(256)
                    if not line.endswith(b"\n"):
                        raise FolderError(f"{name} has no {count} rows")
                    self.size += len(line)
                    self._hash.update(line)
                    self.tree.add(line[:-1])
                    yield line
                if file.read(1):
                    raise FolderError(f"{name} has more than {count} rows")
                left -= count

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Parts:
    """Writes the lines of `list/…` or `results/…` into parts, and counts, hashes and roots them on the way.

    Every part is complete on the disk before the next is begun, so that whoever is killed leaves no half one with a whole name.
    """

    def __init__(self, path: Path, folder: str, *, part_rows: int) -> None:
        self.path, self.folder, self.part_rows = path, folder, part_rows
        self.rows = self.size = 0
        self.tree = BlockTree(BLOCK_ROWS)
        # Where each block begins in its part.
        self.begins: list[int] = []
        self._in_part = 0
        self._hash = sha256()
        self._waiting: list[bytes] = []
        self._part = 0
        (path / folder).mkdir(parents=True, exist_ok=True)

    def add(self, line: bytes) -> None:
        """One more line, with its newline."""
        if self.rows % BLOCK_ROWS == 0:
            self.begins.append(self._in_part)
        self._in_part += len(line)
        self._waiting.append(line)
        self._hash.update(line)
        self.tree.add(line[:-1])
        self.size += len(line)
        self.rows += 1
        if len(self._waiting) == self.part_rows:
            self._write()

    def close(self) -> None:
        """Write what is left; the first part exists always."""
        if self._waiting or not self._part:
            self._write()

    def _write(self) -> None:
        write_file(self.path, part_path(self.folder, self._part), b"".join(self._waiting))
        self._waiting, self._in_part = [], 0
        self._part += 1

    def blocks(self) -> bytes:
        """Of each block of rows where it begins in its part (8 bytes) and its root: what a proof of one row is made with."""
        pairs = zip(self.begins, self.tree.block_roots(), strict=True)
        return b"".join(begin.to_bytes(8, "big") + root for begin, root in pairs)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def write_file(path: Path, name: str, content: bytes) -> None:
    """A file of the folder, whole on the disk or not there."""
    write_lines(path, name, (content,))


def write_lines(path: Path, name: str, lines: Iterable[bytes]) -> None:
    """The same of pieces that come one after the other."""
    target = path / name
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    with beside.open("wb") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(target)
