"""The rows of a list while it is imported: brought in by COPY, then decided together, a statement for each question.

What Python holds of a list is a few thousand rows, whatever its length.

Reads: awards_award, awards_blacklist, people_contactclaim, people_nikclaim, people_person.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from prakerja.intake.policies import born_until
from prakerja.intake.result_rows import ResultRow, identity_of
from prakerja.kernel.db import requires_transaction, rows
from prakerja.kernel.packing import Packed, copy_packed, packed_day, packed_int, packed_row, packed_small
from prakerja.kernel.secrets import blind_index
from prakerja.people.policies import EDUCATION
from prakerja.programmes.schemes import Scheme

# So many are looked up at a time where Python goes over them.
PAGE = 5_000
# More rows than this leave by TRUNCATE, which takes no time and locks the table for a moment.
_FEW = 20_000
_COPY = (
    "COPY intake_listedline (number, fate, reason, differing, nik_index, family_index, phone_index, email_index, name, "
    "birth_date, province_code, education) FROM STDIN (FORMAT BINARY)"
)


@dataclass(frozen=True)
class Batch:
    """Some rows of a list as they are handed to another process. `first` is the number of the first of them."""

    first: int
    rows: tuple[ResultRow, ...]
    is_demo: bool


class Verdict(NamedTuple):
    """What became of a row that somebody is told of."""

    number: int
    fate: str
    reason: str
    differing: str
    known: uuid.UUID | None


@dataclass(frozen=True)
class Counts:
    """Of all rows; `awarded_different` are some of `to_award`."""

    to_award: int
    already: int
    different: int
    awarded_different: int
    rejected: int


def pack_lines(batch: Batch) -> bytes:
    """The rows as they are kept while the list is decided. Needs keys and no database."""
    return b"".join(
        packed_row(_packed(number, row, is_demo=batch.is_demo)) for number, row in enumerate(batch.rows, batch.first)
    )


def _packed(number: int, row: ResultRow, *, is_demo: bool) -> list[Packed]:
    identity, problem = identity_of(row, is_demo=is_demo)
    if identity is None:
        return [packed_int(number), b"rejected", problem.encode(), b"", *(None,) * 8]
    return [
        packed_int(number),
        b"",
        b"",
        b"",
        blind_index("nik", identity.nik),
        blind_index("family_card", identity.family_card_number),
        blind_index("phone", identity.phone),
        blind_index("email", identity.email) if identity.email else None,
        identity.name.encode(),
        packed_day(identity.birth_date),
        identity.province_code.encode(),
        packed_small(EDUCATION[identity.education]),
    ]


@requires_transaction
def keep_lines(packed: bytes) -> None:
    """Keep what `pack_lines` packed."""
    copy_packed(_COPY, [packed])


@requires_transaction
def clear_lines() -> None:
    """Nothing of a list stays when it is through."""
    is_long = bool(rows("SELECT 1 FROM intake_listedline OFFSET %s LIMIT 1", [_FEW]))
    # Only whoever owns the tables may: a worker of a production takes each row away.
    is_long = is_long and rows("SELECT has_table_privilege('intake_listedline', 'TRUNCATE')")[0][0]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE intake_listedline" if is_long else "DELETE FROM intake_listedline")


@requires_transaction
def decide_lines(*, wave_id: uuid.UUID, rules: Scheme, on: date, count: int) -> None:
    """Decide every row by what is known at this moment, as if they came one after the other (rules.md 3.4).

    `on` is the day of the announcement (WIB), on which ages count; `count` is how many rows there are.
    """
    if count > _FEW:
        # Just filled: without it the plans below are made for an empty table.
        _run("ANALYZE intake_listedline")
    _reject(_twice(), "twice_in_file")
    _run(
        "UPDATE intake_listedline l SET known = c.person_id FROM people_nikclaim c WHERE c.index = l.nik_index AND l.fate = ''"
    )
    _run(_DIFFERING)
    _run(_HERE, {"wave": wave_id})
    limits = {
        "wave": wave_id,
        "lifetime_once": rules.eligibility.lifetime_once,
        "youngest": born_until(age=rules.eligibility.age_min, on=on),
        "too_old": None if rules.eligibility.age_max is None else born_until(age=rules.eligibility.age_max + 1, on=on),
    }
    _run(_EXCLUDED, limits)
    _run(_CROWDED, {"most": rules.eligibility.kk_max_recipients})


# What the list says otherwise than we do, by the names of `Identity`. Sealed values are compared by their indexes; without an
# e-mail address it says nothing about one.
_DIFFERING = """
UPDATE intake_listedline l SET differing = found.differing
  FROM (SELECT line.number,
               concat_ws(' ',
                   CASE WHEN person.family_card_index <> line.family_index THEN 'family_card_number' END,
                   CASE WHEN person.name <> line.name THEN 'name' END,
                   CASE WHEN person.birth_date <> line.birth_date THEN 'birth_date' END,
                   CASE WHEN phone.person_id IS DISTINCT FROM person.id THEN 'phone' END,
                   CASE WHEN line.email_index IS NOT NULL AND email.person_id IS DISTINCT FROM person.id THEN 'email' END,
                   CASE WHEN person.province_code <> line.province_code THEN 'province_code' END,
                   CASE WHEN person.education <> line.education THEN 'education' END) AS differing
          FROM intake_listedline line
          JOIN people_person person ON person.id = line.known
          LEFT JOIN people_contactclaim phone ON phone.kind = 'phone' AND phone.index = line.phone_index
          LEFT JOIN people_contactclaim email ON email.kind = 'email' AND email.index = line.email_index) found
 WHERE found.number = l.number AND found.differing <> ''"""

# Whoever holds an award of this wave is passed over, whatever else may be said of them.
_HERE = """
UPDATE intake_listedline l SET fate = CASE WHEN l.differing = '' THEN 'already' ELSE 'different' END
 WHERE l.fate = '' AND l.known IS NOT NULL
   AND EXISTS (SELECT 1 FROM awards_award a WHERE a.person_id = l.known AND a.wave_id = %(wave)s)"""

_EXCLUDED = """
UPDATE intake_listedline l SET fate = 'rejected', reason = found.reason, differing = ''
  FROM (SELECT line.number,
               CASE WHEN EXISTS (SELECT 1 FROM intake_application a
                                  WHERE a.person_id = line.known AND a.wave_id = %(wave)s AND a.status = 'withdrawn')
                    THEN 'withdrawn'
                    WHEN EXISTS (SELECT 1 FROM awards_blacklist b WHERE b.nik_index = line.nik_index) THEN 'BLACKLIST'
                    WHEN %(lifetime_once)s AND EXISTS (SELECT 1 FROM awards_award a WHERE a.person_id = line.known)
                    THEN 'PERNAH_MENERIMA'
                    WHEN line.birth_date > %(youngest)s OR line.birth_date <= %(too_old)s THEN 'USIA' END AS reason
          FROM intake_listedline line WHERE line.fate = '') found
 WHERE found.number = l.number AND found.reason IS NOT NULL"""

# A family card has its places in the order of the list; who cannot be reached at an address of their own takes none.
_CROWDED = """
WITH standing AS (
    SELECT number, family_index,
           known IS NULL AND (
               EXISTS (SELECT 1 FROM people_contactclaim c WHERE c.kind = 'phone' AND c.index = line.phone_index)
               OR EXISTS (SELECT 1 FROM people_contactclaim c WHERE c.kind = 'email' AND c.index = line.email_index)
           ) AS is_taken
      FROM intake_listedline line WHERE fate = ''),
