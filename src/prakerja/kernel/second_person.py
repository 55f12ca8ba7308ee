"""What one person prepares and another confirms: its columns, what the database holds of it, and how it is taken back.

It is taken back by whoever prepared it, or by two others: one alone could otherwise keep what others prepared from ever being
confirmed. A row only says here what becomes of it; its owner locks it, saves it and writes the trail.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from django.db import models
from django.db.models import Q

from prakerja.kernel.errors import Refused
from prakerja.kernel.models import KeyedRow

# What `confirm` and `take_back` change.
CONFIRMING = ("confirmed_by", "confirmed_at")
TAKING_BACK = ("replaced_at", "back_asked_by", "back_asked_at")
# Nobody has confirmed it, taken it back or prepared another one instead.
WAITS = Q(confirmed_at=None, replaced_at=None)


class TakingBack(Enum):
    """What becomes of it when somebody wants it taken back; the value ends the name of what the trail says."""

    # It is back.
    DONE = "taken_back"
    # It is written down that they want it; until a second one does it, it may still be confirmed.
    ASKED = "asked_back"
    # They asked before, and still wait for somebody else.
    STILL_ASKED = ""


def taking_back(*, prepared_by: str, asked_by: str, who: str) -> TakingBack:
    """Whoever prepared it does it alone, else whoever is the second to want it; `asked_by` is the first, "" for nobody."""
    if who == prepared_by or asked_by not in ("", who):
        return TakingBack.DONE
    return TakingBack.STILL_ASKED if asked_by else TakingBack.ASKED


class PreparedRow(KeyedRow):
    """One person prepared it, another confirms it. People are operators' ids, as the audit trail keeps them."""

    prepared_by = models.TextField()
    prepared_at = models.DateTimeField()
    confirmed_by = models.TextField(blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)
    # Another one was prepared instead, or it was taken back.
    replaced_at = models.DateTimeField(null=True)
    # Who wants it taken back that another prepared: a second one, whoever prepared it too, does it.
    back_asked_by = models.TextField(blank=True, default="", db_default="")
    back_asked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def confirm(self, *, who: str, at: datetime) -> None:
        """Somebody else confirms it (CONFIRMING). Raises Refused: same_operator."""
        if self.prepared_by == who:
            raise Refused("same_operator")
        self.confirmed_by, self.confirmed_at = who, at

    def take_back(self, *, who: str, at: datetime) -> TakingBack:
        """Somebody wants it taken back (TAKING_BACK)."""
        what = taking_back(prepared_by=self.prepared_by, asked_by=self.back_asked_by, who=who)
        if what is TakingBack.DONE:
            self.replaced_at = at
        elif what is TakingBack.ASKED:
            self.back_asked_by, self.back_asked_at = who, at
        return what


def by_two_people(*, table: str, of: str, one: str = "one_waits") -> list[models.BaseConstraint]:
    """What the database holds: who confirms is another, who asks for it back is another, and one waits of each `of`."""
    confirmed = Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(confirmed_by=models.F("prepared_by"))
    asked = ~Q(back_asked_by="") & Q(back_asked_at__isnull=False) & ~Q(back_asked_by=models.F("prepared_by"))
    return [
        models.CheckConstraint(condition=Q(confirmed_at=None, confirmed_by="") | confirmed, name=f"{table}_two_people"),
        models.CheckConstraint(condition=Q(back_asked_by="", back_asked_at=None) | asked, name=f"{table}_asked_back"),
        models.UniqueConstraint(fields=[of], condition=WAITS, name=f"{table}_{one}"),
    ]
