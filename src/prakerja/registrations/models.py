"""Registrations, what the civil registry said, documents and cases. Nothing here belongs to a person before there is one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow, PersonRow, owned_key
from prakerja.kernel.sealed import IndexField, SealedField
from prakerja.registrations.states import CASE_STATES, REGISTRATION_STATES


class Registration(KeyedRow):
    """Somebody who has shown that they hold a phone. The id is the one that their person will have."""

    # Empty, as they are, once there is a person: the claim is the person's.
    phone_index = IndexField()
    # The phone and the answers, sealed; emptied when there is a person, who has them from then on.
    phone_enc = SealedField(null=True)
    answers_enc = SealedField(null=True)
    language = models.TextField(default="id")
    status = models.TextField(default="drafting")
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # The person that came of it: this row's own id, or somebody whom a list had brought before.
    became = models.UUIDField(null=True)

    # Counts the identities that were asked about, so that a late answer about an older one is none.
    identity_version = models.SmallIntegerField(default=0)
    # A key of `policies.REGISTRY_STATES`, about the present identity.
    registry_status = models.TextField(default="unasked")
    # The identity that an operator found to be theirs by the documents.
    accepted_version = models.SmallIntegerField(null=True)
    # Which fields differ, separated by blanks.
    registry_fields = models.TextField(blank=True)
    asks = models.SmallIntegerField(default=0)
    next_ask_at = models.DateTimeField(null=True)
    # Questions that a person brought about, of that day (WIB).
    ask_day = models.DateField(null=True)
    asks_today = models.SmallIntegerField(default=0)
    # Its owner was told that it goes if nobody comes back (`pruning`); whoever touches it begins anew.
    told_of_end_at = models.DateTimeField(null=True)
    # Why it was sent back: a key of `policies.RETURNED`.
    returned_for = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index"],
                condition=Q(status__in=REGISTRATION_STATES.group("LIVE")),
                name="registrations_registration_one_live",
            ),
            models.CheckConstraint(
                condition=Q(status__in=REGISTRATION_STATES.states()), name="registrations_registration_status"
            ),
            models.CheckConstraint(
                condition=Q(became=None) | Q(status="registered"), name="registrations_registration_became"
            ),
            models.CheckConstraint(
                condition=~Q(status="registered") | Q(became__isnull=False, answers_enc=None, phone_enc=None),
                name="registrations_registration_registered",
            ),
        ]
        indexes = [
            # A change of keys goes by it, part after part, also through those whose person is there.
            models.Index(fields=["phone_index"], name="registrations_phone"),
            models.Index(
                fields=["next_ask_at"],
                name="registrations_to_ask",
                condition=Q(next_ask_at__isnull=False),
            ),
            models.Index(fields=["touched_at"], name="registrations_touched"),
        ]


class RegistryAnswer(KeyedRow):
    """One question to the civil registry and what it said: verdicts and a code, never what was asked about."""

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    identity_version = models.SmallIntegerField()
    asked_at = models.DateTimeField()
    # A key of `policies.OUTCOMES`.
    outcome = models.TextField()
    # As the registry says it.
    code = models.TextField(blank=True)
    fields = models.TextField(blank=True)
    # Of the name, 0 to 100; nil where it said none.
    score = models.SmallIntegerField(null=True)


class Document(KeyedRow):
    """A photo that was sent, as we made it anew: upright, without position and camera data, sealed. Pruned by a dated rule."""

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(default="ktp")
    content_enc = SealedField()
    width = models.IntegerField()
    height = models.IntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration", "kind"], name="registrations_document_one"),
            models.CheckConstraint(condition=Q(kind__in=["ktp", "kk"]), name="registrations_document_kind"),
        ]
        indexes = [models.Index(fields=["taken_at"], name="registrations_document_taken")]


class Case(KeyedRow):
    """A human looks at a registration: the person asked for it, or nobody else can decide."""

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    status = models.TextField(default="open")
    # A key of `policies.CASE_REASONS`.
    reason = models.TextField()
    # What the person wrote, sealed: people write numbers there.
    words_enc = SealedField(null=True)
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(blank=True)
    # What the operator says to the person.
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(status__in=CASE_STATES.group("OPEN")),
                name="registrations_case_one_open",
            ),
            models.CheckConstraint(condition=Q(status__in=CASE_STATES.states()), name="registrations_case_status"),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                name="registrations_case_open",
                condition=Q(status__in=CASE_STATES.group("OPEN")),
            )
        ]


class Profile(PersonRow):
    """What a person told us beside their identity when they registered (rules.md 3.1)."""

    registered_at = models.DateTimeField()
    # By whose word the identity is theirs: `registry` or `operator`.
    proven_by = models.TextField()
    regency_code = models.TextField()
    # District, village and street, disability and wished help: sealed JSON.
    details_enc = SealedField()
    is_enrolled = models.BooleanField()
    work_status = models.TextField()
    holds_excluded_post = models.BooleanField()

    class Meta:
        constraints = [
            owned_key("registrations_profile", "person"),
            models.UniqueConstraint(fields=["person"], name="registrations_profile_one"),
            models.CheckConstraint(
                condition=Q(proven_by__in=["registry", "operator"]), name="registrations_profile_proven_by"
            ),
        ]


class Declaration(PersonRow):
    """A statement that a person made, and to which words (rules.md 3.1)."""

    # A key of `policies.DECLARATIONS`.
    what = models.TextField()
    version = models.TextField()
    language = models.TextField()
    page = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_key("registrations_declaration", "person"),
            models.UniqueConstraint(fields=["person", "what", "version"], name="registrations_declaration_once"),
        ]
