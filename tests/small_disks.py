"""A file system with little room. A real one: only root can mount it."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def mounted_disk(folder: Path, *, options: str = "size=64k,mode=0700") -> Iterator[Path]:
    """Mount one at `folder`, which is made when it is not there; skip, and say so, where that cannot be done."""
    if os.geteuid():
        pytest.skip("A FULL DISK IS NOT TESTED: only root can mount a small one")
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"A FULL DISK IS NOT TESTED: nothing can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
