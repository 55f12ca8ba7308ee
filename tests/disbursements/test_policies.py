"""What a rail's word means against what we know: one table of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from prakerja.disbursements.policies import agrees_with_callback, judge_report
from prakerja.disbursements.rails import terms_of
from prakerja.disbursements.rails.base import ANSWERS, TransferStatus
from prakerja.disbursements.states import INSTRUCTION_STATES

SENT = datetime(2021, 10, 12, 3, tzinfo=UTC)
TERMS = terms_of(rail="sandbox", on=SENT.date())
SOON, LATER = SENT + timedelta(minutes=4, seconds=59), SENT + timedelta(minutes=5)


def verdict(
    known: str,
    said: TransferStatus,
    *,
    amount: int | None = 600_000,
    was_ended: bool = False,
    at: datetime = LATER,
    is_final: bool = True,
) -> str:
    terms = TERMS if is_final else replace(TERMS, not_found_is_final_after=None)
    return judge_report(
        known=known,
        was_ended=was_ended,
        amount=600_000,
        said=said,
        said_amount=amount,
        terms=terms,
        sent_at=SENT,
        at=at,
    )


TABLE: dict[str, dict[TransferStatus, str]] = {
    "sent": {
        "settled": "take",
        "failed": "take",
        "held": "take",
        "returned": "take",
        "processing": "tells_nothing",
        "unknown": "tells_nothing",
        "not_found": "send_again",
        "conflict": "contradicts",
    },
    "settled": {
        "settled": "agrees",
        "returned": "take",
        "failed": "contradicts",
        "held": "contradicts",
        "processing": "contradicts",
        "unknown": "tells_nothing",
        "not_found": "contradicts",
        "conflict": "contradicts",
    },
    "failed": {
        "settled": "contradicts",
        "returned": "contradicts",
        "failed": "agrees",
        "held": "agrees",
        "processing": "contradicts",
        "unknown": "tells_nothing",
        "not_found": "agrees",
        "conflict": "contradicts",
    },
    "returned": {
        "settled": "contradicts",
        "returned": "agrees",
        "failed": "contradicts",
        "held": "contradicts",
        "processing": "contradicts",
        "unknown": "tells_nothing",
        "not_found": "contradicts",
        "conflict": "contradicts",
    },
    "overpaid": {
        "settled": "agrees",
        "returned": "contradicts",
        "failed": "contradicts",
        "held": "contradicts",
        "processing": "contradicts",
        "unknown": "tells_nothing",
        "not_found": "contradicts",
        "conflict": "contradicts",
    },
}


@pytest.mark.parametrize("known", TABLE)
def test_every_word_against_every_state(known: str) -> None:
    assert {said: verdict(known, said) for said in ANSWERS} == TABLE[known]


def test_the_table_knows_every_state_of_what_left() -> None:
    assert set(TABLE) == set(INSTRUCTION_STATES.states()) - {"drafted", "held", "cancelled"}


def test_a_return_is_believed_only_with_the_amount_that_left() -> None:
    assert verdict("settled", "returned", amount=None) == "contradicts"
    assert {verdict(known, "settled", amount=600_001) for known in TABLE} == {"contradicts"}


def test_what_an_operator_reopened_changes_by_a_case_only() -> None:
    assert verdict("settled", "returned", was_ended=True) == "contradicts"
    assert verdict("settled", "settled", was_ended=True) == "agrees"


@pytest.mark.parametrize(
    ("known", "at", "is_final", "expected"),
    [
        ("sent", SOON, True, "tells_nothing"),
        ("sent", LATER, True, "send_again"),
        # A rail whose terms never make it final: nothing is sent again, an operator has to look.
        ("sent", LATER, False, "contradicts"),
        ("failed", SOON, True, "tells_nothing"),
        ("failed", LATER, False, "contradicts"),
    ],
)
def test_not_found_means_what_the_terms_say(known: str, at: datetime, is_final: bool, expected: str) -> None:
    assert verdict(known, "not_found", at=at, is_final=is_final) == expected


@pytest.mark.parametrize(
    ("told", "found", "agrees"),
    [
        ("settled", "settled", True),
        ("settled", "returned", True),
        ("failed", "held", True),
        ("returned", "settled", False),
        ("failed", "settled", False),
        ("settled", "failed", False),
    ],
)
def test_a_callback_against_the_rails_own_word(told: str, found: TransferStatus, agrees: bool) -> None:
    assert agrees_with_callback(told=told, found=found) is agrees
