"""Compiled templates on the disk: used while nothing changed, and never otherwise."""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path

import pytest
from jinja2 import DictLoader

from prakerja.kernel.compiled_templates import CompiledTemplates
from prakerja.portal.jinja2env import PageEnvironment
from tests.waiting import finish

PAGE = "{{ _('Halo') }}, {{ name }}"


def shown(folder: Path, page: str = PAGE, *, word: str = "Halo") -> str:
    """What a new process would show, with this translation of the word."""
    cache = CompiledTemplates("test", made_in=__file__, known={"_": {"Halo": word}.__getitem__}, folder=folder)
    env = PageEnvironment(autoescape=True, loader=DictLoader({"page": page}), bytecode_cache=cache)
    return env.get_template("page").render(name="Sari")


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Some machines switch this off for every program.
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "templates"


def plant(folder: Path) -> None:
    """Another template's code behind the checksum of this one: who shows it did not compile."""
    other = folder.with_name("other")
    shown(other, "planted")
    file = only_file(folder)
    constants, ours = file.read_bytes().split(b"\n", 1)
    _, planted = only_file(other).read_bytes().split(b"\n", 1)
    file.write_bytes(constants + b"\n" + planted.replace(checksum(planted), checksum(ours)))


def checksum(compiled: bytes) -> bytes:
    found = re.search(rb"[0-9a-f]{64}", compiled)
    assert found is not None
    return found.group()


def test_what_was_compiled_once_is_used_again(folder: Path) -> None:
    assert shown(folder) == "Halo, Sari"
    plant(folder)
    assert shown(folder) == "planted"


def test_a_changed_translation_is_seen(folder: Path) -> None:
    shown(folder)
    plant(folder)
    assert shown(folder, word="Hello") == "Hello, Sari"
    assert shown(folder) == "Halo, Sari"


def test_a_changed_template_is_seen(folder: Path) -> None:
    shown(folder)
    plant(folder)
    assert shown(folder, PAGE + "!") == "Halo, Sari!"


@pytest.mark.parametrize("torn", [b"", b"torn", b"[]\ntorn", b'[["_", ["?"], ""]]\n'])
def test_a_file_that_cannot_be_read_is_written_again(folder: Path, torn: bytes) -> None:
    shown(folder)
    only_file(folder).write_bytes(torn)
    assert shown(folder) == "Halo, Sari"
    plant(folder)
    assert shown(folder) == "planted"


def test_a_folder_that_others_may_write_is_not_believed(folder: Path) -> None:
    shown(folder)
    plant(folder)
    folder.chmod(0o777)
    assert shown(folder) == "Halo, Sari"
    folder.chmod(0o755)
    assert shown(folder) == "planted"


def test_where_nothing_can_be_written_pages_are_shown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert shown(tmp_path / "file" / "templates") == "Halo, Sari"


def test_many_write_the_same_at_once(folder: Path) -> None:
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(shown(folder))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        finish(thread)
    assert seen == ["Halo, Sari"] * 8
    # No half-written file is left.
    assert only_file(folder).name.startswith("test-")
