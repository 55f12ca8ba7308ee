"""Waves, who joined, who was selected, and the decree that says so."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.intake.states import APPLICATION_STATES, IMPORT_STATES, LETTER_STATES
from prakerja.kernel.models import KeyedRow, PersonRow, owned_key, unindexed_foreign_key
from prakerja.kernel.sealed import IndexField, SealedField
from prakerja.kernel.second_person import PreparedRow, by_two_people


class Wave(KeyedRow):
    number = models.SmallIntegerField(unique=True)
    scheme_version = models.ForeignKey("programmes.SchemeVersion", on_delete=models.PROTECT)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    quota = models.IntegerField()
    # Since when it stays: the rules of its draw are published, which name it.
    quota_fixed_at = models.DateTimeField(null=True)
    # When its result is planned to be told; nothing falls due by it.
    results_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)
    # Since when everybody can read who was drawn: from then on nobody leaves, because they would leave a result.
    drawn_at = models.DateTimeField(null=True)
    # Since when its draw counts on what family cards have left, so that no list of another wave is awarded beside it (`holding`).
    cards_held_at = models.DateTimeField(null=True)
    # From when on whoever joined and stands in no list is told that they were not selected; None: a list is still to come.
    rest_due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lt=models.F("closes_at")), name="intake_wave_opens")
        ]


class JoinLine(models.Model):
    """The line before a wave's door (`lining`). Wall time: when the next place comes, and when the last one that made somebody wait."""

    wave = models.OneToOneField(Wave, on_delete=models.PROTECT, primary_key=True, related_name="+")
    next_at = models.DateTimeField()
    last_place_at = models.DateTimeField(null=True)


class WaveProposal(PreparedRow):
    """A wave that is to be announced, or other terms of one that was, prepared by one operator and confirmed by another."""

    # Of the wave, which is there only where it is to be changed.
    number = models.SmallIntegerField()
    # What the wave was when it was prepared, as data; {} for a new one. And what it is to be.
    seen = models.JSONField(default=dict)
    terms = models.JSONField()
    reason = models.TextField(blank=True)
    # A hash of all that; whoever confirms says it.
    digest = models.TextField()

    class Meta:
        constraints = by_two_people(table="intake_waveproposal", of="number")


class AnnouncementCorrection(PreparedRow):
    """Another instant of a wave's announcement, prepared by one operator and confirmed by another."""

    wave = models.ForeignKey(Wave, on_delete=models.PROTECT)
    announced_before = models.DateTimeField()
    announced_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = by_two_people(table="intake_announcementcorrection", of="wave", one="one_open")


class Decree(KeyedRow):
    """The legal act that awards hang on. Its number is unique: importing the same list twice changes nothing."""

    number = models.TextField(unique=True)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT)
    issued_at = models.DateTimeField()
    issued_by = models.TextField(blank=True)


class Application(PersonRow):
    wave = unindexed_foreign_key("intake.Wave")
    status = models.TextField(default="waiting")
    joined_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    # What the person may call it by; None for whoever a list brought.
    ticket = models.TextField(null=True)
    # Of the draw: drawn when they joined, sealed (draw.md 3); None for whoever a list brought or joined before there were draws.
    nonce_enc = SealedField(null=True)
    # Why it was not selected: a word of `eligibility.Reason`, or KUOTA_PENUH.
    reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            owned_key("intake_application", "person"),
            models.UniqueConstraint(fields=["person", "wave"], name="intake_application_once"),
            models.CheckConstraint(
                condition=Q(status__in=APPLICATION_STATES.states()), name="intake_application_status"
            ),
            # Nobody is turned away without a word.
            models.CheckConstraint(condition=~Q(status="not_selected") | ~Q(reason=""), name="intake_application_why"),
        ]
        indexes = [
            # Somebody calls and says their ticket. It is chance enough to be nobody else's; unique it is within one person only.
            models.Index(fields=["ticket"], name="intake_application_ticket", condition=Q(ticket__isnull=False)),
            models.Index(fields=["wave", "id"], name="intake_application_waiting", condition=Q(status="waiting")),
        ]


class Letter(PersonRow):
    """The statement of somebody who was not selected three times, and what was answered (rules.md 3.5)."""

    status = models.TextField(default="open")
    # Which waves, by their numbers, separated by blanks.
    waves = models.TextField()
    # What the person wrote, sealed: people write numbers there.
    words_enc = SealedField()
    sent_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(blank=True, default="")
    answer = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            owned_key("intake_letter", "person"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(status__in=LETTER_STATES.group("OPEN")), name="intake_letter_one_open"
            ),
            models.CheckConstraint(condition=Q(status__in=LETTER_STATES.states()), name="intake_letter_status"),
            models.CheckConstraint(
                condition=Q(status="open", answered_at=None, answer="", answered_by="")
                | Q(status="answered", answered_at__isnull=False) & ~Q(answer="") & ~Q(answered_by=""),
                name="intake_letter_answered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"], name="intake_letter_open", condition=Q(status__in=LETTER_STATES.group("OPEN"))
            ),
        ]


