"""Keys change while the programme runs: nobody is lost, nobody is there twice, whoever is killed goes on, and nothing is left."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from prakerja.awards.queries import award_of_card
from prakerja.cli import key_changes
from prakerja.cli.arguments import CommandError
from prakerja.config import key_tasks
from prakerja.kernel import index_forms, keysets, rotation
from prakerja.kernel.clock import wall
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.sealed import index_columns, sealed_columns
from prakerja.kernel.secrets import blind_index, keys
from prakerja.people.queries import contact_of, nik_of, person_id_by_contact, person_id_by_nik
from prakerja.purchases.operations import authorise_purchase
from prakerja.reporting.proof import prove
from tests import builders as b
from tests.races.barrier import Beside
from tests.races.killing import Killed, killed_at
from tests.races.test_full_disk import fill
from tests.running import ROOT
from tests.small_disks import mounted_disk
from tests.waiting import wait_until

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
AT_ONCE = timedelta(0)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Keys of this test alone, the ones that everything before it was made with."""
    before = os.environ["PRAKERJA_KEYS"]
    copied = tmp_path / "keys"
    shutil.copytree(before, copied)
    os.environ["PRAKERJA_KEYS"] = str(copied)
    # A run before this one may have made them before there were roots; nothing that they made changes.
    key_changes.upgrade(folder=copied, wrapping=None)
    keys.cache_clear()
    index_forms.forget()
    with transaction():
        rotation.note_keys(keys().keysets, at=wall())
    yield copied
    os.environ["PRAKERJA_KEYS"] = before
    keys.cache_clear()
    index_forms.forget()


def found_by_everything(who: b.Participant) -> bool:
    return (
        person_id_by_nik(nik=who.nik) == who.person_id
        and person_id_by_contact(kind="phone", value=who.phone) == who.person_id
        and award_of_card(card_number=who.card) is not None
        and nik_of(person_id=who.person_id) == who.nik
        and contact_of(person_id=who.person_id, kind="phone") == who.phone
    )


def left() -> dict[str, int]:
    """What still has another form than the newest, by column."""
    newest = keys().chain[-1].prefix
    counted = {one.name: rotation.index_left(one, prefix=newest) for one in index_columns()}
    sealed = keys().sealing_id()
    counted |= {one.name: rotation.sealed_left(one, than=sealed) for one in sealed_columns()}
    return {name: count for name, count in counted.items() if count}


def carry_over() -> None:
    for _ in range(20):
        done = key_tasks.reseal(wall()) + key_tasks.reindex(wall())
        if not done and not rotation.open_change("sealing") and not rotation.open_change("index"):
            return
    raise AssertionError("it never ended")


def test_everybody_is_found_and_nobody_twice_while_keys_change(folder: Path) -> None:
    world = b.world()
    people = b.participants(world, count=12)
    bought = b.buy(world, people[0], b.course(world)[1])
    before = {one.name: rows(f"SELECT count(*) FROM {one.table}")[0][0] for one in index_columns()}
    key_changes.rotate(folder=folder, roots=keysets.ROOTS, after=AT_ONCE)
    assert left()["people_nikclaim.index"] == 12

    # A part of them is moved; then the worker is killed at one statement after the other.
    for statement in (2, 5, 9, 14, 30, 60):
        with contextlib.suppress(Killed), killed_at(statement):
            key_tasks.reseal(wall())
        assert all(found_by_everything(who) for who in people)
    for statement in (3, 6, 8, 20):
        with contextlib.suppress(Killed), killed_at(statement):
            key_tasks.reindex(wall())
        assert all(found_by_everything(who) for who in people)
    assert rotation.move_part(until=b"\x80" + bytes(15)) is not None
    index_forms.forget()
    forms = {len(bytes(one)) for (one,) in rows("SELECT index FROM people_nikclaim")}
    assert forms == {16, 20}
    assert all(found_by_everything(who) for who in people)
    # A value has one form, so what is unique stays so, on both sides of the watermark.
    for who in people:
        with pytest.raises(Exception, match="duplicate key"):
            rows(
                "INSERT INTO people_nikclaim (index, person_id) VALUES (%s, %s) RETURNING 1",
                [blind_index("nik", who.nik), uuid.uuid4()],
            )
    # A list is not begun between two forms.
    with pytest.raises(Refused, match="keys_changing"):
        b.participants(world)

    # A process stood still while it wrote: its row has the form of before, below the watermark. The second look finds it.
    stale = uuid.uuid4()
    rows("INSERT INTO people_nikclaim (index, person_id) VALUES (%s, %s) RETURNING 1", [bytes(16), stale])
    carry_over()
    assert left() == {}
    rows("DELETE FROM people_nikclaim WHERE person_id = %s RETURNING 1", [stale])
    assert before == {one.name: rows(f"SELECT count(*) FROM {one.table}")[0][0] for one in index_columns()}
    assert all(found_by_everything(who) for who in people)
    assert [check for check in prove().checks if not check.ok] == []
    assert bought is not None
    assert found_by_everything(b.participants(world, announced_at=b.ANNOUNCED)[0])

    # The next change begins where this one ended.
    key_changes.rotate(folder=folder, roots=["index"], after=AT_ONCE)
    carry_over()
    assert left() == {}
    assert all(found_by_everything(who) for who in people)
    shown = {(one.root, one.state): one for one in key_changes.shown(folder)}
    assert shown["sealing", "older"].left == {}
    assert sum((shown["sealing", "counts"].left or {}).values()) > 60


