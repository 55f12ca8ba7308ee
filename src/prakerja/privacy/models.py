"""What a person asked of us about their data, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from prakerja.kernel.models import KeyedRow, PersonRow, owned_key
from prakerja.kernel.sealed import IndexField, SealedField
from prakerja.privacy.lost_phone_policies import PHOTOS
from prakerja.privacy.states import ERASURE_STATES, LOST_PHONE_STATES


class ErasureCase(PersonRow):
    """A person asks that their data be erased; an operator answers (rules.md 11.5)."""

    status = models.TextField(default="open")
    asked_at = models.DateTimeField()
    # What the person wrote; may be empty.
    words = models.TextField(blank=True)
    # By then it has been answered. The rule was dated when it was asked.
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(blank=True)
    # What the operator says to the person.
    answer = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("privacy_erasurecase", "person"),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status__in=ERASURE_STATES.group("PENDING")),
                name="privacy_erasurecase_one_pending",
            ),
            models.CheckConstraint(condition=Q(status__in=ERASURE_STATES.states()), name="privacy_erasurecase_status"),
            models.CheckConstraint(
                condition=Q(status__in=ERASURE_STATES.group("UNANSWERED"))
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="privacy_erasurecase_answered",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ERASURE_STATES.group("PENDING"), ended_at=None)
                | (~Q(status__in=ERASURE_STATES.group("PENDING")) & Q(ended_at__isnull=False)),
                name="privacy_erasurecase_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                name="privacy_erasurecase_pending",
                condition=Q(status__in=ERASURE_STATES.group("PENDING")),
            )
        ]


class LostPhoneCase(KeyedRow):
    """Somebody who cannot sign in any more asks that another phone be theirs (rules.md 8.5).

    It is no row of a person: whoever asks has shown nothing but that they hold the new phone, and the NIK may be nobody's.
    """

    status = models.TextField(default="asked")
    language = models.TextField(default="id")
    # The new phone, and the NIK of the account; emptied with the photos.
    phone_index = IndexField()
    phone_enc = SealedField(null=True)
    nik_index = IndexField(null=True)
    nik_enc = SealedField(null=True)
    words_enc = SealedField(null=True)
    # The person whose NIK it is; nil when it is nobody's, which whoever asks never learns.
    about = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    proposed_by = models.TextField(blank=True)
    proposed_at = models.DateTimeField(null=True)
    # Why the first operator believes it, for the second.
    reason = models.TextField(blank=True)
    confirmed_by = models.TextField(blank=True)
    confirmed_at = models.DateTimeField(null=True)
    # The phone changes then, unless somebody objects.
    changes_at = models.DateTimeField(null=True)
    ended_by = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    # What the operator who refused says to the new phone.
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=LOST_PHONE_STATES.states()), name="privacy_lostphonecase_status"
            ),
            models.UniqueConstraint(
                fields=["phone_index"],
                condition=Q(status__in=LOST_PHONE_STATES.group("LIVE")),
                name="privacy_lostphonecase_one_live",
            ),
            models.UniqueConstraint(
                fields=["about"],
                condition=Q(status__in=LOST_PHONE_STATES.group("DECIDED")),
                name="privacy_lostphonecase_one_decided",
            ),
            # Four eyes, whoever writes.
            models.CheckConstraint(
                condition=~Q(status__in=LOST_PHONE_STATES.group("AGREED"))
                | Q(about__isnull=False, changes_at__isnull=False)
                & ~Q(proposed_by="")
                & ~Q(confirmed_by="")
                & ~Q(proposed_by=F("confirmed_by")),
                name="privacy_lostphonecase_four_eyes",
            ),
        ]
        indexes = [
            models.Index(fields=["changes_at"], name="privacy_lostphonecase_due", condition=Q(status="confirmed")),
            models.Index(fields=["about"], name="privacy_lostphonecase_about"),
            models.Index(fields=["nik_index"], name="privacy_lostphonecase_nik"),
        ]


class LostPhonePhoto(KeyedRow):
    """A photo of a card that was sent with it, made anew and sealed. Pruned by a dated rule."""

    case = models.ForeignKey(LostPhoneCase, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    content_enc = SealedField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], name="privacy_lostphonephoto_one"),
            models.CheckConstraint(condition=Q(kind__in=PHOTOS), name="privacy_lostphonephoto_kind"),
        ]
