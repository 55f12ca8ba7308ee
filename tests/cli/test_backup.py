"""A backup is made while everything goes on, is whole or none, and stands up on an empty machine, where the proof holds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import running
from tests.running import COMMAND, Result, command
from tests.small_disks import mounted_disk
from tests.waiting import LIMIT, wait_until


@pytest.fixture
def old() -> Iterator[Path]:
    with running.world() as found:
        yield found


@pytest.fixture
def new() -> Iterator[Path]:
    with running.folder() as found:
        yield found


def _create(old: Path, to: Path) -> Path:
    made = command("backup", "create", "--to", str(to), "--json", data_dir=old)
    assert made.code == 0, made.err
    return Path(made.document["backup"])


def _restore(backup: Path, new: Path, *more: str) -> Result:
    return command("backup", "restore", str(backup), *more, data_dir=new)


def _keys(data_dir: Path) -> Path:
    return next(data_dir.rglob("sealing.keyset.json")).parent


def test_what_was_copied_stands_up_elsewhere_and_is_proved(old: Path, new: Path, tmp_path: Path) -> None:
    backup = _create(old, tmp_path / "backups")
    assert {one.name for one in backup.iterdir()} == {
        "database.dump",
        "manifest.json",
    }
    keys = tmp_path / "safe"
    shutil.copytree(_keys(old), keys)
    listed = command("backup", "list", str(tmp_path / "backups"), "--json", data_dir=new)
    assert [(one["backup"], one["ok"]) for one in listed.document] == [(str(backup), True)]
    assert command("backup", "verify", str(backup), data_dir=new).code == 0

    without = _restore(backup, new)
    assert without.code == 2
    assert "--keys" in without.err
    restored = _restore(backup, new, "--keys", str(keys), "--json")
    assert restored.code == 0, restored.err
    counts = restored.document["counts"]
    assert counts["people_person"] > 10
    assert counts["ledger_transfer"] > 10
    proved = command("proof", "--json", data_dir=new)
    assert proved.code == 0, proved.err
    assert proved.document["ok"]

    again = _restore(backup, new)
    assert again.code == 2
    assert "is not empty" in again.err
    assert command("proof", data_dir=new).code == 0


def test_what_is_not_whole_is_refused_and_changes_nothing(old: Path, new: Path, tmp_path: Path) -> None:
    inside = command("backup", "create", "--to", str(old / "backups"), data_dir=old)
    assert inside.code == 2
    assert "another disk" in inside.err
    backup = _create(old, tmp_path / "backups")
    keys = _keys(old)

    dump = backup / "database.dump"
    whole = dump.read_bytes()
    for damaged, said in (
        (whole[: len(whole) // 2], "truncated"),
        (whole[:-1000] + bytes([whole[-1000] ^ 1]) + whole[-999:], "was changed"),
        (b"", "truncated"),
    ):
        dump.write_bytes(damaged)
        verified = command("backup", "verify", str(backup), "--json", data_dir=new)
        assert verified.code == 1
        assert said in verified.document["why"]
        refused = _restore(backup, new, "--keys", str(keys))
        assert refused.code == 2
        assert said in refused.err
    dump.write_bytes(whole)

    manifest = json.loads((backup / "manifest.json").read_text())
    for foreign in ({**manifest, "type": "other"}, {**manifest, "version": 2}, {"type": "prakerja-backup"}, []):
        (backup / "manifest.json").write_text(json.dumps(foreign))
        assert "is no backup of Prakerja" in _restore(backup, new, "--keys", str(keys)).err
    (backup / "manifest.json").write_text(json.dumps(manifest))

    with running.folder() as other:
        strangers = tmp_path / "strangers"
        strangers.mkdir()
        from prakerja.kernel.secrets import create_keys

        create_keys(strangers)
        assert "are not those of that backup" in _restore(backup, other, "--keys", str(strangers)).err
    # After all that was refused, the empty machine takes it.
    assert _restore(backup, new, "--keys", str(keys)).code == 0


def test_whoever_is_killed_leaves_nothing_that_looks_whole(old: Path, new: Path, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    process = subprocess.Popen(
        [*COMMAND, "backup", "create", "--to", str(to), "--data-dir", str(old)], env=running.environment()
    )
    wait_until(lambda: list(to.glob("*.partial/database.dump")), what="it is being copied")
    process.kill()
    process.wait(LIMIT)
    cut_off = command("backup", "list", str(to), "--json", data_dir=old).document
    assert [one["ok"] for one in cut_off] == [False]

    backup = _create(old, to)
    arguments = ["backup", "restore", str(backup), "--keys", str(_keys(old)), "--data-dir", str(new)]
    process = subprocess.Popen([*COMMAND, *arguments], env=running.environment())
    wait_until(lambda: _reads(backup), what="it is being read")
    process.kill()
    process.wait(LIMIT)
    wait_until(lambda: not _reads(backup), what="what read it has gone")
    assert _restore(backup, new, "--keys", str(_keys(old))).code == 0
    assert command("proof", data_dir=new).code == 0


def test_on_a_disk_that_is_full_it_is_no_backup(old: Path, tmp_path: Path) -> None:
    with mounted_disk(tmp_path / "small") as small:
        full = command("backup", "create", "--to", str(small), "--json", data_dir=old)
        assert full.code == 2
        assert "was not copied" in full.err
        assert "No space left on device" in full.err
        assert list(small.iterdir()) == []
    # With room it is one.
    backup = _create(old, tmp_path / "small")
    with mounted_disk(tmp_path / "tight", options="size=60m,mode=0755") as tight:
        refused = _restore(backup, tight, "--keys", str(_keys(old)))
        assert refused.code == 2
        assert re.search(r"There is no room on the disk of \S+: 6\d MB are left, and it takes \d+ MB", refused.err)
        assert list(tight.iterdir()) == []


def _reads(backup: Path) -> bool:
    """Whether PostgreSQL's program is reading the backup into a database."""
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = one.read_bytes()
        except OSError:
            continue
        if b"--single-transaction" in words and str(backup).encode() in words:
            return True
    return False
