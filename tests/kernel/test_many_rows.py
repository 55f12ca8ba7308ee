"""Many rows by one statement (`kernel.db`, `post_many`): as many as there are, whatever a protocol counts in 16 bits."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction as savepoint

from prakerja.kernel.db import rows, transaction, write_back
from prakerja.kernel.ids import new_id
from prakerja.ledger.chart import Chart
from prakerja.ledger.models import Balance, Transfer
from prakerja.ledger.operations import BalanceTooLow, Posting, post_many
from prakerja.notifications.models import Message
from prakerja.notifications.operations import Notice, queue_many
from tests.builders import participant, participants, world
from tests.money import wib

pytestmark = pytest.mark.django_db
AT = wib("2021-10-12 10:00")


def test_more_values_than_a_statement_takes_parameters() -> None:
    """5,000 messages have 75,000 values. Those that were told before are told once, and keep their rows."""
    who = participant(world()).person_id
    notices = [Notice(who, {"number": 1}, f"key:{number}") for number in range(5_000)]
    for some in (notices[:10], notices):
        with transaction():
            queue_many(template="survey_open", channels=("dashboard",), notices=some, at=AT, may_be_known=True)
    assert Message.objects.filter(template="survey_open").count() == 5_000


def test_written_back_is_what_was_named_and_nothing_else() -> None:
    who = participant(world()).person_id
    with transaction():
        queue_many(
            template="a", channels=("sms",), notices=[Notice(who, {}, f"{number}") for number in range(3)], at=AT
        )
    first, second, third = Message.objects.filter(template="a").order_by("id")
    first.parameters_enc, first.failure, first.attempt_count = None, "gone", 2
    second.parameters_enc, second.sent_at, second.attempt_count = b"\x00\x01", AT, 3
    first.template = third.template = "changed"
    with transaction():
        write_back([first, second], "parameters_enc", "failure", "sent_at", "attempt_count")
    assert rows(
        "SELECT parameters_enc, failure, sent_at, attempt_count, template FROM notifications_message "
        "WHERE template = 'a' AND id <> %s ORDER BY id",
        [third.id],
    ) == [(None, "gone", None, 2, "a"), (b"\x00\x01", "", AT, 3, "a")]


RESERVE = 2_550_000


def reserves() -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Two people's reserves, as (person, balance), of 2,550,000 rupiah each."""
    return [(who.person_id, who.award.reserve_id) for who in participants(world(), count=2)]


def leaving(person_id: uuid.UUID, balance_id: uuid.UUID, amount: int) -> Posting:
    return Posting(
        person_id, new_id(), "incentive_due", int(Chart.RESERVE), int(Chart.INCENTIVES_PAYABLE), amount, balance_id
    )


def test_many_transfers_move_each_balance_by_all_of_its_own() -> None:
    one, two = reserves()
    with transaction():
        post_many(postings=[leaving(*one, 300), leaving(*two, RESERVE), leaving(*one, RESERVE - 300)], at=AT)
    assert set(Balance.objects.filter(id__in=[one[1], two[1]]).values_list("amount", flat=True)) == {0}
    assert Transfer.objects.filter(kind="incentive_due").count() == 3


def test_one_balance_too_low_and_nothing_is_written() -> None:
    one, two = reserves()
    with pytest.raises(BalanceTooLow), savepoint.atomic():
        post_many(postings=[leaving(*one, 300), leaving(*two, RESERVE + 1)], at=AT)
    left = Balance.objects.filter(id__in=[one[1], two[1]]).values_list("amount", flat=True)
    assert list(left) == [RESERVE, RESERVE]
    assert not Transfer.objects.filter(kind="incentive_due").exists()
    with pytest.raises(ValueError, match="names its balance"), savepoint.atomic():
        post_many(postings=[Posting(one[0], new_id(), "x", int(Chart.RESERVE), int(Chart.TREASURY), 1)], at=AT)
