"""A code that was replaced, used or has expired is never sent late: the dead one arrived behind the one that counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.access.operations import send_challenge
from prakerja.config.worker import addresses_of, codes_wanted
from prakerja.notifications.delivery import deliver_messages
from prakerja.notifications.models import Message
from prakerja.people.operations import request_sign_in_otp, sign_in
from tests import builders as b
from tests.notifications.test_delivery import Gateway

pytestmark = pytest.mark.django_db


def test_after_an_outage_only_the_code_that_counts_leaves() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    Message.objects.all().delete()
    at = b.BUY_AT
    # The gateway is away: each of these is asked for twice, a minute apart; the last sign-in code is used at once.
    for moment in (at, at + timedelta(minutes=1)):
        b.intend(world, who, run, at=moment)
        send_challenge(
            person_id=who.person_id,
            purpose="link_account",
            parameters={"provider": "BNI", "tail": "1234"},
            at=moment,
        )
    request_sign_in_otp(phone=who.phone, at=at)
    sign_in(phone=who.phone, otp=b.otp_of(who.person_id, "otp_sign_in"), at=at)
    gateway, back = Gateway(), at + timedelta(minutes=2)
    assert deliver_messages(at=back, resolve=addresses_of, gateway=gateway, wanted=codes_wanted) == 5
    newest = Message.objects.filter(created_at=at + timedelta(minutes=1))
    assert {sent["reference"] for sent in gateway.sent} == {str(message.id) for message in newest}
    dead = Message.objects.exclude(id__in=[message.id for message in newest])
    assert sorted(dead.values_list("template", "status", "failure", "parameters_enc")) == [
        ("otp_link_account", "failed_permanent", "replaced", None),
        ("otp_purchase", "failed_permanent", "replaced", None),
        ("otp_sign_in", "failed_permanent", "replaced", None),
    ]


def test_what_is_no_code_is_not_asked_about() -> None:
    world = b.world()
    b.participant(world)
    gateway = Gateway()
    waiting = Message.objects.filter(status="queued").count()
    assert deliver_messages(at=b.BUY_AT, resolve=addresses_of, gateway=gateway, wanted=codes_wanted) == waiting > 0
    assert len(gateway.sent) == waiting
