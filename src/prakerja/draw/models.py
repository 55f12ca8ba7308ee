"""Draws, their documents and signatures, the list that they are made of, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.draw.states import AWARDING_STATES, DRAW_STATES
from prakerja.kernel.models import (
    KeyedRow,
    OwnedReference,
    PersonRow,
    owned_foreign_key,
    owned_key,
    unindexed_foreign_key,
)
from prakerja.kernel.sealed import IndexField, SealedField
from prakerja.rosters.policies import PRIORITIES

STEPS = ("rules", "commit", "draw", "publish", "void", "award", "terms")
# Of these there may be many, one after the other: recall-1, recall-2 …
RECALL = "recall-"
KEY_KINDS = ("operator", "documents", "witness", "receipt", "ledger")


class ApplicantList(KeyedRow):
    """The list of a wave: a row for each application. A repeated draw keeps it."""

    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    # Everybody has a row.
    ended_at = models.DateTimeField(null=True)
    rows = models.IntegerField(default=0)
    eligible = models.IntegerField(default=0)
    # Which version of each roster excluded people, or put them first: name → number.
    rosters = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))


class Draw(KeyedRow):
    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    # What it is called everywhere: g22/1.
    name = models.TextField(unique=True)
    # The name of the site, which every signature says.
    origin = models.TextField()
    status = models.TextField(default="drafted")
    applicants = models.ForeignKey(ApplicantList, on_delete=models.PROTECT, null=True, related_name="+")
    # Told when the draw is; until then nobody can rank anybody.
    secret_enc = SealedField(null=True)
    seed = models.BinaryField(null=True)
    # True while another wave's list must wait.
    has_turn = models.BooleanField(null=True, unique=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # From when on somebody writes the folder, because it may not hold what was signed; None: it does.
    files_due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "number"], name="draw_draw_once"),
            models.CheckConstraint(condition=Q(status__in=DRAW_STATES.states()), name="draw_draw_status"),
            models.CheckConstraint(
                condition=Q(status__in=DRAW_STATES.group("UNDER_WAY"), has_turn=True)
                | ~Q(status__in=DRAW_STATES.group("UNDER_WAY")) & Q(has_turn=None),
                name="draw_draw_turn",
            ),
        ]


class Stratum(KeyedRow):
    """A province of a wave and its weight: its part of the quota. Changed until the rules are published."""

    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    code = models.TextField()
    weight = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "code"], name="draw_stratum_once"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="draw_stratum_weight"),
        ]


class PriorityGroup(KeyedRow):
    """Those who stand on a roster have seats of their own, which are filled first; `place` is in which order."""

    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    place = models.SmallIntegerField()
    # The letter that list and rules call it by.
    code = models.TextField()
    roster = models.TextField()
    seats = models.IntegerField()
    # stratum: each province its share of them; national: for all together.
    scope = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "code"], name="draw_prioritygroup_code"),
            models.UniqueConstraint(fields=["wave", "place"], name="draw_prioritygroup_place"),
            models.UniqueConstraint(fields=["wave", "roster"], name="draw_prioritygroup_roster"),
            models.CheckConstraint(condition=Q(roster__in=PRIORITIES), name="draw_prioritygroup_priority"),
            models.CheckConstraint(
                condition=Q(scope__in=["stratum", "national"], seats__gte=0), name="draw_prioritygroup_seats"
            ),
        ]


class Step(KeyedRow):
    """A step that one operator prepared and another confirms, or has confirmed."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    step = models.TextField()
    # What is confirmed: a hash over all that was signed. Whoever confirms says it.
    digest = models.TextField()
    # The document that the step makes, and what else it needs to be taken.
    content = models.BinaryField()
    terms = models.JSONField(default=dict)
    # Of each note: its text, and the line of whoever prepared it.
    texts = models.JSONField()
    lines = models.JSONField()
    prepared_by = models.TextField()
    prepared_at = models.DateTimeField()
    confirmed_by = models.TextField(blank=True)
    confirmed_at = models.DateTimeField(null=True)
    # Another one was prepared instead, or it was taken back.
    replaced_at = models.DateTimeField(null=True)
    # Who wants it taken back that another prepared: a second one, whoever prepared it too, does it.
    back_asked_by = models.TextField(blank=True, default="", db_default="")
    back_asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(back_asked_by="", back_asked_at=None)
                | ~Q(back_asked_by="") & Q(back_asked_at__isnull=False) & ~Q(back_asked_by=models.F("prepared_by")),
                name="draw_step_asked_back",
            ),
            models.CheckConstraint(condition=Q(step__in=STEPS) | Q(step__startswith=RECALL), name="draw_step_name"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(confirmed_by=models.F("prepared_by")),
                name="draw_step_two_people",
            ),
            # One that waits or was taken.
            models.UniqueConstraint(fields=["draw", "step"], condition=Q(replaced_at=None), name="draw_step_once"),
        ]


