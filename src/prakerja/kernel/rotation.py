"""Changing keys under a running system: what the database knows of them, sealing again, and giving indexes their next form.

Works on the columns that are declared (`kernel.sealed`), whoever owns them: it changes a value's form and never what it says, which
is the written exception to one table, one owner (architecture.md "Owners"). Both ways go in chunks, each a transaction, so that
whoever is killed has done whole chunks, and what Python holds is one chunk.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection

from prakerja.kernel import index_forms
from prakerja.kernel.db import requires_transaction, row, rows, transaction
from prakerja.kernel.errors import CannotRun, Refused
from prakerja.kernel.index_forms import END, INDEX_BYTES, MOVE_SECONDS, Link
from prakerja.kernel.keysets import Keyset
from prakerja.kernel.looks import Question
from prakerja.kernel.models import KeyRecord
from prakerja.kernel.sealed import IndexColumn, SealedColumn, index_columns, sealed_columns
from prakerja.kernel.secrets import keys

# Rows that one transaction seals again.
CHUNK = 500
# Values that one move of the watermark is to take, about; and how long others may keep it waiting for a row.
MOVE = 10_000
_PATIENCE_MS = 300
# Before a move everybody has to know of it: twice what they may be behind, and something.
_NOTICE_S = 2.5 * index_forms.REREAD_SECONDS
# What is moved commits within this, or not at all: sooner than those who wait give up on it.
_MOVE_S = MOVE_SECONDS / 2
# Nobody changes forms while somebody keeps them (a list that is read): an advisory lock, shared by those who keep them.
LOCK = 0x6B657973
_ALL = 1 << 8 * INDEX_BYTES
# A part so small has nobody in it.
_LEAST = 1 << 64


@dataclass(frozen=True)
class Record:
    """What the database knows of a key."""

    key_id: int
    root: str
    known_by: str
    noted_at: datetime
    ended_at: datetime | None
    retired_at: datetime | None


def read_records() -> list[Record]:
    """Every key that this database was ever used with, the oldest first; none in one from before there were roots."""
    there = row("SELECT to_regclass('kernel_keyrecord') IS NOT NULL")
    if not there or not there[0]:
        return []
    found = rows(
        "SELECT key_id, root, known_by, noted_at, ended_at, retired_at FROM kernel_keyrecord ORDER BY noted_at, key_id"
    )
    return [Record(*one) for one in found]


@requires_transaction
def note_keys(keysets: dict[str, Keyset], *, at: datetime) -> None:
    """Say which keys a database begins with: there is nothing yet that an older one made."""
    KeyRecord.objects.bulk_create(
        [
            KeyRecord(key_id=key.id, root=root, known_by=key.check(), noted_at=at, ended_at=at)
            for root, keyset in keysets.items()
            for key in keyset.keys
        ],
        ignore_conflicts=True,
    )


@requires_transaction
def begin_change(*, keyset: Keyset, at: datetime) -> None:
    """The last key of this keyset is to take over. Raises CannotRun: the one before has not yet.

    Where nothing is kept that would have to change (one-time values, tokens, gateways) it has ended when it begins.
    """
    newest = keyset.keys[-1]
    note_keys({keyset.root: Keyset(keyset.root, keyset.keys[:-1])}, at=at)
    open_one = KeyRecord.objects.filter(root=keyset.root, ended_at=None).exclude(key_id=newest.id).first()
    if open_one is not None:
        raise CannotRun(
            f"Pergantian kunci {keyset.root} yang sebelumnya belum selesai; lihat `prakerja keys show`.",
            f"The change of {keyset.root} before this one has not ended; see `prakerja keys show`.",
        )
    is_kept = keyset.root in ("sealing", "index")
    KeyRecord.objects.get_or_create(
        key_id=newest.id,
        defaults={
            "root": keyset.root,
            "known_by": newest.check(),
            # After those before it: their order is the chain's.
            "noted_at": at,
            "swept_until": b"" if keyset.root == "index" else None,
            "ended_at": None if is_kept else at,
        },
    )


@requires_transaction
def note_retired(*, key_id: int, at: datetime) -> None:
    """A key is needed no more."""
    KeyRecord.objects.filter(key_id=key_id, retired_at=None).update(retired_at=at)


def missing_keys(found: dict[str, Keyset]) -> list[Record]:
    """Keys that the database needs and the folder does not have, or has another of the same id."""
    here = {key.id: key.check() for keyset in found.values() for key in keyset.keys}
    return [one for one in read_records() if one.retired_at is None and here.get(one.key_id) != one.known_by]


def require_every_key() -> None:
    """Raises CannotRun: values of this database were made with keys that are not in the folder, or others have their ids."""
    # A process that loaded them long ago may have been asked before its second was over.
    keys().refresh(now=True)
    missing = missing_keys(keys().keysets)
    if missing:
        named = ", ".join(f"{one.root} {one.key_id}" for one in missing)
        raise CannotRun(
            f"Kunci yang diperlukan basis data ini tidak ada di folder kunci: {named}. Kembalikan dari salinannya.",
            f"Keys that this database needs are not in the folder of keys: {named}. Bring them back from their copy.",
        )


def needed_keys() -> list[dict[str, Any]]:
    """The keys that a copy of this database cannot be read without: root, id and check of each."""
    return [
        {"root": one.root, "id": one.key_id, "known_by": one.known_by}
        for one in read_records()
        if one.retired_at is None or one.root == "index"
    ]


def open_change(root: str) -> Record | None:
    """The change of a root's keys that is under way."""
    return next((one for one in read_records() if one.root == root and one.ended_at is None), None)


