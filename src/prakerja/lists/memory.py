"""A list that somebody sent: it names people, so it lies in memory while it is read, and in no folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def in_memory(pieces: Iterable[bytes]) -> Iterator[Path]:
    """These bytes as a file that has no name and is on no disk; it is gone with whoever holds it."""
    descriptor = os.memfd_create("list")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            for piece in pieces:
                file.write(piece)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
