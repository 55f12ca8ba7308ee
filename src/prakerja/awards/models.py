"""The award that everything of a participant hangs on, its card, the induction videos, and who is excluded for life."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from prakerja.awards.states import AWARD_STATES
from prakerja.kernel.models import (
    KeyedRow,
    OwnedReference,
    PersonRow,
    owned_foreign_key,
    owned_key,
    unindexed_foreign_key,
)
from prakerja.kernel.sealed import IndexField, SealedField

# Whose first purchase is waited for; whose revocation waits for an operator; whom the deadline may end: it was ahead when it was
# set, and nobody has to decide first.
NOT_BOUGHT = Q(status="active", first_purchase_at=None)
HELD = NOT_BOUGHT & Q(revocation_held_at__isnull=False, revocation_released_at=None)
REVOCABLE = (
    NOT_BOUGHT
    & (Q(deadline_set_at=None) | Q(deadline_set_at__lt=F("purchase_deadline_at")))
    & (Q(revocation_held_at=None) | Q(revocation_released_at__isnull=False))
)


class Award(PersonRow):
    """The grant. Wave, decree and application belong to a context above: columns here, the keys in intake's migration."""

    wave_id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField()
    decree_id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField()
    application_id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField()
    scheme_version = unindexed_foreign_key("programmes.SchemeVersion")
    wallet = owned_foreign_key("wallets.Wallet")
    reserve = owned_foreign_key("ledger.Balance")
    card_number_enc = SealedField(bound_to=("intake_award", "card_number_enc"))
    status = models.TextField(default="active")
    awarded_at = models.DateTimeField()
    # Exclusive: the end of day 30 in WIB, the announcement day being day 1 (rules.md 4.2).
    purchase_deadline_at = models.DateTimeField()
    # When that deadline was set and by whom (an actor's kind and id): nobody is revoked by one that had passed by then.
    # Null in rows older than the column, whose deadline was set with the award.
    deadline_set_at = models.DateTimeField(null=True)
    deadline_set_by = models.TextField(blank=True, default="", db_default="")
    # Overdue, and not revoked by itself because we were down before the deadline: an operator decides.
    revocation_held_at = models.DateTimeField(null=True)
    # The operator decided that the revocation goes on.
    revocation_released_at = models.DateTimeField(null=True)
    videos_done_at = models.DateTimeField(null=True)
    # Written by `authorise`, cleared when the only purchase is voided: what revocation looks at.
    first_purchase_at = models.DateTimeField(null=True)
    # Its only class was called off when no other could be bought in time: the incentive asks for no training since then.
    training_waived_at = models.DateTimeField(null=True)
    # When its incentives were planned, which `incentives` says (`note_planned`): whoever looks for what to plan passes it over.
    incentives_planned_at = models.DateTimeField(null=True)
    # When the first training was reviewed, which `training` says. Null: it was not, or another training is the first since; then it
    # is looked at (`first_training.py`).
    reviewed_at = models.DateTimeField(null=True)
    # When `incentives` look whether the conditions of the schedule hold: whatever may have made the last one true says so. Null:
    # something has to happen first.
    plan_look_at = models.DateTimeField(null=True)
    # The due instant of the last reminder to buy, so that each is sent once and none twice.
    reminded_at = models.DateTimeField(null=True)
    # What falls due next, reckoned from the columns above and the scheme (`due.py`). Null: not reckoned yet; a trigger
    # forgets what a change has made wrong. When the next reminder is due; the deadline itself: none is left.
    remind_at = models.DateTimeField(null=True)
    # When the run comes that revokes whoever has not bought.
    revoke_at = models.DateTimeField(null=True)
    # While it is suspended: since when, so that a deadline can be moved by the time that was lost.
    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            owned_key("awards_award", "person"),
            OwnedReference(name="awards_award_wallet_owned", field="wallet", to="wallets_wallet"),
            OwnedReference(name="awards_award_reserve_owned", field="reserve", to="ledger_balance"),
            models.UniqueConstraint(fields=["person", "wave_id"], name="awards_award_once_per_wave"),
            models.UniqueConstraint(fields=["person", "wallet"], name="awards_award_wallet_once"),
            models.CheckConstraint(condition=Q(status__in=AWARD_STATES.states()), name="awards_award_status"),
            models.CheckConstraint(
                condition=Q(status__in=AWARD_STATES.group("LIVE"), ended_at=None)
                | (~Q(status__in=AWARD_STATES.group("LIVE")) & Q(ended_at__isnull=False)),
                name="awards_award_ended",
            ),
            models.CheckConstraint(
                condition=Q(status="suspended", suspended_at__isnull=False)
                | (~Q(status="suspended") & Q(suspended_at=None)),
                name="awards_award_suspended",
            ),
            models.CheckConstraint(
                condition=Q(revocation_released_at=None) | Q(revocation_held_at__isnull=False),
                name="awards_award_released_was_held",
            ),
        ]
        indexes = [
            models.Index(
                fields=["remind_at", "id"],
                name="awards_award_remind",
                condition=NOT_BOUGHT & Q(remind_at__lt=F("purchase_deadline_at")),
            ),
            models.Index(fields=["revoke_at", "id"], name="awards_award_revoke", condition=REVOCABLE),
            models.Index(
                fields=["id"],
                name="awards_award_unreckoned",
                condition=NOT_BOUGHT & (Q(remind_at=None) | Q(revoke_at=None)),
            ),
            models.Index(fields=["purchase_deadline_at", "id"], name="awards_award_held", condition=HELD),
            models.Index(
                fields=["plan_look_at", "id"],
                name="awards_award_plan_look",
                condition=Q(status="active", incentives_planned_at=None, plan_look_at__isnull=False),
            ),
            models.Index(
                fields=["scheme_version", "id"],
                name="awards_award_unreviewed",
                condition=Q(status="active", reviewed_at=None, training_waived_at=None),
            ),
        ]