def test_whoever_needs_what_is_being_moved_waits_for_it(folder: Path) -> None:
    """And gives up on a mover that is dead."""
    who = b.participant(b.world())
    key_changes.rotate(folder=folder, roots=["index"], after=AT_ONCE)
    rows(
        "UPDATE kernel_keyrecord SET moving_until = %s, moving_since = clock_timestamp() WHERE ended_at IS NULL RETURNING 1",
        [index_forms.END],
    )
    index_forms.forget()
    waiting = Beside(lambda: person_id_by_nik(nik=who.nik))
    assert waiting.is_alive()
    carry_over()
    assert waiting.result() == who.person_id
    key_changes.rotate(folder=folder, roots=["index"], after=AT_ONCE)
    rows(
        "UPDATE kernel_keyrecord SET moving_until = %s, moving_since = clock_timestamp() - interval '1 minute'"
        " WHERE ended_at IS NULL RETURNING 1",
        [index_forms.END],
    )
    index_forms.forget()
    assert person_id_by_nik(nik=who.nik) == who.person_id


def test_a_code_that_waits_outlives_a_change(folder: Path) -> None:
    world = b.world()
    who, course = b.participant(world), b.course(world)[1]
    token, otp = b.intend(world, who, course)
    key_changes.rotate(folder=folder, roots=["otp", "sessions", "gateways"], after=AT_ONCE)
    assert len(keys().keysets["otp"].keys) == 2
    authorise_purchase(
        platform_id=world.platform.partner_id,
        token=token,
        otp=otp,
        invoice_code="INV-KEYS",
        invoice_url="https://platform.example/invoice",
        at=b.BUY_AT + timedelta(seconds=30),
    )
    assert b.code_of(who.person_id)


def test_a_key_leaves_only_when_nothing_is_left_of_it(folder: Path, tmp_path: Path) -> None:
    b.participant(b.world())
    old = keys().sealing_id()
    with pytest.raises(CommandError, match="still counts"):
        key_changes.retire(folder=folder, key_id=old, kept=[], although=False)
    key_changes.rotate(folder=folder, roots=["sealing"], after=AT_ONCE)
    with pytest.raises(CommandError, match="has not ended"):
        key_changes.retire(folder=folder, key_id=old, kept=[], although=False)
    with pytest.raises(CommandError, match="has not ended"):
        key_changes.rotate(folder=folder, roots=["sealing"], after=AT_ONCE)
    carry_over()
    assert key_changes.retire(folder=folder, key_id=old, kept=[], although=False) == ("sealing", True)
    assert [one.key_id for one in key_changes.shown(folder) if one.root == "sealing"] == [keys().sealing_id()]
    assert rotation.missing_keys(keysets.read_folder(folder)) == []
    # Without a key that is needed nothing starts.
    keysets.path_of(folder, "sealing").write_text(
        keysets.path_of(Path(shutil.copytree(folder, tmp_path / "x")), "sealing").read_text()
    )
    key_changes.rotate(folder=folder, roots=["sealing"], after=AT_ONCE)
    carry_over()
    shutil.copy(tmp_path / "x" / "sealing.keyset.json", folder / "sealing.keyset.json")
    assert [one.root for one in rotation.missing_keys(keysets.read_folder(folder))] == ["sealing"]


def test_a_rotation_that_was_killed_goes_on_with_its_key(folder: Path) -> None:
    b.participant(b.world())
    with pytest.raises(Killed), killed_at(6):
        key_changes.rotate(folder=folder, roots=["sealing"], after=AT_ONCE)
    made = keysets.read_keyset(folder, "sealing").keys
    assert len(made) == 2
    assert rotation.open_change("sealing") is None
    assert key_changes.rotate(folder=folder, roots=["sealing"], after=AT_ONCE)[0][1].id == made[-1].id
    wait_until(lambda: rotation.open_change("sealing") is not None, what="the database knows it")


def test_a_folder_without_room_keeps_its_keys(folder: Path, tmp_path: Path) -> None:
    who = b.participant(b.world())
    with mounted_disk(tmp_path / "small") as small:
        for path in folder.glob("*.json"):
            shutil.copy(path, small)
        before = keysets.read_folder(small)
        ballast = fill(small)
        with pytest.raises(OSError, match="No space left on device"):
            key_changes.rotate(folder=small, roots=["sealing"], after=AT_ONCE)
        assert keysets.read_folder(small) == before
        assert list(small.glob(".*")) == []
        assert rotation.open_change("sealing") is None
        ballast.unlink()
        [(_, made)] = key_changes.rotate(folder=small, roots=["sealing"], after=AT_ONCE)
        assert keysets.read_keyset(small, "sealing").keys[-1] == made
    assert found_by_everything(who)


def test_an_upgrade_that_was_killed_goes_on(folder: Path, tmp_path: Path) -> None:
    """The new files stand, the database does not know them yet, the old ones are still there."""
    old = tmp_path / "old"
    old.mkdir(mode=0o700)
    for name, document in json.loads((ROOT / "tests/upgrades/releases/53cee94.keys.json").read_text()).items():
        (old / name).write_text(json.dumps(document))
    before = keysets.read_folder(old)
    with pytest.raises(Killed), killed_at(2):
        key_changes.upgrade(folder=old, wrapping=None)
    assert keysets.read_folder(old) == before
    assert keysets.old_files(old)
    assert key_changes.upgrade(folder=old, wrapping=None)
    assert keysets.read_folder(old) == before
    assert keysets.old_files(old) == []
    known = {one.key_id for one in rotation.read_records()}
    assert {key.id for keyset in before.values() for key in keyset.keys} <= known
    assert not key_changes.upgrade(folder=old, wrapping=None)