def is_changing(root: str) -> Question:
    """Whether a change of a root's keys is under way, for whoever looks all the time."""
    return Question("SELECT true FROM kernel_keyrecord WHERE root = %s AND ended_at IS NULL LIMIT 1", [root])


@contextmanager
def keeping_forms() -> Iterator[None]:
    """For work that computes indexes now and uses them minutes later: none gets another form meanwhile.

    Raises Refused: keys_changing; it is tried again when the change has ended.
    """
    taken = row("SELECT pg_try_advisory_lock_shared(%s)", [LOCK])
    if not taken or not taken[0]:
        raise Refused("keys_changing")
    try:
        index_forms.forget()
        if open_change("index") is not None:
            raise Refused("keys_changing")
        yield
    finally:
        row("SELECT pg_advisory_unlock_shared(%s)", [LOCK])


# Sealing


def sealed_left(column: SealedColumn, *, than: int) -> int:
    """How many values of a column another key than this sealed; reads the whole column."""
    found = row(f"SELECT count(*) FROM {column.table} WHERE {_other(column.column)}", {"than": _tink(than)})
    return int(found[0]) if found else 0


def sealed_by(column: SealedColumn) -> dict[int, int]:
    """How many values of a column each key sealed."""
    found = rows(
        f"SELECT substring({column.column} FROM 2 FOR 4), count(*) FROM {column.table}"
        f" WHERE octet_length({column.column}) > 5 AND get_byte({column.column}, 0) = 1 GROUP BY 1"
    )
    return {int.from_bytes(bytes(prefix), "big"): count for prefix, count in found}


def seal_again(*, is_over: Callable[[], bool], told: Callable[[int], None]) -> int:
    """Seal with the key that counts now what others sealed, until `is_over`; returns how many values that were."""
    done = 0
    for column in sealed_columns():
        after: Any = None
        while True:
            count, after, is_end = _seal_chunk(column, after)
            done += count
            if count:
                told(count)
            if is_over():
                return done
            if is_end:
                break
    return done


def _seal_chunk(column: SealedColumn, after: Any) -> tuple[int, Any, bool]:
    """One chunk behind the row `after`; what somebody else has locked is left to the next round."""
    newest = keys().sealing_id()
    table, bound = column.bound_to
    where = "" if after is None else f" AND {column.row} > %(after)s"
    with transaction():
        found = rows(
            f"SELECT {column.row}, {column.column} FROM {column.table} WHERE {_other(column.column)}{where}"
            f" ORDER BY {column.row} LIMIT {CHUNK} FOR NO KEY UPDATE SKIP LOCKED",
            {"than": _tink(newest), "after": after},
        )
        if not found:
            return 0, after, True
        fresh = []
        for row_id, sealed in found:
            bound_to = f"{table}:{bound}:{row_id}".encode()
            fresh.append(keys().seal_bytes(keys().unseal_bytes(sealed, bound_to), bound_to))
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {column.table} old SET {column.column} = new.sealed"
                f" FROM unnest(%s::uuid[], %s::bytea[]) AS new (id, sealed) WHERE old.{column.row} = new.id",
                [[row_id for row_id, _ in found], fresh],
            )
    return len(found), found[-1][0], len(found) < CHUNK


def _other(column: str) -> str:
    """The values that were sealed, and not by the key `than`. What was wiped is empty."""
    return f"octet_length({column}) > 5 AND substring({column} FROM 1 FOR 5) <> %(than)s"


def _tink(key_id: int) -> bytes:
    return b"\x01" + key_id.to_bytes(4, "big")


