"""Messages: rows written with what they tell of, sent after the commit. Their parameters are wiped once delivered or given up."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow, OwnedReference, OwnedRow, owned_key
from prakerja.kernel.sealed import IndexField, SealedField
from prakerja.notifications.states import IN_HAND, MESSAGE_STATES, UNREACHED, WAITING
from prakerja.notifications.templates import URGENT


class Message(OwnedRow):
    # What is said (`otp_purchase`, `result_pass` …); the sentence is made from it and the parameters when it is sent.
    template = models.TextField()
    channel = models.TextField()
    # Sealed JSON. The address is not stored: the person's present contact point is looked up when the message leaves.
    parameters_enc = SealedField(null=True)
    status = models.TextField(default="queued")
    created_at = models.DateTimeField()
    send_after = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    attempt_count = models.SmallIntegerField(default=0)
    # The first try, of those since an operator sent it again; and why the last one failed, a short code.
    tries_began_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True, default="", db_default="")
    dedupe_key = models.TextField()
    # What it queues up with, beside its words and its channel, named by whoever queues many at once: a wave's deadline, say, and
    # nothing of one person. Queues are served in turn (`fair_claims`).
    queue = models.TextField(blank=True, default="", db_default="")
    # Which gateway took it, where there is more than one; and when a receipt said that it arrived.
    gateway = models.TextField(blank=True, default="", db_default="")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("notifications_message"),
            models.UniqueConstraint(fields=["person_id", "dedupe_key"], name="notifications_message_told_once"),
            models.CheckConstraint(
                condition=Q(channel__in=["sms", "email", "dashboard"]), name="notifications_message_channel"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MESSAGE_STATES.states()), name="notifications_message_status"
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "queue", "template", "send_after"],
                name="notifications_message_queues",
                condition=Q(status__in=WAITING) & ~Q(template__in=URGENT),
            ),
            models.Index(
                fields=["send_after"],
                name="notifications_message_urgent",
                condition=Q(status__in=WAITING, template__in=URGENT),
            ),
            models.Index(
                fields=["created_at"],
                name="notifications_message_lost",
                condition=Q(channel="sms", status__in=UNREACHED),
            ),
            models.Index(
                fields=["template", "channel", "failure"],
                name="notifications_message_aside",
                condition=Q(status="undelivered"),
            ),
            models.Index(
                fields=["send_after"],
                name="notifications_message_in_hand",
                condition=Q(status__in=IN_HAND),
            ),
        ]


class SmsPart(OwnedRow):
    """A part of an SMS that a gateway took, or may have taken: what its receipt is found by, and what the receipt said.

    A receipt must name the id, or our own reference where no answer brought an id, and come from the phone: a company that
    confuses its ids settles nobody's message.
    """

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.SmallIntegerField()
    gateway = models.TextField()
    # As the gateway answered, in the notation that its receipts are brought into; empty when no answer came.
    gateway_id = models.TextField(blank=True, default="")
    # What we called it, sixteen bits.
    reference = models.IntegerField()
    # Blind index of the number that it went to.
    phone_index = IndexField()
    sent_at = models.DateTimeField()
    # What a receipt, or an answer to a question, said: nothing yet, `delivered`, `failed`, or `silent` after days of neither.
    word = models.TextField(blank=True, default="")
    code = models.TextField(blank=True, default="")
    # When its gateway is asked; None when nothing is to be asked any more.
    ask_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("notifications_smspart"),
            OwnedReference(name="notifications_smspart_message", field="message", to="notifications_message"),
            models.CheckConstraint(
                condition=Q(word__in=["", "delivered", "failed", "silent"]), name="notifications_smspart_word"
            ),
        ]
        indexes = [
            models.Index(fields=["person_id", "message"], name="notifications_smspart_of"),
            # A person has few, and a phone is what every receipt names.
            models.Index(fields=["phone_index"], name="notifications_smspart_phone"),
            models.Index(fields=["ask_at"], name="notifications_smspart_ask", condition=Q(ask_at__isnull=False)),
            BrinIndex(fields=["sent_at"], name="notifications_smspart_lately"),
        ]


class StrayReceipt(KeyedRow):
    """A receipt that belongs to no part yet: it came before the answer that names its id, or names an id of nobody's."""

    gateway = models.TextField()
    gateway_id = models.TextField(blank=True, default="")
    reference = models.IntegerField(null=True)
    phone_index = IndexField()
    word = models.TextField()
    code = models.TextField(blank=True, default="")
    came_at = models.DateTimeField()
    look_at = models.DateTimeField(db_index=True)

    class Meta:
        # Whoever writes down what a company took looks for the receipts that came before that.
        indexes = [models.Index(fields=["phone_index"], name="notifications_stray_phone")]


class GatewayState(models.Model):
    """How a gateway's session stands, as the worker that keeps it last said: for operators."""

    id = models.TextField(primary_key=True)
    name = models.TextField()
    lane = models.TextField()
    said = models.TextField()
    said_since = models.DateTimeField()
    is_chosen = models.BooleanField(default=False)
    accepted = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    throttled = models.BigIntegerField(default=0)
    unanswered = models.BigIntegerField(default=0)
    receipts = models.BigIntegerField(default=0)
    # Wall time: a sandbox's clock says nothing about a session.
    seen_wall = models.DateTimeField()


class StrangerMessage(KeyedRow):
    """A message to an address that belongs to no person yet: whoever registers is reached so until they are one.

    It stands here until it was sent, given up, or worth nothing any more; then the row is gone, and the address with it.
    """

    # The phone number or e-mail address, and sealed JSON of what is said.
    to_enc = SealedField()
    parameters_enc = SealedField()
    channel = models.TextField()
    template = models.TextField()
    language = models.TextField()
    created_at = models.DateTimeField()
    # Whoever claims it moves this on: a worker that died loses it to the next one.
    send_after = models.DateTimeField(db_index=True)
    # Worth nothing from then on.
    ends_at = models.DateTimeField()
    attempt_count = models.SmallIntegerField(default=0)
    # Written before it is given to a gateway that would not know it again, and gone when that answered.
    handed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=["sms", "email"]), name="notifications_strangermessage_channel"
            ),
        ]


class Lifesign(models.Model):
    """When what sends messages was last alive: one row, written by every run of the worker and by whoever moves a clock."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    # Programme time, and wall time beside it: a sandbox's clock jumps, which is no outage, and stands still.
    seen_at = models.DateTimeField()
    seen_wall = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="notifications_lifesign_one")]


class Outage(KeyedRow):
    """A time, in programme time, in which nobody was told anything because our worker was off."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__gt=models.F("began_at")), name="notifications_outage_lasted"),
            # Two runs that begin at once write down one outage.
            models.UniqueConstraint(fields=["began_at"], name="notifications_outage_once"),
        ]
        indexes = [models.Index(fields=["ended_at"], name="notifications_outage_ended")]