held AS (
    SELECT person.family_card_index AS family_index, count(*) AS recipients
      FROM (SELECT DISTINCT family_index FROM standing) families
      JOIN people_person person ON person.family_card_index = families.family_index
     WHERE EXISTS (SELECT 1 FROM awards_award a WHERE a.person_id = person.id)
     GROUP BY 1),
found AS (
    SELECT number, is_taken,
           coalesce(recipients, 0) + count(*) FILTER (WHERE NOT is_taken) OVER (
               PARTITION BY family_index ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM standing LEFT JOIN held USING (family_index))
UPDATE intake_listedline l
   SET fate = 'rejected', differing = '',
       reason = CASE WHEN found.before >= %(most)s THEN 'KK_PENUH' ELSE 'contact_of_other_person' END
  FROM found
 WHERE found.number = l.number AND (found.is_taken OR found.before >= %(most)s)"""

_MEETING = """
SELECT number, nik_index, phone_index, email_index
  FROM intake_listedline
 WHERE fate = ''
   AND (nik_index IN (SELECT nik_index FROM intake_listedline WHERE fate = '' GROUP BY 1 HAVING count(*) > 1)
        OR phone_index IN (SELECT phone_index FROM intake_listedline WHERE fate = '' GROUP BY 1 HAVING count(*) > 1)
        OR email_index IN (SELECT email_index FROM intake_listedline WHERE fate = '' AND email_index IS NOT NULL
                            GROUP BY 1 HAVING count(*) > 1))
 ORDER BY number"""


def _twice() -> Iterator[int]:
    """Rows that have a NIK, phone or address of a row above them that was not such a row itself.

    Only those that meet another one come here, one after the other; the fates that they get may be written meanwhile.
    """
    seen: set[int] = set()
    # A cursor of the server's: it keeps the rows, as they were when it was opened.
    with connection.chunked_cursor() as cursor:
        cursor.execute(_MEETING)
        while found := cursor.fetchmany(PAGE):
            for number, *indexes in found:
                keys = {hash((kind, bytes(index))) for kind, index in enumerate(indexes) if index is not None}
                if keys & seen:
                    yield number
                else:
                    seen |= keys


@requires_transaction
def _reject(numbers: Iterable[int], reason: str) -> None:
    waiting: list[int] = []
    for number in numbers:
        waiting.append(number)
        if len(waiting) == PAGE:
            reject_lines(numbers=waiting, reason=reason)
            waiting = []
    if waiting:
        reject_lines(numbers=waiting, reason=reason)


@requires_transaction
def reject_lines(*, numbers: Sequence[int], reason: str) -> None:
    """These rows are rejected after all."""
    _run(
        "UPDATE intake_listedline SET fate = 'rejected', reason = %(reason)s, differing = '' WHERE number = ANY(%(numbers)s)",
        {"reason": reason, "numbers": list(numbers)},
    )


@requires_transaction
def _run(sql: str, parameters: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def counts() -> Counts:
    """How many rows have which fate."""
    found: Counter[tuple[str, bool]] = Counter()
    for fate, differs, count in rows("SELECT fate, differing <> '', count(*) FROM intake_listedline GROUP BY 1, 2"):
        found[fate, differs] = count
    return Counts(
        to_award=found["", False] + found["", True],
        already=found["already", False],
        different=found["different", True],
        awarded_different=found["", True],
        rejected=found["rejected", False],
    )


def verdicts() -> Iterator[Verdict]:
    """The rows that somebody is told of, in the order of the list, a page at a time."""
    after = 0
    while page := rows(
        "SELECT number, fate, reason, differing, known FROM intake_listedline "
        "WHERE number > %s AND (fate = 'rejected' OR differing <> '') ORDER BY number LIMIT %s",
        [after, PAGE],
    ):
        yield from (Verdict(*one) for one in page)
        after = page[-1][0]


def accepted(*, after: int) -> Iterator[tuple[int, uuid.UUID | None]]:
    """The rows below `after` whose people are awarded, with who they are already, in the order of the list."""
    while page := rows(
        "SELECT number, known FROM intake_listedline WHERE number > %s AND fate = '' ORDER BY number LIMIT %s",
        [after, PAGE],
    ):
        yield from ((number, known) for number, known in page)
        after = page[-1][0]