class AskedStep(KeyedRow):
    """A long step that an operator asked for by page; the worker makes it (`asking`)."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    step = models.TextField()
    # What its verb is called with, beside who and when.
    given = models.JSONField(default=dict)
    # The operator's id, as the audit trail keeps it, and what they are called.
    asked_by = models.TextField()
    asked_by_name = models.TextField()
    asked_at = models.DateTimeField()
    # From when on the worker stops it.
    stop_asked_at = models.DateTimeField(null=True)
    # Who wants it stopped that another asked for: a second one, whoever asked for it too, does it.
    stop_wanted_by = models.TextField(blank=True, default="", db_default="")
    stop_wanted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # done, stopped, broken, or why it was refused, with what its sentence needs.
    answer = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw"], condition=Q(ended_at=None), name="draw_askedstep_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None, answer="") | Q(ended_at__isnull=False) & ~Q(answer=""),
                name="draw_askedstep_ended",
            ),
            models.CheckConstraint(
                condition=Q(stop_wanted_by="", stop_wanted_at=None)
                | ~Q(stop_wanted_by="") & Q(stop_wanted_at__isnull=False) & ~Q(stop_wanted_by=models.F("asked_by")),
                name="draw_askedstep_stop_wanted",
            ),
        ]


class AskedSimulation(KeyedRow):
    """A simulation that an operator asked for by page (`asked_simulations`); the last one of a wave, and what it came to."""

    wave = models.OneToOneField("intake.Wave", on_delete=models.PROTECT, related_name="+")
    # The operator's id, as the audit trail keeps it.
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # done, broken, or why it was refused.
    answer = models.TextField(blank=True, default="")
    figures = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, answer="") | Q(ended_at__isnull=False) & ~Q(answer=""),
                name="draw_askedsimulation_ended",
            )
        ]


class Document(KeyedRow):
    """The bytes that were signed; they are never changed (a trigger)."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "name"], name="draw_document_once")]


class SignedNote(KeyedRow):
    """A note with the lines of both operators; never changed (a trigger)."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "name"], name="draw_signednote_once")]


class SigningKey(KeyedRow):
    """Who signs: an operator, the log of documents, the receipts of tickets, the ledger's days, or a witness whose key we only know."""

    name = models.TextField(unique=True)
    kind = models.TextField()
    user = models.OneToOneField("access.User", on_delete=models.PROTECT, null=True, related_name="+")
    public = models.BinaryField()
    # Ours, sealed; of witnesses nothing, but in a sandbox, which plays them itself.
    seed_enc = SealedField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KEY_KINDS), name="draw_signingkey_kind"),
            models.CheckConstraint(
                condition=Q(kind="operator", user__isnull=False) | ~Q(kind="operator") & Q(user=None),
                name="draw_signingkey_user",
            ),
        ]


class ProposedWitness(KeyedRow):
    """A witness whose key one operator told us; it counts when another tells the same key, and becomes a `SigningKey`."""

    name = models.TextField()
    public = models.BinaryField()
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    confirmed_by = models.TextField(blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "public"], name="draw_proposedwitness_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(confirmed_by=models.F("proposed_by")),
                name="draw_proposedwitness_two_people",
            ),
        ]


class LogEntry(models.Model):
    """A document in the public log, for ever (a trigger); `index` counts from 0 without a gap."""

    index = models.IntegerField(primary_key=True)
    content = models.BinaryField()
    logged_at = models.DateTimeField()


class LogCheckpoint(models.Model):
    """The log as it was when it had `size` documents: the checkpoint's text with the log's own line."""

    size = models.IntegerField(primary_key=True)
    text = models.TextField()
    line = models.TextField()
    signed_at = models.DateTimeField()


class Cosignature(KeyedRow):
    """That a witness saw a checkpoint, when it says that it did (`seen_at`)."""

    checkpoint = models.ForeignKey(LogCheckpoint, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    line = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="draw_cosignature_once")]


