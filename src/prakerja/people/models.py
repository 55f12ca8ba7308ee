"""Persons and their contact points. Everything that identifies a person is sealed and looked up by blind index."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow, PersonRow, owned_key
from prakerja.kernel.sealed import IndexField, SealedField
from prakerja.people.policies import CONSENT_PURPOSES


class Person(KeyedRow):
    name = models.TextField()
    birth_date = models.DateField()
    nik_enc = SealedField()
    family_card_enc = SealedField()
    family_card_index = IndexField()
    province_code = models.TextField()
    # A level of `policies.EDUCATION`, so that "at least" is a comparison in SQL too.
    education = models.SmallIntegerField()
    language = models.TextField(default="id")
    created_at = models.DateTimeField()
    blocked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["family_card_index"], name="people_person_family_card")]


class ContactPoint(PersonRow):
    kind = models.TextField()
    value_enc = SealedField()
    verified_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("people_contactpoint", "person"),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(retired_at=None), name="people_contactpoint_one_live"
            ),
            models.CheckConstraint(condition=Q(kind__in=["phone", "email"]), name="people_contactpoint_kind"),
        ]


class Consent(PersonRow):
    """A yes, where a yes is what allows us (rules.md 11.2): to what, to which words, when and on which page.

    A no makes no row. A yes that was taken back stays, with the instant: both can be shown.
    """

    # A key of `consents.TEXTS`.
    purpose = models.TextField()
    # Which of several: the number of a survey, the code of an institution.
    about = models.TextField(blank=True)
    # The words that were read: a version of `consents.TEXTS`, and in which language.
    version = models.TextField()
    language = models.TextField()
    # The page of the portal that asked, by its name.
    page = models.TextField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    # The page that took it back; "erasure" when an answered request for erasure did.
    withdrawn_by = models.TextField(blank=True)

    class Meta:
        constraints = [
            owned_key("people_consent", "person"),
            models.CheckConstraint(condition=Q(purpose__in=CONSENT_PURPOSES), name="people_consent_purpose"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by="") | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by=""),
                name="people_consent_withdrawn",
            ),
        ]


class NikClaim(models.Model):
    """One NIK is one person: claimed in the transaction that makes the person, and the route of a look-up by NIK."""

    index = IndexField(primary_key=True)
    person_id = models.UUIDField()

    class Meta:
        # On which rosters does a whole wave stand? Asked from the person's side, by the thousand.
        indexes = [models.Index(fields=["person_id"], include=["index"], name="people_nikclaim_of_person")]


class ContactClaim(KeyedRow):
    kind = models.TextField()
    index = IndexField(led_by="kind IN ('phone', 'email')")
    person_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "index"], name="people_contactclaim_value")]
