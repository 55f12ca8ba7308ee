"""A recovery wave: seats that came back are given on by the places that were drawn, decided by two operators (draw.md 9).

A seat comes back when its award was revoked, annulled or withdrawn and nothing was bought with it, so that the whole benefit
is the programme's again, or when its winner was dropped. Each comes back once. Who left, was excluded for life, holds an award
otherwise, or is of a family card whose places other waves have given since, does not get one (`declined`). What was prepared is reckoned again when it is confirmed: if somebody's award ended or
somebody left in between, it is prepared anew. Those who are recalled have a decree, a moment and a deadline of their own.

Reads: awards_award, awards_blacklist, intake_application, people_person.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import connection

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.awards.states import AWARD_STATES
from prakerja.draw.awarding import announcement_of, decide, require_terms
from prakerja.draw.log import log_document
from prakerja.draw.models import Awarding, Draw
from prakerja.draw.models.steps import RECALL
from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol.seats import NATIONAL, plan_of
from prakerja.draw.protocol.texts import document_text
from prakerja.draw.seating import seat_again
from prakerja.draw.states import AWARDING_STATES
from prakerja.draw.steps import (
    Prepared,
    confirm_step,
    document,
    keep_document,
    lock_draw,
    prepare_step,
    require_status,
    was_confirmed,
)
from prakerja.draw.turns import require_turn
from prakerja.draw.writing import write_recall
from prakerja.kernel.db import copied_out, requires_transaction, rows, transaction
from prakerja.kernel.errors import Refused

# Every seat of a winner or a recalled one that came back, with the pool that it is of.
_BACK = f"""
CREATE TEMPORARY TABLE draw_back ON COMMIT DROP AS
SELECT e.number, coalesce(nullif(r.pool, ''), o.pool) AS pool
  FROM draw_entry e
  JOIN draw_outcome o ON o.draw_id = '{{draw}}' AND o.number = e.number
  LEFT JOIN draw_recalled r ON r.draw_id = '{{draw}}' AND r.number = e.number
  LEFT JOIN awards_award a ON a.person_id = e.person_id AND a.wave_id = '{{wave}}'
  LEFT JOIN draw_dropped d ON d.draw_id = '{{draw}}' AND d.number = e.number
 WHERE e.applicants_id = '{{list}}' AND (o.kind = 'W' OR r.number IS NOT NULL)
   AND (d.number IS NOT NULL OR a.status IN {AWARD_STATES.sql("TAKEN_BACK")} AND a.first_purchase_at IS NULL)"""
_DECLINED = """
CREATE TEMPORARY TABLE draw_declined ON COMMIT DROP AS
SELECT e.number
  FROM draw_entry e
  JOIN intake_application a ON a.person_id = e.person_id AND a.id = e.application_id
 WHERE e.applicants_id = '{list}' AND e.mark = ''
   AND (a.status = 'withdrawn'
        OR EXISTS (SELECT 1 FROM draw_dropped d WHERE d.draw_id = '{draw}' AND d.number = e.number)
        OR a.status <> 'selected' AND (EXISTS (SELECT 1 FROM awards_blacklist b WHERE b.person_id = e.person_id)
                                       OR EXISTS (SELECT 1 FROM awards_award w WHERE w.person_id = e.person_id)))"""

# Of the seats that came back those that no recall before this one gave on.
_FRESH = """
CREATE TEMPORARY TABLE draw_fresh ON COMMIT DROP AS
SELECT b.number, b.pool FROM draw_back b
 WHERE NOT EXISTS (SELECT 1 FROM draw_released r WHERE r.draw_id = '{draw}' AND r.number = b.number)"""
# What is published of a recall: where each list stands within the transaction. There may be millions.
_LISTS = {
    "released": "draw_fresh",
    "declined": "draw_declined",
    "awarded": "(SELECT l.number, t.pool FROM draw_taken t JOIN draw_line l ON l.position = t.position)",
}
_TICKETS = """
SELECT encode(e.ticket, 'hex') FROM draw_entry e JOIN {source} given ON given.number = e.number
 WHERE e.applicants_id = '{list}' ORDER BY e.number"""
_KEPT = """(id, draw_id, number, recall, pool)
SELECT gen_random_uuid(), %s, given.number, %s, given.pool FROM {source} given"""


# Since the list was made, other waves gave awards to these family cards: as many of a card's rows may still be recalled, in line, as the cap
# leaves them; the others are passed over like those who declined.
_FAMILY_FULL = """
INSERT INTO draw_declined
SELECT number FROM (
    SELECT e.number, {cap} - held.people - coalesce(mine.people, 0) AS left_over,
           row_number() OVER (PARTITION BY p.family_card_index ORDER BY o.position) AS place
      FROM draw_entry e
      JOIN people_person p ON p.id = e.person_id
      JOIN draw_outcome o ON o.draw_id = '{draw}' AND o.number = e.number AND o.kind <> 'W'
      JOIN (SELECT own.family_card_index AS card, count(*) AS people
              FROM people_person own
             WHERE EXISTS (SELECT 1 FROM awards_award w WHERE w.person_id = own.id AND w.wave_id <> '{wave}')
               AND own.family_card_index IN (
                   SELECT since.family_card_index FROM awards_award w JOIN people_person since ON since.id = w.person_id
                    WHERE w.wave_id <> '{wave}' AND w.awarded_at >= '{begun}')
             GROUP BY 1) held ON held.card = p.family_card_index
      LEFT JOIN (SELECT won.family_card_index AS card, count(*) AS people
                   FROM awards_award w
                   JOIN people_person won ON won.id = w.person_id
                   JOIN draw_entry seat ON seat.applicants_id = '{list}' AND seat.person_id = w.person_id
                  WHERE w.wave_id = '{wave}'
                    AND ({counts} OR NOT EXISTS (SELECT 1 FROM draw_back b WHERE b.number = seat.number))
                  GROUP BY 1) mine ON mine.card = p.family_card_index
     WHERE e.applicants_id = '{list}' AND e.mark = ''
       AND NOT EXISTS (SELECT 1 FROM draw_recalled r WHERE r.draw_id = '{draw}' AND r.number = e.number)
       AND NOT EXISTS (SELECT 1 FROM draw_declined d WHERE d.number = e.number)) of_card
 WHERE place > left_over"""


@dataclass(frozen=True)
class _Given:
    """What a recall does, as it stands now, counted. Which rows these are stands in tables of the transaction: `_LISTS`."""

    number: int
    content: bytes
    released: int
    awarded: int
    unfilled: int


@permitted("draw.prepare")
def prepare_recall(
    *, draw_name: str, decree_number: str, announced_at: datetime, actor: Actor, at: datetime
) -> Prepared:
    """Propose who gets the seats that came back since the draw or the recall before, by which decree, and when they are told.

    Raises Refused: not_permitted, operator_needed, draw_unknown, draw_elsewhere (status), awards_unfinished (the round before is not through),
    other_draw_under_way (draw; another wave's list knows what families have left now), nothing_released, nobody_to_recall, announcement_not_ahead, and as `awarding.prepare_awards`.
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        given = _given(draw)
        terms = require_terms(
            announcement=announcement_of(draw, decree_number, announced_at, people=given.awarded, recall=given.number),
            is_short_deadline_confirmed=True,
            at=at,
        )
        name = f"{RECALL}{given.number}"
        text = document_text(origin=draw.origin, about=draw.name, name=name, content=given.content)
        return prepare_step(
            draw=draw,
            step=name,
            content=given.content,
            texts={name: text},
            terms={**terms, "recall": given.number, "released": given.released, "unfilled": given.unfilled},
            actor=actor,
            at=at,
        )


@permitted("draw.confirm")
def confirm_recall(
    *, draw_name: str, digest: str, actor: Actor, at: datetime, is_short_deadline_confirmed: bool = False
) -> None:
    """Decide what another operator proposed: the document is signed and logged, and at its moment those recalled are awarded.

    Said again it changes nothing. Raises Refused: not_permitted, operator_needed, draw_unknown, nothing_prepared, same_operator, step_changed,
    recall_changed (other seats came back, or somebody left: prepare it again), and as `prepare_recall` and `awarding.confirm_awards`.
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        last = Awarding.objects.filter(draw=draw).exclude(status="cancelled").order_by("-recall").first()
        if last is not None and was_confirmed(draw=draw, step=f"{RECALL}{last.recall}", digest=digest, actor=actor):
            return
        given = _given(draw)
        name = f"{RECALL}{given.number}"
        taken = confirm_step(draw=draw, step=name, digest=digest, actor=actor, at=at)
        if bytes(taken.content) != given.content:
            raise Refused("recall_changed")
        keep_document(draw=draw, name=name, content=given.content, at=at)
        log_document(content=given.content, at=at)
        with connection.cursor() as cursor:
            of: list[uuid.UUID | int] = [draw.id, given.number]
            cursor.execute(f"INSERT INTO draw_released {_KEPT.format(source=_LISTS['released'])}", of)
            cursor.execute(f"INSERT INTO draw_recalled {_KEPT.format(source=_LISTS['awarded'])}", of)
        decide(
            draw=draw,
            terms=taken.terms,
            recall=given.number,
            unfilled=given.unfilled,
            actor=actor,
            is_short_deadline_confirmed=is_short_deadline_confirmed,
            at=at,
        )
        # Within the transaction, so that whoever is killed leaves either both or files that the next one writes again.
        write_recall(draw=draw, recall=given.number, lists={name: _tickets(draw, name) for name in _LISTS})


@requires_transaction
def _given(draw: Draw) -> _Given:
    require_status(draw, "published")
    require_turn(draw)
    last = Awarding.objects.filter(draw=draw).exclude(status="cancelled").order_by("-recall").first()
    if last is None or last.status != AWARDING_STATES.target("finish"):
        raise Refused("awards_unfinished")
    assert draw.applicants is not None
    rules = docs.Rules.read(document(draw_id=draw.id, name="rules"))
    words = {
        "draw": draw.id,
        "list": draw.applicants.id,
        "wave": draw.wave_id,
        "cap": rules.family_cap,
        "counts": str(rules.released_counts).lower(),
        "begun": draw.applicants.begun_at.isoformat(),
    }
    with connection.cursor() as cursor:
        # Whoever asks twice in one transaction asks anew.
        cursor.execute("DROP TABLE IF EXISTS draw_back, draw_fresh, draw_declined, draw_line, draw_taken, draw_asked")
        # A statement that makes a table takes no parameters; these are identifiers of ours.
        cursor.execute(_BACK.format(**words))
        cursor.execute(_DECLINED.format(**words))
        cursor.execute(_FAMILY_FULL.format(**words))
        cursor.execute(_FRESH.format(**words))
        cursor.execute("ANALYZE draw_back, draw_fresh, draw_declined")
    seats = Counter(dict(rows("SELECT pool, count(*) FROM draw_fresh GROUP BY pool")))
    released = seats.total()
    seats[NATIONAL] += last.unfilled
    if not sum(seats.values()):
        raise Refused("nothing_released")
    awarded, unfilled = seat_again(
        draw_id=draw.id,
        list_id=draw.applicants.id,
        plan=plan_of(rules),
        seats=seats,
        released_counts=rules.released_counts,
    )
    if not awarded:
        raise Refused("nobody_to_recall")
    recall = docs.Recall(
        draw=draw.name,
        recall=last.recall + 1,
        result=sha256(document(draw_id=draw.id, name="result")).hexdigest(),
        released=_hashed(_tickets(draw, "released")),
        declined=_hashed(_tickets(draw, "declined")),
        awarded=_hashed(_tickets(draw, "awarded")),
    )
    return _Given(recall.recall, recall.spelled(), released, awarded, unfilled)


def _tickets(draw: Draw, name: str) -> AbstractContextManager[Iterator[bytes]]:
    """The tickets of one of the lists in hex, in the list's order: read as they are used."""
    return copied_out([_TICKETS.format(list=uuid.UUID(str(draw.applicants_id)), source=_LISTS[name])])


def _hashed(read: AbstractContextManager[Iterator[bytes]]) -> docs.Tickets:
    hashed, count = sha256(), 0
    with read as lines:
        for line in lines:
            hashed.update(line + b"\n")
            count += 1
    return docs.Tickets(count=count, sha256=hashed.hexdigest())