class RandomValue(KeyedRow):
    """A source that was named, and what it gave: `value` with what proves it (`kept`), or that it was absent (`absent_note`)."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    value = models.BinaryField(null=True)
    kept = models.BinaryField(null=True)
    certificate = models.BinaryField(null=True)
    absent_note = models.BinaryField(null=True)
    entered_by = models.TextField(blank=True)
    entered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="draw_randomvalue_once"),
            models.CheckConstraint(
                condition=Q(value=None, kept=None) | Q(value__isnull=False, kept__isnull=False, absent_note=None),
                name="draw_randomvalue_proven",
            ),
        ]


class Draft(models.Model):
    """A row of a list that is being made. Emptied when the list is complete; `applicant` and `application` point nowhere."""

    application = models.UUIDField(primary_key=True)
    applicant = models.UUIDField()
    ticket = models.BinaryField()
    stratum = models.TextField()
    groups = models.TextField()
    allowance = models.SmallIntegerField()
    # The blind index of the family card.
    card = IndexField()
    # Why it is excluded, and the mark that is published of it; "" for an eligible one.
    codes = models.TextField()
    mark = models.TextField()


class FamilyNonce(KeyedRow):
    """What a crowded family card's label is made of: random, sealed, one for each card of a wave."""

    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    card = IndexField()
    nonce_enc = SealedField()
    label = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wave", "card"], name="draw_familynonce_once")]
        # Whoever proves a draw looks by the card alone, and so does a change of keys.
        indexes = [models.Index(fields=["card"], name="draw_familynonce_card")]


class Entry(PersonRow):
    """A row of a list, and whose it is; never changed (a trigger). `number` counts from 0 in the list's order."""

    applicants = unindexed_foreign_key("draw.ApplicantList")
    application = owned_foreign_key("intake.Application")
    number = models.IntegerField()
    ticket = models.BinaryField()
    stratum = models.TextField()
    groups = models.TextField()
    # The label of a family card that has more rows than places.
    family = models.BinaryField(null=True)
    allowance = models.SmallIntegerField()
    codes = models.TextField()
    mark = models.TextField()

    class Meta:
        constraints = [
            owned_key("draw_entry", "person"),
            models.UniqueConstraint(fields=["person", "applicants"], name="draw_entry_once"),
            OwnedReference(name="draw_entry_owned_application", field="application", to="intake_application"),
        ]
        indexes = [models.Index(fields=["applicants", "number"], name="draw_entry_in_order")]


class Outcome(models.Model):
    """What became of a row of the list in a draw; never changed (a trigger). Of excluded ones there is none."""

    pk = models.CompositePrimaryKey("draw_id", "number")
    # Millions are written at once, of one draw: asking for each whether it exists took longer than to rank them.
    draw = unindexed_foreign_key("draw.Draw", db_constraint=False)
    number = models.IntegerField()
    position = models.IntegerField()
    # W, K or R.
    kind = models.TextField()
    pool = models.TextField()
    reserve = models.IntegerField(null=True)


class Awarding(KeyedRow):
    """That a draw's results are announced, decided by two operators: of its winners (`recall` 0), or of those who were recalled.

    How far the awards are says `intake`, which makes them.
    """

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    recall = models.SmallIntegerField(default=0)
    decree_number = models.TextField()
    # The one moment at which it begins, from which the deadlines count.
    announced_at = models.DateTimeField()
    status = models.TextField(default="decided")
    people = models.IntegerField()
    # Seats that nobody was left for.
    unfilled = models.IntegerField(default=0)
    decided_by = models.TextField()
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True, default="")
    # Who wants it cancelled, and why: a second operator does it.
    cancel_asked_by = models.TextField(blank=True, default="", db_default="")
    cancel_asked_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(blank=True, default="", db_default="")
    # Why it was refused when its moment came; "" while nothing was.
    refusal = models.TextField(blank=True, default="", db_default="")
    # Whoever was not selected has been told; of a recall nobody is.
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "recall"], condition=~Q(status="cancelled"), name="draw_awarding_once"
            ),
            models.CheckConstraint(condition=Q(status__in=AWARDING_STATES.states()), name="draw_awarding_status"),
            models.CheckConstraint(
                condition=Q(cancel_asked_by="", cancel_asked_at=None, cancel_reason="")
                | ~Q(cancel_asked_by="") & Q(cancel_asked_at__isnull=False) & ~Q(cancel_reason=""),
                name="draw_awarding_cancel_asked",
            ),
        ]


class Recalled(KeyedRow):
    """A row of the list that was given a seat which came back; never changed (a trigger)."""

    draw = unindexed_foreign_key("draw.Draw")
    number = models.IntegerField()
    recall = models.SmallIntegerField()
    pool = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="draw_recalled_once")]


class Released(KeyedRow):
    """A seat that came back and was given on by a recall; never changed (a trigger)."""

    draw = unindexed_foreign_key("draw.Draw")
    number = models.IntegerField()
    recall = models.SmallIntegerField()
    pool = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="draw_released_once")]


class Dropped(KeyedRow):
    """A row that won or was recalled and got no award, because of what had happened since the list; never changed (a trigger)."""

    draw = unindexed_foreign_key("draw.Draw")
    number = models.IntegerField()
    recall = models.SmallIntegerField()
    # withdrawn, or a word of `intake.eligibility.Reason`.
    reason = models.TextField()
    dropped_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="draw_dropped_once")]