# Indexes


def index_left(column: IndexColumn, *, prefix: bytes) -> int:
    """How many values of a column do not have the form that begins with `prefix`; reads the whole column."""
    found = row(f"SELECT count(*) FROM {column.table} WHERE {_old_form(column.column)}", {"prefix": prefix})
    return int(found[0]) if found else 0


def index_by(column: IndexColumn, chain: Sequence[Link]) -> dict[int, int]:
    """How many values of a column have the form of each key."""
    known = {link.prefix: link.id for link in chain[1:]}
    found = rows(
        f"SELECT CASE WHEN octet_length({column.column}) > {INDEX_BYTES} THEN substring({column.column} FROM 1 FOR 4) END, count(*)"
        f" FROM {column.table} WHERE octet_length({column.column}) >= {INDEX_BYTES} GROUP BY 1"
    )
    counted: dict[int, int] = {}
    for prefix, count in found:
        key_id = chain[0].id if prefix is None else known.get(bytes(prefix), 0)
        counted[key_id] = counted.get(key_id, 0) + count
    return counted


def move_indexes(*, is_over: Callable[[], bool], told: Callable[[int], None]) -> int:
    """Give indexes the form of the newest key, a part of all of them after the other, until `is_over`; returns how many.

    Raises CannotRun when two rows turn out to have the same value, which only a process could do that stood still while it wrote.
    """
    if not _counts():
        return 0
    taken = row("SELECT pg_try_advisory_lock(%s)", [LOCK])
    if not taken or not taken[0]:
        # A list is being read, or another worker is at it.
        return 0
    done = 0
    try:
        share = _first_share()
        while (change := _index_change()) is not None:
            key_id, until = change
            if until >= _ALL:
                done += _finish_indexes(key_id)
                break
            moved, took_all = _move(key_id, until, min(_ALL, until + share))
            if moved is None:
                # Somebody held a row for long, or it was too much at once: a smaller part.
                share >>= 3
                if share < _LEAST or is_over():
                    break
                continue
            done += moved
            if moved:
                told(moved)
            if moved > MOVE:
                share >>= 1
            elif moved < MOVE // 3:
                share = min(share << 1, _ALL)
            if is_over() and not took_all:
                break
    finally:
        row("SELECT pg_advisory_unlock(%s)", [LOCK])
    return done


def move_part(*, until: bytes) -> int | None:
    """Move everything below this watermark; None: somebody holds a row of it, or nothing changes."""
    change = _index_change()
    return None if change is None else _move(change[0], change[1], _number(until))[0]


def _first_share() -> int:
    """So much of all values is about one move, by what PostgreSQL knows of the tables."""
    found = row(
        "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class WHERE relname = ANY(%s)",
        [[column.table for column in index_columns()]],
    )
    return _ALL // max(1, (int(found[0]) if found else 0) // MOVE)


def _counts() -> bool:
    """Whether every process knows the newest index key by now."""
    keys().refresh(now=True)
    return keys().keysets["index"].keys[-1].counts_from <= _wall()


def _index_change() -> tuple[int, int] | None:
    found = row("SELECT key_id, swept_until FROM kernel_keyrecord WHERE root = 'index' AND ended_at IS NULL")
    if found is None:
        return None
    return int(found[0]), _number(bytes(found[1]))


def _number(mark: bytes) -> int:
    if mark == END:
        return _ALL
    return int.from_bytes(mark.ljust(INDEX_BYTES, b"\x00"), "big")


def _mark(number: int) -> bytes:
    return END if number >= _ALL else number.to_bytes(INDEX_BYTES, "big")


def _links(key_id: int) -> tuple[Link, Link]:
    """The last link whose form everything had, and the one that follows it."""
    chain = keys().chain
    for before, after in itertools.pairwise(chain):
        if after.id == key_id:
            return before, after
    raise CannotRun(
        f"Kunci index {key_id} tidak ada di folder kunci ini.", f"The index key {key_id} is not in this folder of keys."
    )


