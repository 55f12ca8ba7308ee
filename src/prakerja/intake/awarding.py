"""A chunk of people becomes awards: packed and sealed beside the database, brought in by COPY, then a statement a table.

They come from an imported list (`award_chunk`, which registers who is new) or from a draw (`drawn_results`); both end in
`award_source`.

Reads: awards_blacklist, people_contactclaim, people_nikclaim.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from prakerja.awards.granting import LISTED_COLUMNS as AWARD_COLUMNS
from prakerja.awards.granting import Told, pack_award, told_of
from prakerja.awards.operations import Grounds, award_listed, other_cards
from prakerja.intake.listed_lines import reject_lines
from prakerja.intake.result_rows import ResultRow, identity_of
from prakerja.intake.states import APPLICATION_STATES
from prakerja.kernel.db import requires_transaction, rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.packing import copy_packed, packed_int, packed_row
from prakerja.people.listed import LISTED_COLUMNS as PERSON_COLUMNS
from prakerja.people.listed import pack_listed, register_listed

# The temporary table of a chunk. It is this connection's own, and empty between two transactions.
SOURCE = "to_be_awarded"
_COLUMNS = (("number", "integer"), *PERSON_COLUMNS, *AWARD_COLUMNS)
_CREATE = (
    f"CREATE TEMPORARY TABLE IF NOT EXISTS to_be_awarded ({', '.join(f'{name} {kind}' for name, kind in _COLUMNS)}) "
    "ON COMMIT DELETE ROWS"
)


@dataclass(frozen=True)
class Terms:
    """What a process without a database has to know of the list."""

    told: Told
    is_demo: bool


@dataclass(frozen=True)
class Chunk:
    """Rows whose people are awarded together: the number of each in the list, and who it is already."""

    rows: tuple[tuple[int, ResultRow, uuid.UUID | None], ...]
    terms: Terms


def terms_of(*, wave_number: int, grounds: Grounds, is_demo: bool) -> Terms:
    """What `pack_chunk` needs beside the rows."""
    return Terms(
        told_of(wave_number=wave_number, rules=grounds.rules, announced_at=grounds.announced_at), is_demo=is_demo
    )


def pack_chunk(chunk: Chunk) -> bytes:
    """Everything that awards of these people hold, sealed, as COPY takes it. Needs keys and no database.

    A row that does not say any more whom it names is left out, and missed by `award_chunk`.
    """
    packed = []
    for number, row, known in chunk.rows:
        identity, _ = identity_of(row, is_demo=chunk.terms.is_demo)
        if identity is None:
            continue
        packed.append(
            packed_row(
                [
                    packed_int(number),
                    *pack_listed(identity=identity, known=known),
                    *pack_award(name=identity.name, told=chunk.terms.told),
                ]
            )
        )
    return b"".join(packed)


@requires_transaction
def award_chunk(*, chunk: Chunk, packed: bytes, grounds: Grounds, at: datetime) -> list[tuple[ResultRow, str]]:
    """Register who is new and award everybody, but for those whom something that happened meanwhile keeps out: they are returned.

    Raises Refused: list_changed, when the rows are not those that were decided.
    """
    bring_in(columns=[name for name, _ in _COLUMNS], packed=packed, count=len(chunk.rows))
    _require_same(len(chunk.rows))
    # Who registered at the portal since the list was decided is that person, and no new one.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE to_be_awarded t SET person_id = c.person_id, is_new = false FROM people_nikclaim c "
            "WHERE t.is_new AND c.index = t.nik_index"
        )
    of = {"wave": grounds.wave_id}
    late = {number: reason for reason, statement in _LATE.items() for (number,) in rows(statement, of)}
    for reason in set(late.values()):
        reject_lines(numbers=[number for number, why in late.items() if why == reason], reason=reason)
    register_listed(source=SOURCE, at=at)
    award_source(grounds=grounds, at=at)
    return [(row, late[number]) for number, row, _ in chunk.rows if number in late]


@requires_transaction
def bring_in(*, columns: Sequence[str], packed: bytes, count: int) -> None:
    """Fill the temporary table of a chunk with packed rows of these columns, `count` of them."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        # Empty already, unless the caller's transaction holds several chunks.
        cursor.execute("DELETE FROM to_be_awarded")
    copy_packed(f"COPY to_be_awarded ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)", [packed])
    if count > 200:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE to_be_awarded")


@requires_transaction
def award_source(*, grounds: Grounds, at: datetime) -> None:
    """Select and award everybody in the temporary table: a person in each row, with `is_new` and AWARD_COLUMNS.

    The one way to an award, whoever says that somebody is to have one; who may not have it was taken out before.
    """
    _select_applications(wave_id=grounds.wave_id, at=at)
    while others := other_cards(source=SOURCE):
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE to_be_awarded SET card_index = %s, card_number_enc = %s WHERE award_id = %s",
                [(index, sealed, award_id) for award_id, index, sealed in others],
            )
    award_listed(source=SOURCE, grounds=grounds, at=at)


# What may have happened since the list was decided.
_LATE = {
    "withdrawn": """
        DELETE FROM to_be_awarded t USING intake_application a
         WHERE a.person_id = t.person_id AND a.wave_id = %(wave)s AND a.status = 'withdrawn' AND NOT t.is_new
        RETURNING t.number""",
    "BLACKLIST": "DELETE FROM to_be_awarded t USING awards_blacklist b WHERE b.nik_index = t.nik_index RETURNING t.number",
    # Joined, so that each line is a look-up: as a condition with OR the planner reads all claims there are, for every chunk.
    "contact_of_other_person": """
        DELETE FROM to_be_awarded t USING (
            SELECT l.number FROM to_be_awarded l
              JOIN people_contactclaim c ON c.kind = 'phone' AND c.index = l.phone_index WHERE l.is_new
             UNION
            SELECT l.number FROM to_be_awarded l
              JOIN people_contactclaim c ON c.kind = 'email' AND c.index = l.email_index WHERE l.is_new) taken
         WHERE t.number = taken.number
        RETURNING t.number""",
}


@requires_transaction
def _require_same(count: int) -> None:
    same = rows(
        "SELECT count(*) FROM to_be_awarded t JOIN intake_listedline l ON l.number = t.number AND l.nik_index = t.nik_index"
    )
    if same[0][0] != count:
        raise Refused("list_changed")


@requires_transaction
def _select_applications(*, wave_id: uuid.UUID, at: datetime) -> None:
    """Each person's application of this wave, now selected; made for those who are listed without one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO intake_application (id, person_id, wave_id, status, joined_at) "
            "SELECT application_id, person_id, %s, 'waiting', %s FROM to_be_awarded ON CONFLICT (person_id, wave_id) DO NOTHING",
            [wave_id, at],
        )
        cursor.execute(
            "UPDATE to_be_awarded t SET application_id = a.id FROM intake_application a "
            "WHERE a.person_id = t.person_id AND a.wave_id = %s AND a.id <> t.application_id AND NOT t.is_new",
            [wave_id],
        )
        # The planner must not guess from the status: nearly nobody waits when it counts, so it reads the whole table for the
        # one row that it expects, and finds a chunk's two thousand.
        cursor.execute(
            "UPDATE intake_application a SET status = 'selected', decided_at = %s FROM to_be_awarded t "
            "WHERE a.person_id = t.person_id AND a.id = t.application_id AND a.status || '' = ANY(%s)",
            [at, list(APPLICATION_STATES.sources("select"))],
        )
