"""Holds, the pause, conditions and labels as tables, without a database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from prakerja.incentives.labels import LABELS, incentive_label
from prakerja.incentives.policies import (
    AccountFacts,
    first_day_after_pause,
    hold_reason,
    needs_met,
    new_dates,
)
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.programmes.schemes import Need, indonesian_calendar, missing_needs, scheme_by_key, scheme_for_wave
from tests.money import wib

PAY = date(2021, 10, 12)
GOOD = AccountFacts(linked_on=date(2021, 9, 24), nik_matches=True, is_kyc_complete=True)
G21, G51 = scheme_for_wave(21), scheme_for_wave(51)


@pytest.fixture(autouse=True)
def _money_is_proved() -> None:
    """There are no books here."""


@pytest.fixture(autouse=True)
def bank() -> None:
    """There is no bank here."""


@pytest.mark.parametrize(
    ("account", "is_suspended", "reason"),
    [
        (GOOD, False, ""),
        (None, False, "no_account"),
        (AccountFacts(GOOD.linked_on, False, False), False, "nik_mismatch"),
        (AccountFacts(GOOD.linked_on, True, False), False, "kyc_incomplete"),
        (AccountFacts(PAY, True, True), False, "account_changed"),
        (AccountFacts(PAY - timedelta(days=2), True, True), True, "account_changed"),
        (AccountFacts(PAY - timedelta(days=3), True, True), False, ""),
        (GOOD, True, "award_suspended"),
    ],
)
def test_hold_reason(account: AccountFacts | None, is_suspended: bool, reason: str) -> None:
    assert hold_reason(scheme=scheme_by_key("2021"), account=account, pay_date=PAY, is_suspended=is_suspended) == reason


@pytest.mark.parametrize(
    ("day", "after"),
    [
        (date(2021, 12, 10), None),
        (date(2021, 12, 11), date(2022, 1, 5)),
        (date(2022, 1, 4), date(2022, 1, 5)),
        (date(2022, 1, 5), None),
    ],
)
def test_first_day_after_pause(day: date, after: date | None) -> None:
    calendar = indonesian_calendar()
    assert first_day_after_pause(scheme=G21, day=day, calendar=calendar) == after
    assert first_day_after_pause(scheme=G51, day=day, calendar=calendar) is None


def test_new_dates_after_a_recheck() -> None:
    assert new_dates(scheme=G21, checked_at=wib("2021-10-19 10:00")) == (date(2021, 10, 21), date(2021, 10, 26))


def test_every_condition_is_needed() -> None:
    at = wib("2021-10-06 19:00")
    everything = {"certificate_visible_from": at, "rated_at": at, "account": GOOD}
    assert missing_needs(scheme=G21, met=needs_met(**everything, at=at)) == ()  # type: ignore[arg-type]
    for changes, missing in (
        ({"certificate_visible_from": None}, (Need.CERTIFICATE,)),
        ({"certificate_visible_from": at + timedelta(seconds=1)}, (Need.CERTIFICATE,)),
        ({"rated_at": None}, (Need.RATING, Need.REVIEW)),
        ({"account": None}, (Need.ACCOUNT_LINKED, Need.ACCOUNT_KYC, Need.NIK_MATCH)),
        ({"account": AccountFacts(PAY, True, False)}, (Need.ACCOUNT_KYC,)),
        ({"account": AccountFacts(PAY, False, True)}, (Need.NIK_MATCH,)),
    ):
        met = needs_met(**(everything | changes), at=at)  # type: ignore[arg-type]
        assert missing_needs(scheme=G21, met=met) == missing


@pytest.mark.parametrize(
    ("status", "last_problem", "at", "text"),
    [
        ("planned", "", "2021-10-12 10:00", "Menunggu diproses"),
        ("due", "", "2021-10-12 10:00", "Dijadwalkan"),
        ("instructed", "", "2021-10-12 10:00", "Sedang diproses"),
        ("instructed", "failed", "2021-10-26 10:00", "Sedang diproses"),
        ("held", "", "2021-10-12 10:00", "Dana tertahan"),
        ("held", "", "2021-10-19 10:00", "Dalam pengecekan"),
        ("due", "failed", "2021-10-20 23:59", "Gagal"),
        ("due", "returned", "2021-10-21 00:00", "Dalam pengecekan"),
        ("paid", "", "2021-10-12 10:00", "Berhasil"),
        ("lapsed", "", "2021-10-12 10:00", "Hangus"),
        ("cancelled", "", "2021-10-12 10:00", "Dibatalkan"),
    ],
)
def test_labels(status: str, last_problem: str, at: str, text: str) -> None:
    label = incentive_label(
        status=status,
        last_problem=last_problem,
        scheduled_date=date(2021, 10, 21),
        recheck_at=wib("2021-10-19 10:00"),
        at=wib(at),
    )
    with translation.override("id"):
        assert str(label.text) == text


def test_every_state_has_words() -> None:
    assert set(INCENTIVE_STATES.states()) <= set(LABELS)