class ResultImport(KeyedRow):
    """A list of results on its way to become awards, and how far it is: what an operator reads, and where a second run goes on.

    The list is a file, or what a draw gave (`draw` names it); then a line is a row of the draw's list, counted from 1.
    """

    wave = models.ForeignKey(Wave, on_delete=models.PROTECT)
    decree_number = models.TextField()
    # "" for a list that was imported.
    draw = models.TextField(blank=True, default="", db_default="")
    status = models.TextField(default="reading")
    # What the list was, as a hash: only the same one goes on.
    list_digest = models.TextField()
    announced_at = models.DateTimeField()
    # Kind and id of who imports.
    begun_by = models.TextField()
    begun_at = models.DateTimeField()
    # Wall time: how long it takes is no matter of the programme's clock.
    begun_wall = models.DateTimeField()
    seen_wall = models.DateTimeField()
    lines_read = models.IntegerField(default=0)
    # Of those that are to be awarded; None before that is known.
    people = models.IntegerField(null=True)
    awarded = models.IntegerField(default=0)
    # The last line whose person was awarded, counted from 1 over the rows of the list.
    awarded_until = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    # Who wants it given up, and why: a second operator does it.
    give_up_asked_by = models.TextField(blank=True, default="", db_default="")
    give_up_asked_at = models.DateTimeField(null=True)
    give_up_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(give_up_asked_by="", give_up_asked_at=None, give_up_reason="")
                | ~Q(give_up_asked_by="") & Q(give_up_asked_at__isnull=False) & ~Q(give_up_reason=""),
                name="intake_resultimport_give_up",
            ),
            models.CheckConstraint(condition=Q(status__in=IMPORT_STATES.states()), name="intake_resultimport_status"),
            # Who is on the list was decided by what the awards were then: no other list may come between.
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="awarding"), name="intake_resultimport_one_awards"
            ),
        ]


class PreparedResults(PreparedRow):
    """A list of results that one operator had read and decided, for another to confirm with the same file (ADR 0046)."""

    wave = models.ForeignKey(Wave, on_delete=models.PROTECT)
    decree_number = models.TextField()
    # The file, as a hash: whoever confirms shows that it is the same one.
    list_digest = models.TextField()
    # When the wave was announced; None: when it is confirmed.
    announced_at = models.DateTimeField(null=True)
    more_lists_follow = models.BooleanField()
    # What would have become of its lines when it was prepared.
    people = models.IntegerField()
    already = models.IntegerField()
    different = models.IntegerField()
    rejected = models.IntegerField()

    class Meta:
        constraints = by_two_people(table="intake_preparedresults", of="wave")


class UploadedList(KeyedRow):
    """A list of results that an operator sent by page. Its file is kept sealed, in pieces, until it is decided (ADR 0049)."""

    wave = models.ForeignKey(Wave, on_delete=models.PROTECT)
    decree_number = models.TextField()
    # The file's bytes as a hash, and how many they are.
    list_digest = models.TextField()
    size = models.IntegerField()
    # When the wave was announced; None: when it is confirmed.
    announced_at = models.DateTimeField(null=True)
    more_lists_follow = models.BooleanField()
    # An operator's id.
    uploaded_by = models.TextField()
    uploaded_at = models.DateTimeField()
    # What waits, or waited, for a second operator by it.
    prepared = models.ForeignKey(PreparedResults, on_delete=models.PROTECT, null=True, related_name="+")


class UploadedPiece(KeyedRow):
    """A piece of such a file, sealed; none is left when the list is decided. Pruned by a dated rule besides."""

    uploaded = models.ForeignKey(UploadedList, on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    content_enc = SealedField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uploaded", "number"], name="intake_uploadedpiece_one"),
        ]


class UploadedLine(models.Model):
    """A line of such a file that was rejected or says other data than ours: where it stood and why, and nothing of what it said."""

    pk = models.CompositePrimaryKey("uploaded_id", "line", "fate")
    uploaded = models.ForeignKey(UploadedList, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.IntegerField()
    fate = models.TextField()
    # Why it is rejected; or which data differ from ours, by their names.
    reason = models.TextField()
    # Of one that differs: who it is.
    known = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fate="rejected", known=None)
                | Q(fate__in=["different", "awarded_different"], known__isnull=False),
                name="intake_uploadedline_fate",
            ),
        ]


class AskedImport(KeyedRow):
    """What an operator asked the worker to do with an uploaded list: to read it, or to award by it."""

    uploaded = models.ForeignKey(UploadedList, on_delete=models.PROTECT, related_name="+")
    step = models.TextField()
    # Another's unfinished import is put aside, or gone on with.
    take_over = models.BooleanField()
    is_short_deadline_confirmed = models.BooleanField()
    asked_by = models.TextField()
    asked_by_name = models.TextField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # done, broken, list_broken, or why it was refused; and what is told with that.
    answer = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(step__in=["prepare", "award"]), name="intake_askedimport_step"),
            models.CheckConstraint(
                condition=Q(ended_at=None, answer="") | Q(ended_at__isnull=False) & ~Q(answer=""),
                name="intake_askedimport_ended",
            ),
            models.UniqueConstraint(
                fields=["uploaded"], condition=Q(ended_at=None), name="intake_askedimport_one_waits"
            ),
        ]


class ListedLine(models.Model):
    """A row of the list that is being imported, and what becomes of it. Emptied when the import ends.

    Nobody's row yet: `known` is whom the NIK belongs to already. Sealed values never come here, for nobody may be awarded by it.
    """

    number = models.IntegerField(primary_key=True)
    # To be awarded (""), or already, different, rejected.
    fate = models.TextField(blank=True, default="")
    # Why it is rejected; and which data differ from ours, by their names.
    reason = models.TextField(blank=True, default="")
    differing = models.TextField(blank=True, default="")
    known = models.UUIDField(null=True)
    # Null in a row that cannot be read.
    nik_index = IndexField(null=True)
    family_index = IndexField(null=True)
    phone_index = IndexField(null=True)
    email_index = IndexField(null=True)
    name = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    province_code = models.TextField(null=True)
    education = models.SmallIntegerField(null=True)
