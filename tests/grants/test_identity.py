"""The keyset that signs who signed in: made once with the others, private in its folder, public by address."""

from __future__ import annotations

import base64
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from prakerja.kernel import clock, keysets
from prakerja.kernel.secrets import create_keys, new_identity_key
from prakerja.kernel.wrapping import new_wrapping


def test_it_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    create_keys(folder)
    path = folder / "identity.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = path.read_bytes()
    create_keys(folder)
    assert path.read_bytes() == before


def test_an_older_installation_gets_it_at_its_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    create_keys(folder)
    others = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "identity.json"}
    (folder / "identity.json").unlink()
    create_keys(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()}.items() > others.items()
    assert (folder / "identity.json").exists()


def test_a_change_is_read_back_whatever_wraps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One key alone is tink's own file, two are one like those of the roots, under the same wrapping; and back."""
    folder = tmp_path / "keys"
    create_keys(folder)
    first = keysets.read_identity(folder)
    second = new_identity_key(made_at=clock.wall(), counts_from=clock.wall() + timedelta(minutes=10))
    words = tmp_path / "words"
    words.write_text("kuda benar baterai")
    monkeypatch.setenv("PRAKERJA_KEYS_PASSPHRASE_FILE", str(words))
    for wrapping in (None, new_wrapping("passphrase")):
        keysets.write_identity(folder, first.with_key(second), wrapping)
        assert [path.exists() for path in keysets.identity_files(folder)] == [False, True]
        assert keysets.read_identity(folder) == first.with_key(second)
        assert keysets.identity_wrapping(folder) == wrapping
        text = (folder / "identity.keyset.json").read_text()
        assert (base64.b64encode(second.given["tink"]).decode() in text) is (wrapping is None)
    keysets.write_identity(folder, first, None)
    assert [path.exists() for path in keysets.identity_files(folder)] == [True, False]
    assert keysets.read_identity(folder) == first
