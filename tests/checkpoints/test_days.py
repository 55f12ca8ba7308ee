"""A day's checkpoint of the ledger: signed, in the public log, checked by the proof and by a stranger without a database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import connection

from prakerja.checkpoints.days import BrokenLedger, next_checkpoint, sign_days
from prakerja.checkpoints.folder import log_folder
from prakerja.checkpoints.leaves import leaf_hashes, leaf_of, sequence_rows
from prakerja.checkpoints.models import Day, Leaf
from prakerja.checkpoints.queries import leaf_proof
from prakerja.draw import operations as draws
from prakerja.draw.models import LogEntry
from prakerja.draw.protocol.folder import Directory
from prakerja.draw.protocol.log_verifying import is_log, verify_log
from prakerja.draw.protocol.verifying import Report
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import row, transaction
from prakerja.ledger.chart import Chart
from prakerja.ledger.models import Transfer
from prakerja.ledger.operations import post_transfer
from prakerja.proofs.inclusion_notes import InclusionNote
from prakerja.reporting.proof import prove
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = datetime(2021, 9, 23, 0, 10, tzinfo=WIB)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture(autouse=True)
def _guards_are_on_again(transactional_db: None) -> Iterator[None]:
    """These tests commit what they do: the next one's programme would refuse to start without them."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_transfer ENABLE TRIGGER ledger_transfer_immutable")
        cursor.execute("ALTER TABLE kernel_installation ENABLE TRIGGER USER")


@pytest.fixture
def world() -> builders.World:
    made = builders.world()
    builders.participant(made)
    return made


def checked() -> Report:
    return verify_log(files=Directory(log_folder()), trust=draws.trust())


def failing() -> list[str]:
    """The checks of the proof that do not hold."""
    return [one.name for one in prove().checks if not one.ok]


def book(*, at: datetime, count: int = 1) -> None:
    with transaction():
        for _ in range(count):
            post_transfer(
                person_id=None, event_id=uuid.uuid4(), kind="programme_funding", debit=Chart.TREASURY,
                credit=Chart.PROGRAMME_FUNDS, amount=1_000, at=at,
            )  # fmt: skip


def test_a_day_is_signed_after_midnight_and_anybody_can_check_it(world: builders.World) -> None:
    transfers = Transfer.objects.count()
    assert next_checkpoint() == NIGHT
    assert sign_days(at=NIGHT - timedelta(seconds=1)) == 0
    assert sign_days(at=NIGHT) == 1
    day = Day.objects.get()
    # Every transfer and the one award.
    assert (day.day.isoformat(), day.size) == ("2021-09-23", transfers + 1)
    assert Leaf.objects.filter(kind="transfer").count() == transfers
    assert failing() == []
    assert is_log(Directory(log_folder()))
    report = checked()
    assert report.holds, report
    assert [one.holds for one in report.checks] == [True, True, True, None]
    # Once a day, however often it is asked.
    assert (sign_days(at=NIGHT + timedelta(hours=1)), Day.objects.count()) == (0, 1)


