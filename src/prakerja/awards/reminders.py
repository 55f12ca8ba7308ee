"""Reminders to buy before the deadline: at 09:00 WIB, 7, 3 and 1 days before (rules.md 13.1)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.awards.models import Award
from prakerja.kernel.db import transaction
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import reminder_instants

# People who are reminded in one transaction.
CHUNK = 1000


@dataclass(frozen=True)
class Waiting:
    """Everybody with the same deadline, scheme, list and last reminder: a handful of groups, however large the wave."""

    deadline_at: datetime
    scheme_version_id: uuid.UUID
    awarded_at: datetime
    reminded_at: datetime | None

    def next_instant(self) -> datetime | None:
        return min(self._later_instants(), default=None)

    def last_instant(self, *, until: datetime) -> datetime | None:
        """The latest reminder that is due by then: what was missed before it says nothing that it does not say."""
        return max((instant for instant in self._later_instants() if instant <= until), default=None)

    def _later_instants(self) -> list[datetime]:
        instants = reminder_instants(
            scheme=scheme(scheme_version_id=self.scheme_version_id),
            announced_at=self.awarded_at,
            deadline_at=self.deadline_at,
        )
        return [instant for instant in instants if self.reminded_at is None or instant > self.reminded_at]


def waiting_groups() -> list[Waiting]:
    """Groups of people who have not bought yet."""
    groups = (
        Award.objects.filter(status="active", first_purchase_at=None)
        .order_by()
        .values_list("purchase_deadline_at", "scheme_version_id", "awarded_at", "reminded_at")
        .distinct()
    )
    return [Waiting(*group) for group in groups]


def remind_to_buy(*, group: Waiting, due_at: datetime, at: datetime, chunk: int = CHUNK) -> int:
    """Tell each person of a group once that the deadline is near, with its exact date and hour. Returns how many.

    A chunk at a time, each a transaction: a wave is hundreds of thousands, and whoever is interrupted goes on with the rest.
    People who bought meanwhile are not in the locked rows any more; a second runner finds none. When the deadline has
    passed (nobody sent what was due), nobody is told to hurry: the reminder counts as over, and that is all.
    """
    reminded, after = 0, uuid.UUID(int=0)
    while done := _remind_some(group=group, due_at=due_at, at=at, after=after, most=chunk):
        reminded, after = reminded + len(done), done[-1]
    return reminded


def _remind_some(*, group: Waiting, due_at: datetime, at: datetime, after: uuid.UUID, most: int) -> list[uuid.UUID]:
    with transaction():
        awards = list(
            Award.objects.select_for_update(no_key=True, skip_locked=True)
            .filter(
                id__gt=after,
                status="active",
                first_purchase_at=None,
                purchase_deadline_at=group.deadline_at,
                scheme_version_id=group.scheme_version_id,
                awarded_at=group.awarded_at,
                reminded_at=group.reminded_at,
            )
            .order_by("id")[:most]
        )
        told = awards if at < group.deadline_at else []
        queue_many(
            template="deadline_reminder",
            channels=("sms", "dashboard"),
            notices=[
                Notice(
                    award.person_id,
                    {"deadline": award.purchase_deadline_at.isoformat()},
                    f"reminder:{award.id}:{due_at.isoformat()}",
                )
                for award in told
            ],
            at=at,
            may_be_known=True,
        )
        Award.objects.filter(id__in=[award.id for award in awards]).update(reminded_at=due_at)
    return [award.id for award in awards]