def _move(key_id: int, since: int, until: int) -> tuple[int | None, bool]:
    """Move what lies between: said first, done when everybody knows. None: somebody held a row of it."""
    before, after = _links(key_id)
    is_first = keys().chain[0].id == before.id
    prefix = b"" if is_first else before.prefix
    with transaction():
        said = row(
            "UPDATE kernel_keyrecord SET moving_until = %s, moving_since = clock_timestamp()"
            " WHERE key_id = %s AND swept_until = %s RETURNING key_id",
            [_mark(until), key_id, b"" if since == 0 else _mark(since)],
        )
    if said is None:
        return None, False
    time.sleep(_NOTICE_S)
    try:
        with transaction():
            row("SELECT set_config('lock_timeout', %s, true)", [f"{_PATIENCE_MS}ms"])
            row("SELECT set_config('statement_timeout', %s, true)", [f"{int(_MOVE_S * 1000)}ms"])
            moved = _carry(before_prefix=prefix, low=_mark(since), high=_mark(until), after=after, is_first=is_first)
            kept = row(
                "UPDATE kernel_keyrecord SET swept_until = %s, moving_until = NULL, moving_since = NULL WHERE key_id = %s"
                " AND clock_timestamp() - moving_since < make_interval(secs => %s) RETURNING key_id",
                [_mark(until), key_id, _MOVE_S],
            )
            if kept is None:
                raise OperationalError("the move took longer than those who wait for it do")
    except OperationalError:
        _unsay(key_id)
        return None, False
    except IntegrityError as error:
        _unsay(key_id)
        raise _twice(error) from error
    return moved, until >= _ALL


def _unsay(key_id: int) -> None:
    """Nobody is to wait for a move that did not happen."""
    with transaction():
        KeyRecord.objects.filter(key_id=key_id).update(moving_until=None, moving_since=None)


def _twice(error: IntegrityError) -> CannotRun:
    named = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "?"
    return CannotRun(
        f"Dua baris memuat nilai yang sama ({named}); yang lebih baru harus dihapus petugas.",
        f"Two rows have the same value ({named}); an operator has to remove the later one.",
    )


@requires_transaction
def _carry(*, before_prefix: bytes, low: bytes, high: bytes, after: Link, is_first: bool) -> int:
    """All values of the old form from `low` to `high`, in every column by one transaction: the same value stays the same."""
    moved = 0
    least = before_prefix + low
    most = before_prefix + (high if high != END else b"\xff" * (INDEX_BYTES + 1))
    size = INDEX_BYTES + len(before_prefix)
    for column in index_columns():
        found = rows(
            f"SELECT DISTINCT {column.column} FROM {column.table} WHERE {column.column} >= %s AND {column.column} < %s"
            f" AND octet_length({column.column}) = %s{f' AND {column.led_by}' if column.led_by else ''}",
            [least, most, size],
        )
        moved += _give_form(column, [bytes(old) for (old,) in found], after=after, cut=len(before_prefix))
    return moved


@requires_transaction
def _give_form(column: IndexColumn, values: Sequence[bytes], *, after: Link, cut: int) -> int:
    if not values:
        return 0
    fresh = [after.prefix + after.body(value[cut:]) for value in values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {column.table} old SET {column.column} = new.form FROM unnest(%s::bytea[], %s::bytea[]) AS new (was, form)"
            f" WHERE old.{column.column} = new.was{f' AND old.{column.led_by}' if column.led_by else ''}",
            [list(values), fresh],
        )
        return int(cursor.rowcount)


def _finish_indexes(key_id: int) -> int:
    """The second look: what a process wrote that had stood still gets its form too; then the change has ended."""
    before, after = _links(key_id)
    cut = 0 if keys().chain[0].id == before.id else len(before.prefix)
    moved = 0
    for column in index_columns():
        while True:
            with transaction():
                found = rows(
                    f"SELECT DISTINCT {column.column} FROM {column.table} WHERE {_old_form(column.column)} LIMIT {MOVE}",
                    {"prefix": after.prefix},
                )
                try:
                    moved += _give_form(column, [bytes(old) for (old,) in found], after=after, cut=cut)
                except IntegrityError as error:
                    raise _twice(error) from error
            if len(found) < MOVE:
                break
    with transaction():
        KeyRecord.objects.filter(key_id=key_id).update(
            ended_at=_wall(), moving_until=None, moving_since=None, swept_until=END
        )
    index_forms.forget()
    return moved


def _old_form(column: str) -> str:
    return f"octet_length({column}) >= {INDEX_BYTES} AND (octet_length({column}) = {INDEX_BYTES} OR substring({column} FROM 1 FOR 4) <> %(prefix)s)"


def end_sealing() -> bool:
    """Look whether anything is left that another key sealed; if not, the change has ended. Reads every sealed column."""
    change = open_change("sealing")
    if change is None or keys().sealing_id() != change.key_id:
        return False
    if any(sealed_left(column, than=change.key_id) for column in sealed_columns()):
        return False
    with transaction():
        KeyRecord.objects.filter(key_id=change.key_id).update(ended_at=_wall())
    return True


def _wall() -> datetime:
    from prakerja.kernel.clock import wall

    return wall()
