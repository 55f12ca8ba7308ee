"""Whoever joined a wave and stands in no list of its results was not selected, and is told why, once.

Reads: awards_award, awards_blacklist, people_nikclaim, people_person, programmes_schemeversion, rosters_listednik.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from prakerja.intake.eligibility import Reason, rosters_against
from prakerja.intake.models import Application
from prakerja.intake.policies import QUOTA_FULL
from prakerja.intake.states import APPLICATION_STATES
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import requires_transaction, row, rows, transaction, update_rows
from prakerja.kernel.due import CHUNK
from prakerja.kernel.looks import Question
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.rosters.queries import counting


@requires_transaction
def keep_reasons(*, wave_id: uuid.UUID) -> None:
    """A line of the list that was rejected says why its person was not selected; the lines leave with the import."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_application a SET reason = l.reason FROM intake_listedline l "
            "WHERE l.fate = 'rejected' AND l.reason = ANY(%s) AND a.person_id = l.known AND a.wave_id = %s AND a.status = ANY(%s)",
            [[str(one) for one in Reason], wave_id, list(APPLICATION_STATES.sources("turn_down"))],
        )


@requires_transaction
def let_rest_be_told(*, wave_id: uuid.UUID, at: datetime) -> None:
    """From now on, and not before the wave is closed and announced. A list of which nobody was accepted announces nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_wave SET rest_due_at = greatest(%s, closes_at, announced_at) "
            "WHERE id = %s AND announced_at IS NOT NULL AND rest_due_at IS NULL",
            [at, wave_id],
        )


# An import that was cut off may still select them.
_DUE = """
  FROM intake_wave wave
 WHERE wave.rest_due_at IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM intake_resultimport i WHERE i.wave_id = wave.id AND i.status = 'awarding')
   AND EXISTS (SELECT 1 FROM intake_application a WHERE a.wave_id = wave.id AND a.status = 'waiting')"""

# The reason is what is known at this moment: something may have happened since they joined. Of several rosters that exclude
# somebody the one whose reason comes first counts, as `eligibility.Reason` has them.
_TURN_DOWN = f"""
WITH waiting AS (
    SELECT a.person_id, a.id, wave.number, (scheme.data #>> '{{eligibility,kk_max_recipients}}')::integer AS kk_max
      FROM intake_application a
      JOIN intake_wave wave ON wave.id = a.wave_id
      JOIN programmes_schemeversion scheme ON scheme.id = wave.scheme_version_id
     WHERE a.status = 'waiting' AND a.wave_id = %(wave)s
     ORDER BY a.id LIMIT %(chunk)s FOR NO KEY UPDATE OF a SKIP LOCKED)
UPDATE intake_application a
   SET status = 'not_selected', decided_at = %(at)s,
       reason = CASE WHEN a.reason <> '' THEN a.reason
                     WHEN EXISTS (SELECT 1 FROM awards_blacklist b WHERE b.person_id = a.person_id) THEN '{Reason.BLACKLIST}'
                     WHEN EXISTS (SELECT 1 FROM awards_award w WHERE w.person_id = a.person_id) THEN '{Reason.PERNAH_MENERIMA}'
                     WHEN against.reason IS NOT NULL THEN against.reason
                     WHEN (SELECT count(*) FROM people_person own
                             JOIN people_person other ON other.family_card_index = own.family_card_index AND other.id <> own.id
                            WHERE own.id = a.person_id
                              AND EXISTS (SELECT 1 FROM awards_award w WHERE w.person_id = other.id)) >= waiting.kk_max
                     THEN '{Reason.KK_PENUH}' ELSE '{QUOTA_FULL}' END
  FROM waiting
  LEFT JOIN LATERAL (
       SELECT said.reason
         FROM people_nikclaim c
         JOIN rosters_listednik r ON r.nik_index = c.index
         JOIN unnest(%(versions)s::integer[], %(reasons)s::text[]) WITH ORDINALITY AS said (version, reason, place)
           ON said.version = r.version
        WHERE c.person_id = waiting.person_id
        ORDER BY said.place LIMIT 1) against ON true
 WHERE a.person_id = waiting.person_id AND a.id = waiting.id
RETURNING a.person_id, a.id, waiting.number"""


# The instant at which somebody may be told that they were not selected.
next_rest = Question(f"SELECT min(wave.rest_due_at) {_DUE}")


def rest_left(at: datetime) -> int:
    """How many wait for that."""
    found = row(
        "SELECT count(*) FROM intake_application one JOIN intake_wave whose ON whose.id = one.wave_id "
        f"WHERE one.status = 'waiting' AND whose.id IN (SELECT wave.id {_DUE} AND wave.rest_due_at <= %s)",
        [at],
    )
    return int(found[0]) if found else 0


def turn_down_some(*, at: datetime) -> int | None:
    """Some of those who were not selected, each told by SMS and on the dashboard; None when nobody waits."""
    with transaction():
        due = rows(
            f"SELECT wave.id, wave.scheme_version_id {_DUE} AND wave.rest_due_at <= %s ORDER BY wave.number LIMIT 1",
            [at],
        )
        if not due:
            return None
        ((wave_id, scheme_version_id),) = due
        against = _rosters_against(scheme_version_id, at)
        found = rows(
            _TURN_DOWN,
            {
                "wave": wave_id,
                "chunk": CHUNK,
                "at": at,
                "versions": [version for version, _ in against],
                "reasons": [str(reason) for _, reason in against],
            },
        )
        queue_many(
            template="wave_not_selected",
            channels=("sms", "dashboard"),
            notices=[Notice(person, {"wave": number}, f"wave_not_selected:{one}") for person, one, number in found],
            at=at,
            may_be_known=True,
        )
    return len(found) or None


def _rosters_against(scheme_version_id: uuid.UUID, at: datetime) -> list[tuple[int, Reason]]:
    """The versions that count now and exclude people under a scheme, each with its reason, in the order of reasons."""
    eligibility = scheme(scheme_version_id=scheme_version_id).eligibility
    day = at.astimezone(WIB).date()
    order = list(Reason)
    found = [
        (one.short, reason)
        for one in counting(at=at)
        for _, reason in rosters_against(rosters=[one.roster], eligibility=eligibility, on=day)
    ]
    return sorted(found, key=lambda one: order.index(one[1]))


class TurnedDown(NamedTuple):
    """Somebody who was not selected: why, and by which message with which parameters they are told."""

    person_id: uuid.UUID
    application_id: uuid.UUID
    reason: str
    template: str
    parameters: Mapping[str, Any]


@requires_transaction
def lock_waiting(*, wave_id: uuid.UUID, most: int, after: uuid.UUID) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Some who still wait for a wave's results, as (person, application), in the order of their applications' ids and after this one.

    They wait for whoever asked until the transaction ends.
    """
    return rows(
        "SELECT person_id, id FROM intake_application WHERE wave_id = %s AND status = 'waiting' AND id > %s ORDER BY id LIMIT %s "
        "FOR NO KEY UPDATE SKIP LOCKED",
        [wave_id, after, most],
    )


@requires_transaction
def turn_down(*, told: Sequence[TurnedDown], at: datetime) -> None:
    """Turn down those who were locked by `lock_waiting`, each told once by SMS and on the dashboard."""
    if not told:
        return
    update_rows(
        Application,
        keys=["person_id", "id"],
        each={
            "person_id": [one.person_id for one in told],
            "id": [one.application_id for one in told],
            "reason": [one.reason for one in told],
        },
        same={"status": APPLICATION_STATES.target("turn_down"), "decided_at": at},
    )
    for template, some in itertools.groupby(sorted(told, key=lambda one: one.template), key=lambda one: one.template):
        queue_many(
            template=template,
            channels=("sms", "dashboard"),
            notices=[
                Notice(one.person_id, dict(one.parameters), f"wave_not_selected:{one.application_id}") for one in some
            ],
            at=at,
            may_be_known=True,
        )