class DeadlineMove(KeyedRow):
    """Another deadline for those of a wave who had not bought: it stands at once, and their awards follow (`moving`)."""

    wave_id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField()
    # Both exclusive: whose deadline is `before` gets `deadline`.
    before = models.DateTimeField()
    deadline = models.DateTimeField()
    reason = models.TextField()
    # Who decided, as the audit trail keeps them, and when.
    actor_kind = models.TextField()
    actor_id = models.TextField()
    set_at = models.DateTimeField()
    # How many it was about when it was decided, how many have followed, and the last of them: whoever goes on begins behind it.
    people = models.IntegerField()
    moved = models.IntegerField(default=0)
    reached = models.UUIDField(default=uuid.UUID(int=0))
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wave_id"], condition=Q(finished_at=None), name="awards_deadlinemove_one_open"
            )
        ]


class InductionView(PersonRow):
    """One of the videos that must be seen to the end before the card number is shown (rules.md 6.1)."""

    award = owned_foreign_key("awards.Award")
    video = models.SmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("awards_inductionview", "person"),
            OwnedReference(name="awards_inductionview_award_owned", field="award", to="awards_award"),
            models.UniqueConstraint(fields=["person", "award", "video"], name="awards_inductionview_once"),
            models.CheckConstraint(condition=Q(video__gte=1), name="awards_inductionview_video"),
        ]


class CardClaim(models.Model):
    """Blind index of a card number → person and award: uniqueness across people, and the route of send-otp."""

    index = IndexField(primary_key=True)
    person_id = models.UUIDField()
    award_id = models.UUIDField()


class Blacklist(models.Model):
    """For life, keyed by the blind index of the NIK, so that a new account of the same person is found too."""

    nik_index = IndexField(primary_key=True)
    person_id = models.UUIDField()
    reason = models.TextField()
    listed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person_id"], name="awards_blacklist_person")]
