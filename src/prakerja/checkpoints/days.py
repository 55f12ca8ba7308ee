"""The ledger's checkpoint of each day: every leaf sequenced, the root signed, entered into the public log, its files written.

Whoever is killed in between is followed by whoever runs the task next: leaves keep their numbers, a day is signed once, and files
that are not there are written.

Reads: ledger_transfer.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from prakerja.checkpoints.folder import write_days, write_log
from prakerja.checkpoints.leaves import count_leaves, leaf_hashes, sequence_rows
from prakerja.checkpoints.models import Day
from prakerja.draw.keys import ledger_signer
from prakerja.draw.operations import log_document
from prakerja.draw.protocol.texts import day_entry
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import row, transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.installation import IS_SANDBOX
from prakerja.kernel.looks import Question, first_of, follows_from
from prakerja.proofs.merkle import Tree
from prakerja.proofs.notes import Checkpoint, sign

# A day is over, and whoever booked in its last second has committed.
SIGNED_AT = time(0, 10)
# Two of us must not sign the same day.
_LOCK = 0x7072616B_646179


class BrokenLedger(RuntimeError):
    """A leaf that was sequenced stands for nothing any more: no checkpoint is signed over it."""


# When the first transfer was booked that no signed day has a leaf of.
_BOOKED = """
SELECT at FROM ledger_transfer
 WHERE id > COALESCE((SELECT row_id FROM checkpoints_leaf WHERE kind = 'transfer' AND EXISTS (SELECT FROM checkpoints_day)
                       ORDER BY row_id DESC LIMIT 1), '00000000-0000-0000-0000-000000000000')
 ORDER BY id LIMIT 1"""


@follows_from(
    first_of(lambda: Day.objects.order_by("-day").values_list("at")),
    first_of(lambda: Day.objects.order_by("-day").values_list("published_at")),
    IS_SANDBOX,
    Question(_BOOKED),
)
def next_checkpoint(
    last: datetime | None, published: datetime | None, is_sandbox: bool | None, booked: datetime | None
) -> datetime | None:
    """When the next day is to be signed, or files are to be written; None while no money ever moved."""
    if last is not None and published is None:
        return last
    if last is not None and not is_sandbox:
        return _after(last)
    # A sandbox's clock runs through months in a second: it signs the days on which something was booked.
    return None if booked is None else _after(booked if last is None else max(booked, last))


def _after(instant: datetime) -> datetime:
    """The first moment for signing after an instant."""
    local = instant.astimezone(WIB)
    found = datetime.combine(local.date(), SIGNED_AT, WIB)
    return found if found > local else found + timedelta(days=1)


def sign_days(*, at: datetime) -> int:
    """Sign what was booked until now as the checkpoint of this day (WIB), unless it is signed; then write the files.

    Returns how many checkpoints were signed. Raises BrokenLedger.
    """
    signed = 0
    due = next_checkpoint()
    if due is not None and due <= at and not Day.objects.filter(day=at.astimezone(WIB).date()).exists():
        last = Day.objects.order_by("-day").first()
        wall = clock.wall()
        sequence_rows(since=None if last is None else last.wall_at)
        with transaction():
            signed = _sign(at=at, wall=wall)
    _publish(at=at)
    return signed


def _sign(*, at: datetime, wall: datetime) -> int:
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    day = at.astimezone(WIB).date()
    last = Day.objects.order_by("-day").first()
    if last is not None and last.day >= day:
        return 0
    tree = Tree() if last is None else Tree.resumed(size=last.size, full=bytes(last.full))
    if last is not None and tree.root() != bytes(last.root):
        raise BrokenLedger("the tree does not go on from the last checkpoint")
    with leaf_hashes(begin=tree.size, end=count_leaves()) as hashes:
        for hashed in hashes:
            if not hashed:
                raise BrokenLedger(f"leaf {tree.size} stands for nothing")
            tree.add_hash(hashed)
    signer = ledger_signer(at=at)
    note = sign(Checkpoint(signer.name, tree.size, tree.root()).text(), [signer]).spelled()
    index = log_document(content=day_entry(day=day.isoformat(), note=note), at=at)
    Day.objects.create(
        id=new_id(),
        day=day,
        size=tree.size,
        root=tree.root(),
        full=tree.full,
        note=note,
        entry_id=index,
        at=at,
        wall_at=wall,
    )
    return 1


def _publish(*, at: datetime) -> None:
    if Day.objects.filter(published_at=None).exists():
        write_days()
        write_log()
        Day.objects.filter(published_at=None).update(published_at=at)
