"""What commands share that read a list: why one was refused, how long it will take, and the file of what was not taken."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from prakerja.cli.arguments import CommandError, progress
from prakerja.kernel.clock import WIB, wall
from prakerja.lists import BrokenList, Leftovers, Shape, sentence

# Seconds between two words to whoever watches: on a terminal, and in a file.
BRIEFLY, SELDOM = 0.5, 5.0


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Say in a sentence why a list was refused. Nothing of it was taken."""
    try:
        yield
    except BrokenList as broken:
        indonesian, english = sentence(broken)
        raise CommandError(
            f"Berkas {path} ditolak, tidak ada yang diimpor. {indonesian}",
            f"The file {path} was refused, nothing was imported. {english}",
        ) from broken
    except OSError as error:
        raise CommandError(
            f"Berkas {path} tidak dapat dibaca: {error.strerror}.", f"Cannot read {path}: {error.strerror}."
        ) from error


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say which file beside the list cannot be written, and what to do."""
    try:
        yield
    except OSError as error:
        raise CommandError(
            f"Berkas {path} tidak dapat ditulis: {error.strerror}. Pilih tempat lain dengan --rejected-file dan ulangi "
            "perintahnya.",
            f"Cannot write {path}: {error.strerror}. Choose another place with --rejected-file and give the command again.",
        ) from error


def until(seconds: float | None) -> str:
    """When that will be, by the machine's clock; "" where nobody knows."""
    if seconds is None:
        return ""
    end = wall().astimezone(WIB) + timedelta(seconds=seconds)
    minutes, rest = divmod(round(seconds), 60)
    return f", {minutes} min {rest} s left, until {end:%H:%M} WIB"


def rejected_path(file: Path, named: Path | None) -> Path:
    """Where rejected lines go. Raises CommandError: that is the list itself."""
    path = named or file.with_name(f"{file.name}.rejected.csv")
    with writing(path):
        is_list = path.exists() and path.samefile(file)
    if is_list:
        raise CommandError(
            f"{path} adalah daftarnya sendiri. Beri nama lain: --rejected-file.",
            f"{path} is the list itself. Name another file: --rejected-file.",
        )
    return path


class RejectedFile:
    """The lines of a list that were not taken, each with its reason and what to do."""

    def __init__(self, path: Path, *, shape: Shape, reasons: dict[str, tuple[str, str]]) -> None:
        self._path, self._reasons = path, reasons
        with writing(path):
            self._left = Leftovers(path, shape=shape, beside=("line", "reason", "petunjuk", "what_to_do"))

    def __enter__(self) -> RejectedFile:
        return self

    def __exit__(self, *raised: Any) -> None:
        self._left.__exit__(*raised)

    def add(self, line: int, cells: Sequence[str], reason: str) -> None:
        with writing(self._path):
            self._left.add(cells, (str(line), reason, *self._reasons[reason]))

    def finish(self) -> None:
        with writing(self._path):
            self._left.finish()

    @property
    def name(self) -> str | None:
        """Where it is; None when nothing was rejected."""
        return str(self._path) if self._left.count else None


class Watch:
    """Tells how far the reading of a list is: on a terminal in one line, else in one every few seconds."""

    def __init__(self, part_read: Callable[[], float | None]) -> None:
        self._part_read = part_read
        self._is_terminal = sys.stderr.isatty()
        self._began = self._said = time.monotonic()

    def __call__(self, rows: int) -> None:
        moment = time.monotonic()
        if moment - self._said < (BRIEFLY if self._is_terminal else SELDOM):
            return
        self._said = moment
        seconds, part = max(moment - self._began, 0.001), self._part_read()
        left = seconds * (1 - part) / part if part else None
        text = f"reading the list: {rows:,} rows, {rows / seconds:,.0f} a second{until(left)}"
        if self._is_terminal:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        else:
            progress(text)
