"""Compiled templates stay on the disk beside Python's own bytecode, so that not every process compiles every page anew.

A file is used when nothing that it was made of has changed: the template, Jinja and Python, the code that the compiler calls, and
each word and address that was put in for good, which is asked for again. Whatever does not fit is compiled as if there were no file.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

# Python leaves what it may not write uncompiled, and so do we: no more is believed here than a `.pyc` is.
FOLDER = Path(__file__).resolve().parents[1] / "__pycache__" / "templates"
# A function that was called while a template was compiled, its arguments, and what it said.
Constant = tuple[str, tuple[Any, ...], str]


class CompiledTemplates(BytecodeCache):
    """The cache of one environment, which is made in the file `made_in`.

    `known` are the functions whose answers are put into a template when it is compiled.
    """

    def __init__(
        self,
        name: str,
        *,
        made_in: str,
        known: Mapping[str, Callable[..., str]] | None = None,
        folder: Path = FOLDER,
    ) -> None:
        self._name = name
        self._made_in = made_in
        self._known = known or {}
        self._folder = folder
        self._seen = threading.local()

    def ask(self, function: str, *arguments: Any) -> str:
        """The answer of one of the known functions, which the template that is compiled now keeps."""
        answer = str(self._known[function](*arguments))
        if hasattr(self._seen, "constants"):
            self._seen.constants.append((function, arguments, answer))
        return answer

    def load_bytecode(self, bucket: Bucket) -> None:
        self._seen.constants = []
        bucket.checksum = self._checksum(bucket)
        if not self._is_ours():
            return
        # A torn file, an address that is gone: the compiler says what is wrong where something is.
        with contextlib.suppress(Exception), self._file(bucket).open("rb") as file:
            constants = json.loads(file.readline())
            if all(self._is_still(*constant) for constant in constants):
                bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        constants: list[Constant] = self._seen.constants
        if sys.dont_write_bytecode:
            return
        # A folder that may not be written, a full disk: the next process compiles again.
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            if not self._is_ours():
                return
            # Several processes may write the same at once: each its own file, which takes the place in one step.
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
                try:
                    file.write(json.dumps(constants).encode() + b"\n")
                    bucket.write_bytecode(file)
                    file.flush()
                    os.fchmod(file.fileno(), 0o644)
                    os.replace(file.name, self._file(bucket))
                except BaseException:
                    os.unlink(file.name)
                    raise

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"{self._name}-{bucket.key}"

    def _is_still(self, function: str, arguments: list[Any], answer: str) -> bool:
        return str(self._known[function](*arguments)) == answer

    def _is_ours(self) -> bool:
        """Nobody else can write there: whoever could would have their code run by us."""
        try:
            folder, package = self._folder.stat(), Path(__file__).stat()
        except OSError:
            return False
        return folder.st_uid in (0, os.getuid(), package.st_uid) and not folder.st_mode & 0o022

    def _checksum(self, bucket: Bucket) -> str:
        """Of everything that decides what a template becomes, but for the constants."""
        made_of = hashlib.sha256(f"{bucket.checksum} {jinja2.__version__}".encode())
        for file in sorted({self._made_in, __file__, *_filters(bucket.environment)}):
            made_of.update(b"\0" + Path(file).read_bytes())
        return made_of.hexdigest()


def _filters(env: Environment) -> set[str]:
    """The files of our filters: the compiler applies them to constants."""
    modules = [module for module in map(inspect.getmodule, env.filters.values()) if module is not None]
    return {str(module.__file__) for module in modules if module.__name__.startswith("prakerja.")}
