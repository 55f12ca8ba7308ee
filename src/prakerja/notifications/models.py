"""Messages: rows written with what they tell of, sent after the commit. Their parameters are wiped once delivered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import OwnedRow, owned_key
from prakerja.notifications.states import MESSAGE_STATES, WAITING
from prakerja.notifications.templates import URGENT


class Message(OwnedRow):
    # What is said (`otp_purchase`, `result_pass` …); the sentence is made from it and the parameters when it is sent.
    template = models.TextField()
    channel = models.TextField()
    # Sealed JSON. The address is not stored: the person's present contact point is looked up when the message leaves.
    parameters_enc = models.BinaryField(null=True)
    status = models.TextField(default="queued")
    created_at = models.DateTimeField()
    send_after = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    attempt_count = models.SmallIntegerField(default=0)
    dedupe_key = models.TextField()

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
                fields=["send_after"],
                name="notifications_message_waiting",
                condition=Q(status__in=WAITING),
            ),
            models.Index(
                fields=["send_after"],
                name="notifications_message_urgent",
                condition=Q(status__in=WAITING, template__in=URGENT),
            ),
            models.Index(
                fields=["created_at"],
                name="notifications_message_failed",
                condition=Q(channel="sms", status="failed_permanent"),
            ),
        ]
