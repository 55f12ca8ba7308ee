"""Read awards, their cards, the blacklist, and who has not been told of an award.

Reads: notifications_message, people_person.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Min

from prakerja.awards.cards import index_of, open_card_number
from prakerja.awards.facts import AwardFacts, facts_of
from prakerja.awards.models import Award, DeadlineMove
from prakerja.awards.states import AWARD_STATES
from prakerja.kernel.db import hot_row, rows
from prakerja.notifications.states import MESSAGE_STATES
from prakerja.notifications.templates import URGENT


class CardRoute(NamedTuple):
    person_id: uuid.UUID
    award_id: uuid.UUID
    scheme_version_id: uuid.UUID


def award_of_card(*, card_number: str) -> CardRoute | None:
    """Person, award and rules behind a card number: the route of send-otp. None when nobody has that number."""
    found = hot_row(
        "SELECT award.person_id, award.id, award.scheme_version_id FROM awards_cardclaim claim "
        "JOIN awards_award award ON award.person_id = claim.person_id AND award.id = claim.award_id WHERE claim.index = %s",
        [index_of(card_number)],
    )
    return CardRoute(*found) if found else None


def award(*, person_id: uuid.UUID, award_id: uuid.UUID) -> AwardFacts:
    """One award of a person, as it stands."""
    return facts_of(Award.objects.get(person_id=person_id, id=award_id))


# What AwardFacts holds, and nothing that is sealed: of a payday's thousands nobody makes objects.
_FACTS = tuple(field.name for field in fields(AwardFacts))


def awards(*, award_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, AwardFacts]:
    """Many awards, as they stand, by their ids."""
    return {
        found[0]: AwardFacts(*found) for found in Award.objects.filter(id__any_of=set(award_ids)).values_list(*_FACTS)
    }


def running_awards(*, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, AwardFacts]:
    """`running_award` of many people, by person; nobody without one is in it."""
    running = Award.objects.filter(person_id__any_of=set(person_ids), status__in=AWARD_STATES.group("LIVE"))
    return {found.person_id: facts_of(found) for found in running}


def waived_trainings(*, held: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, datetime]:
    """Since when the incentive of these awards, as (person, award), asks for no training; who must have one is not in it."""
    found = rows(
        "SELECT award.id, award.training_waived_at FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)"
        " JOIN awards_award award ON award.person_id = given.person_id AND award.id = given.id"
        " WHERE award.training_waived_at IS NOT NULL",
        [[person_id for person_id, _ in held], [award_id for _, award_id in held]],
    )
    return dict(found)


def current_award(*, person_id: uuid.UUID) -> AwardFacts | None:
    """The latest award of a person, running or ended; None when the person was never selected."""
    found = Award.objects.filter(person_id=person_id).order_by("-awarded_at").first()
    return None if found is None else facts_of(found)


def running_award(*, person_id: uuid.UUID) -> AwardFacts | None:
    """The award that a person holds now, active or suspended; None when there is none or it has ended."""
    found = Award.objects.filter(person_id=person_id, status__in=AWARD_STATES.group("LIVE")).first()
    return None if found is None else facts_of(found)


def people_with_deadline(*, wave_id: uuid.UUID, deadline_at: datetime) -> int:
    """How many of a wave have not bought, are not at their end, and have this deadline."""
    live = Award.objects.filter(wave_id=wave_id, status__in=AWARD_STATES.group("LIVE"), first_purchase_at=None)
    return live.filter(purchase_deadline_at=deadline_at).count()


def is_deadline_moving(*, wave_id: uuid.UUID) -> bool:
    """Whether awards of a wave have still to follow a deadline that was moved."""
    return DeadlineMove.objects.filter(wave_id=wave_id, finished_at=None).exists()


class Held(NamedTuple):
    """Revocations of one deadline that wait for an operator. Instants are UTC, the deadline exclusive."""

    deadline_at: datetime
    held_at: datetime
    people: int


def held_revocations() -> list[Held]:
    """What waits for an operator because we were down before the deadline (`holding`), by deadline."""
    waiting = Award.objects.filter(
        status="active", first_purchase_at=None, revocation_held_at__isnull=False, revocation_released_at=None
    )
    found = waiting.order_by().values_list("purchase_deadline_at")
    counted = found.annotate(since=Min("revocation_held_at"), people=Count("id")).order_by("purchase_deadline_at")
    return [Held(*one) for one in counted]


def card_number(*, person_id: uuid.UUID, award_id: uuid.UUID) -> str:
    """The number, opened: for its owner's own page and the sandbox only."""
    sealed = Award.objects.values_list("card_number_enc", flat=True).get(person_id=person_id, id=award_id)
    return open_card_number(sealed, award_id=award_id)


class Suspended(NamedTuple):
    person_id: uuid.UUID
    award_id: uuid.UUID
    name: str
    suspended_at: datetime


_SUSPENDED = """
SELECT award.person_id, award.id, person.name, award.suspended_at
  FROM awards_award award
  JOIN people_person person ON person.id = award.person_id
 WHERE award.status = 'suspended'
 ORDER BY award.suspended_at, award.id
 LIMIT %(most)s"""


def suspended_awards(*, most: int) -> list[Suspended]:
    """Whose award stands still until an operator reinstates or revokes it, the longest first, at most `most`."""
    return [Suspended(*found) for found in rows(_SUSPENDED, {"most": most})]


class Unreached(NamedTuple):
    """`deadline_at` is exclusive."""

    person_id: uuid.UUID
    name: str
    failed_at: datetime
    deadline_at: datetime


# One-time passwords are not counted: their owner sits before the screen and asks for another.
_UNREACHED = f"""
SELECT award.person_id, person.name, max(failed.created_at), award.purchase_deadline_at
  FROM notifications_message failed
  JOIN awards_award award ON award.person_id = failed.person_id
  JOIN people_person person ON person.id = award.person_id
 WHERE failed.channel = 'sms' AND failed.status IN {MESSAGE_STATES.sql("UNREACHED")} AND failed.template <> ALL (%(urgent)s)
   AND award.status = 'active' AND award.first_purchase_at IS NULL AND award.purchase_deadline_at > %(at)s
   AND NOT EXISTS (SELECT 1 FROM notifications_message told
                    WHERE told.person_id = failed.person_id AND told.channel = 'sms' AND told.status IN {MESSAGE_STATES.sql("TOLD")}
                      AND told.created_at > failed.created_at)
 GROUP BY award.person_id, award.id, person.id
 ORDER BY award.purchase_deadline_at, award.person_id
 LIMIT %(most)s"""


def unreached_winners(*, at: datetime, most: int) -> list[Unreached]:
    """Whose SMS failed for good while the first purchase can still be made, the nearest deadline first, at most `most`.

    An SMS that arrived later, whatever it said, takes the person off the list.
    """
    return [Unreached(*found) for found in rows(_UNREACHED, {"urgent": URGENT, "at": at, "most": most})]
