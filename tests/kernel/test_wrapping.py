"""Keysets under a passphrase or a key service: another process opens them, and whatever is wrong is a sentence before anything starts."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from prakerja.kernel import keysets
from prakerja.kernel.secrets import create_keys
from prakerja.kernel.wrapping import CannotOpen, new_wrapping
from tests import running
from tests.waiting import LIMIT, stop, wait_for_hang_up, wait_until

_NAMES = ("PRAKERJA_KEYS_PASSPHRASE_FILE", "PRAKERJA_KMS", "PRAKERJA_KMS_KEY")
OPEN = """
import sys
from prakerja.kernel.secrets import keys
sealed = keys().seal("3171", b"place")
assert keys().unseal(sealed, b"place") == "3171"
"""


@pytest.fixture
def around(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment, put back afterwards."""
    before = {name: os.environ.pop(name) for name in _NAMES if name in os.environ}
    yield {}
    for name in _NAMES:
        os.environ.pop(name, None)
    os.environ.update(before)


@contextlib.contextmanager
def key_service(folder: Path, where: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.kms", "--key", str(folder / "own.json"), "--socket", str(where)],
        cwd=running.ROOT,
    )
    try:
        wait_until(where.exists, what="the key service listens")
        yield
    finally:
        stop(process)


def test_a_passphrase_of_a_file_opens_them_and_another_does_not(tmp_path: Path, around: dict[str, str]) -> None:
    words = tmp_path / "words"
    words.write_text("kuda benar baterai\n")
    os.environ["PRAKERJA_KEYS_PASSPHRASE_FILE"] = str(words)
    folder = tmp_path / "keys"
    create_keys(folder)
    found = keysets.read_folder(folder)
    text = keysets.path_of(folder, "index").read_text()
    assert json.loads(text)["wrapped"]["by"] == "passphrase"
    for key in found["index"].keys:
        assert keysets.base64.b64encode(key.material).decode() not in text
    assert keysets.read_folder(folder) == found
    # Another passphrase, none, an empty one, a file that was changed: each is said, and nothing is written.
    for bad in ("kuda salah", ""):
        words.write_text(bad)
        with pytest.raises(CannotOpen):
            keysets.read_folder(folder)
    words.write_text("kuda benar baterai")
    document = json.loads(text)
    document["keys"][0]["counts_from"] = "2021-01-01T00:00:00+00:00"
    keysets.put_file(keysets.path_of(folder, "index"), json.dumps(document))
    with pytest.raises(CannotOpen, match="was changed"):
        keysets.read_folder(folder)
    keysets.put_file(keysets.path_of(folder, "index"), text[: len(text) // 2])
    with pytest.raises(keysets.KeysMissing, match="cut off"):
        keysets.read_folder(folder)
    keysets.put_file(keysets.path_of(folder, "index"), text)
    del os.environ["PRAKERJA_KEYS_PASSPHRASE_FILE"]
    with pytest.raises(CannotOpen, match="PRAKERJA_KEYS_PASSPHRASE_FILE"):
        keysets.read_folder(folder)


def test_a_key_service_opens_them_for_another_process_and_doors_say_when_it_does_not(
    tmp_path: Path, around: dict[str, str]
) -> None:
    with running.folder() as short:
        where = short / "kms"
        os.environ["PRAKERJA_KMS"] = f"unix:{where}"
        folder = tmp_path / "keys"
        with key_service(tmp_path, where):
            create_keys(folder)
            environment = {**os.environ, "PRAKERJA_KEYS": str(folder)}
            subprocess.run([sys.executable, "-c", OPEN], env=environment, check=True)
        # It is gone; then it is another one, which never wrapped this; then it is silent.
        assert "cannot be reached" in _door(environment)
        (tmp_path / "own.json").unlink()
        with key_service(tmp_path, where):
            assert "refused (HTTP 403)" in _door(environment)
        where.unlink()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(where))
            listener.listen()
            silent = threading.Thread(target=_say_nothing, args=(listener,), daemon=True)
            silent.start()
            assert "did not answer within" in _door(environment)
            silent.join(LIMIT)


def _say_nothing(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        wait_for_hang_up(connection)


def _door(environment: dict[str, str]) -> str:
    """What a door that cannot open its keys says as it ends."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "prakerja.serving",
            "prakerja.config.wsgi.portal:application",
            "--port",
            str(running.free_base()),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_an_older_installation_is_read_as_it_is_and_upgraded_with_the_same_keys(tmp_path: Path) -> None:
    """From the keys of a release that had two keysets; nothing changes but the files."""
    folder = tmp_path / "old"
    folder.mkdir(mode=0o700)
    kept = json.loads((running.ROOT / "tests/upgrades/releases/53cee94.keys.json").read_text())
    for name, document in kept.items():
        (folder / name).write_text(json.dumps(document))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    create_keys(folder)
    found = keysets.read_folder(folder)
    # Read, and not touched: it is upgraded by a command alone.
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert found["index"].lineage == "" or len(found["index"].lineage) == 32
    copied = Path(shutil.copytree(folder, tmp_path / "new"))
    for root in reversed(keysets.ROOTS):
        keysets.write_keyset(copied, found[root], new_wrapping("nothing"))
    assert not keysets.is_old(copied)
    assert keysets.read_folder(copied) == found
    value = keysets.aead_of(found["sealing"].keys[-1]).encrypt(b"3171", b"place")
    again = keysets.read_folder(copied)["sealing"].keys[-1]
    assert keysets.aead_of(again).decrypt(value, b"place") == b"3171"