def test_a_leaf_is_the_hash_of_nine_lines(world: builders.World) -> None:
    """The vector of the protocol: what is hashed of a transfer, byte for byte."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transfer (id, event_id, kind, debit_id, credit_id, amount, at) VALUES "
            "('01920000-0000-7000-8000-000000000001', '01920000-0000-7000-8000-00000000000a', 'fund', 2, 77, 1000000, "
            "'2021-09-22T13:00:00Z')"
            if row("INSERT INTO ledger_account (id, code, has_running_balance) VALUES "
                   "(77, 'wallet:01920000-0000-7000-8000-00000000000a', false) RETURNING 1")
            else ""
        )  # fmt: skip
        cursor.execute(
            "INSERT INTO checkpoints_leaf (index, kind, row_id, salt) VALUES "
            "(0, 'transfer', '01920000-0000-7000-8000-000000000001', '\\x3261b4a8fbe54b47c0109b1cc71a9cb5')"
        )
    with leaf_hashes(begin=0, end=1) as hashes:
        (hashed,) = hashes
    assert hashed.hex() == "ac8e23fdd8e9b87cbe12f5d7fde600222404b3c4df8277f9dc7615c05c177f87"
    own = leaf_of(row_id=uuid.UUID("01920000-0000-7000-8000-000000000001"))
    assert own is not None
    assert len(own.lines.encode()) == 229
    assert sha256(b"\0" + own.lines.encode()).digest() == hashed


def test_each_day_goes_on_from_the_one_before_and_tiles_fill_up(world: builders.World) -> None:
    sign_days(at=NIGHT)
    for number, count in enumerate((250, 300, 3), 1):
        at = NIGHT + timedelta(days=number)
        book(at=at - timedelta(hours=2), count=count)
        assert next_checkpoint() == at
        assert sign_days(at=at) == 1
        report = checked()
        assert report.holds, report
    assert {one.name for one in (log_folder() / "ledger/tile/0").iterdir()} == {"000", "001", "002.p"}
    # What one transfer's owner gets is checked with the public keys alone.
    transfer = Transfer.objects.order_by("id")[200]
    lines, spelled = leaf_proof(row_id=transfer.id) or ("", b"")
    assert str(transfer.event_id) in lines
    checkpoint, signed = InclusionNote.read(spelled).prove(lines.encode(), draws.trust().ledger)
    assert (checkpoint.size, len(signed)) == (Day.objects.order_by("-day")[0].size, 1)
    assert failing() == []


def test_changed_added_and_missing_money_is_found_although_the_trigger_slept(world: builders.World) -> None:
    sign_days(at=NIGHT)
    transfer = Transfer.objects.order_by("id").first()
    assert transfer is not None
    signed = "every signed day of the ledger is the root of the transfers and awards as they are now"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_immutable")
        cursor.execute("UPDATE ledger_transfer SET at = at + interval '1 microsecond' WHERE id = %s", [transfer.id])
        assert failing() == [signed]
        cursor.execute("UPDATE ledger_transfer SET at = at - interval '1 microsecond' WHERE id = %s", [transfer.id])
        assert failing() == []
        # One that claims to be older than the checkpoint.
        cursor.execute(
            "INSERT INTO ledger_transfer (id, event_id, kind, debit_id, credit_id, amount, at) VALUES "
            "('01700000-0000-7000-8000-000000000001', gen_random_uuid(), 'programme_funding', 1, 2, 5, now())"
        )
        assert failing() == ["every transfer and award of before the last checkpoint has its leaf"]


def test_any_changed_byte_in_the_log_is_found(world: builders.World) -> None:
    book(at=NIGHT - timedelta(hours=1), count=300)
    sign_days(at=NIGHT)
    folder = log_folder()
    for path in sorted(one for one in folder.rglob("*") if one.is_file() and one.name != "size"):
        whole = path.read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert not checked().holds, (path, place)
        path.unlink()
        assert not checked().holds, path
        path.write_bytes(whole)
    assert checked().holds


def test_who_is_killed_between_signature_and_files_is_followed(world: builders.World) -> None:
    sign_days(at=NIGHT)
    whole = {one: one.read_bytes() for one in log_folder().rglob("*") if one.is_file()}
    Day.objects.update(published_at=None)
    for one in whole:
        one.unlink()
    assert next_checkpoint() == NIGHT
    assert sign_days(at=NIGHT + timedelta(hours=3)) == 0
    assert {one: one.read_bytes() for one in log_folder().rglob("*") if one.is_file()} == whole
    # And between leaves and signature: numbers stay.
    book(at=NIGHT + timedelta(hours=1), count=2)
    sequence_rows(since=None)
    given = list(Leaf.objects.order_by("index").values_list("index", "row_id"))
    sign_days(at=NIGHT + timedelta(days=1))
    assert list(Leaf.objects.order_by("index").values_list("index", "row_id")) == given
    assert checked().holds


def test_a_folder_of_another_database_is_written_anew(world: builders.World) -> None:
    book(at=NIGHT - timedelta(hours=1), count=300)
    sign_days(at=NIGHT)
    tile = log_folder() / "ledger/tile/1/000.p/1"
    right = tile.read_bytes()
    tile.write_bytes(bytes(32))
    (log_folder() / "log/entries/000000.json").write_bytes(b"of another")
    Day.objects.update(published_at=None)
    sign_days(at=NIGHT)
    assert tile.read_bytes() == right
    assert checked().holds


def test_outside_a_sandbox_a_day_without_transfers_is_signed_too(world: builders.World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_installation DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_installation SET is_sandbox = false")
    sign_days(at=NIGHT)
    assert next_checkpoint() == NIGHT + timedelta(days=1)
    assert sign_days(at=NIGHT + timedelta(days=1)) == 1
    first, second = Day.objects.order_by("day")
    assert (first.note, first.size) == (second.note, second.size)
    assert LogEntry.objects.count() == 2
    # Nobody plays the witnesses there.
    found = {one.number: one for one in checked().checks}
    assert (found["L1"].holds, found["L1"].detail) == (None, "2 witnesses saw 0 of 2 documents until now")
    assert found["L3"].holds


def test_a_leaf_that_stands_for_nothing_ends_the_night_with_an_error(world: builders.World) -> None:
    """In the middle of many: the rest of them is not read, and the worker goes on with its other tasks."""
    book(at=NIGHT - timedelta(hours=2), count=300)
    sequence_rows(since=None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_immutable")
        cursor.execute("DELETE FROM ledger_transfer WHERE id = (SELECT row_id FROM checkpoints_leaf WHERE index = 7)")
    with pytest.raises(BrokenLedger, match="leaf 7"):
        sign_days(at=NIGHT)
    assert (Day.objects.count(), next_checkpoint()) == (0, NIGHT)


def test_files_that_cannot_be_written_are_written_later(world: builders.World) -> None:
    book(at=NIGHT - timedelta(hours=2), count=300)
    in_the_way = log_folder() / "ledger"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.touch()
    with pytest.raises(OSError, match="ledger"):
        sign_days(at=NIGHT)
    # What was signed stays, and is published when there is room.
    assert (Day.objects.count(), next_checkpoint()) == (1, NIGHT)
    in_the_way.unlink()
    assert sign_days(at=NIGHT) == 0
    assert checked().holds
