"""The worked examples of rules.md 14, as far as dates, limits and amounts decide them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from prakerja.programmes.schemes import (
    WEEKDAYS_ONLY,
    WIB,
    CutoffKind,
    DeadlineBasis,
    WorkingCalendar,
    balance_expires_at,
    certificate_visible_at,
    claim_due_on,
    cutoff_at,
    deadline_after_void,
    incentive_dates,
    indonesian_calendar,
    ineligible_outcome,
    next_purchase_until,
    pay_at,
    purchase_deadline,
    recheck_at,
    redemption_window,
    rescheduled_date,
    revoke_at,
    scheme_for_wave,
    survey_pay_at,
    survey_window,
    wib_day,
)

G21 = scheme_for_wave(21)
G51 = scheme_for_wave(51)
CALENDARS = [
    pytest.param(WEEKDAYS_ONLY, id="weekdays"),
    pytest.param(indonesian_calendar(), id="national-holidays"),
]


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


ANNOUNCED = wib("2021-09-22 20:00")
DEADLINE = wib("2021-10-22 00:00")


@pytest.mark.parametrize("calendar", CALENDARS)
def test_example_1_dates_of_the_happy_path(calendar: WorkingCalendar) -> None:
    assert purchase_deadline(scheme=G21, announced_at=ANNOUNCED) == DEADLINE
    # Done Saturday, reported Monday 4 October, on the dashboard Wednesday.
    visible = certificate_visible_at(scheme=G21, reported_at=wib("2021-10-04 09:00"), calendar=calendar)
    assert wib_day(visible) == date(2021, 10, 6)

    schedule = incentive_dates(scheme=G21, conditions_met_at=wib("2021-10-06 19:00"), calendar=calendar)
    assert schedule == (date(2021, 10, 7), date(2021, 11, 8), date(2021, 12, 7), date(2022, 1, 7))
    paid = [pay_at(scheme=G21, scheduled_on=day, calendar=calendar) for day in schedule]
    assert paid == [
        wib("2021-10-12 10:00"),
        wib("2021-11-11 10:00"),
        wib("2021-12-10 10:00"),
        wib("2022-01-12 10:00"),
    ]

    windows = [survey_window(scheme=G21, number=n, first_incentive_paid_at=paid[0]) for n in (1, 2, 3)]
    assert [window and window.opens_at for window in windows] == [
        wib("2021-11-11 00:10"),
        wib("2021-11-26 00:10"),
        wib("2021-11-26 00:10"),
    ]
    # The first would stay open until 11 December 00:10: the cut-off is ten minutes earlier.
    assert [window and window.closes_at for window in windows] == [wib("2021-12-11 00:00")] * 3
    first = survey_pay_at(scheme=G21, submitted_at=wib("2021-11-12 12:00"), calendar=calendar)
    assert first == wib("2021-11-17 10:00")
    assert first < wib("2021-11-26 12:00")
    rest = survey_pay_at(scheme=G21, submitted_at=wib("2021-12-09 22:00"), calendar=calendar)
    assert rest == wib("2022-01-05 10:00")


def test_example_1_rupiah_of_the_happy_path() -> None:
    balance = G21.training_fund
    left = []
    for price in (475_000, 300_000, 225_000):
        balance -= price
        left.append(balance)
    assert left == [525_000, 225_000, 0]
    assert G21.incentive.total == 2_400_000
    assert G21.survey.total == 150_000
    assert G21.total_benefit == 3_550_000


def test_example_1_the_second_training_is_reported_before_a_holiday() -> None:
    visible = certificate_visible_at(scheme=G21, reported_at=wib("2021-10-15 09:00"), calendar=indonesian_calendar())
    assert visible == wib("2021-10-19 00:10")


@pytest.mark.parametrize(
    ("calendar", "scheduled", "paid"),
    [
        pytest.param(WEEKDAYS_ONLY, date(2021, 10, 20), "2021-10-25 10:00", id="weekdays"),
        pytest.param(indonesian_calendar(), date(2021, 10, 21), "2021-10-26 10:00", id="national-holidays"),
    ],
)
def test_participant_three_is_held_and_paid_after_the_recheck(
    calendar: WorkingCalendar, scheduled: date, paid: str
) -> None:
    recheck = recheck_at(scheme=G21, held_at=wib("2021-10-12 10:00"))
    assert recheck == wib("2021-10-19 10:00")
    day = rescheduled_date(scheme=G21, rechecked_at=recheck, calendar=calendar)
    assert day == scheduled
    assert pay_at(scheme=G21, scheduled_on=day, calendar=calendar) == wib(paid)


def test_example_2_the_missed_deadline() -> None:
    assert revoke_at(scheme=G21, deadline_at=DEADLINE) == wib("2021-10-22 00:05")
    assert G21.training_fund + G21.reserve == 3_550_000


def test_example_3_the_deadline_is_an_instant_everywhere() -> None:
    deadline = purchase_deadline(scheme=G21, announced_at=ANNOUNCED)
    assert deadline.isoformat() == "2021-10-21T17:00:00+00:00"
    # 01:59:45 on 22 October in Jayapura (UTC+9) is 23:59:45 in Jakarta.
    confirmed = datetime(2021, 10, 21, 16, 59, 45, tzinfo=UTC)
    assert confirmed < deadline
    assert wib("2021-10-21 23:59:59.999999") < deadline
    assert not wib("2021-10-22 00:00:00") < deadline


@pytest.mark.parametrize(
    ("basis", "notified", "last_second"),
    [
        (DeadlineBasis.WAVE, "2021-09-22 23:59:00", "2021-10-21 23:59:59"),
        (DeadlineBasis.WAVE, "2021-09-23 00:01:00", "2021-10-21 23:59:59"),
        (DeadlineBasis.PERSON, "2021-09-22 23:59:30", "2021-10-21 23:59:59"),
        (DeadlineBasis.PERSON, "2021-09-23 00:00:10", "2021-10-22 23:59:59"),
    ],
)
def test_example_4_an_sms_around_midnight(basis: DeadlineBasis, notified: str, last_second: str) -> None:
    scheme = replace(G21, first_purchase=replace(G21.first_purchase, basis=basis))
    deadline = purchase_deadline(scheme=scheme, announced_at=ANNOUNCED, notified_at=wib(notified))
    assert deadline - timedelta(seconds=1) == wib(last_second)
    assert deadline != wib("2021-09-22 23:59:30") + timedelta(days=30)


def test_example_4_the_wave_is_the_default() -> None:
    assert G21.first_purchase.basis is DeadlineBasis.WAVE


def test_example_5_the_remainder_lapses() -> None:
    expires = balance_expires_at(scheme=G21)
    assert expires == wib("2021-12-01 00:00")
    assert wib("2021-11-30 23:59:59") < expires
    assert not wib("2021-12-01 00:00:01") < expires


def test_the_sweeps_of_2021() -> None:
    assert cutoff_at(scheme=G21, kind=CutoffKind.COMPLETE) == wib("2021-12-11 00:00")
    assert cutoff_at(scheme=G21, kind=CutoffKind.REVIEW) == wib("2021-12-11 00:00")
    assert cutoff_at(scheme=G21, kind=CutoffKind.SURVEY) == wib("2021-12-11 00:00")
    assert cutoff_at(scheme=G21, kind=CutoffKind.LINK) == wib("2021-12-16 00:00")


def test_example_7_dates_of_the_normal_scheme() -> None:
    deadline = purchase_deadline(scheme=G51, announced_at=wib("2023-04-28 12:00"))
    assert deadline == wib("2023-05-13 00:00")
    moved = deadline_after_void(scheme=G51, deadline_at=deadline, voided_at=wib("2023-05-03 10:00"))
    assert moved == deadline
    window = redemption_window(
        scheme=G51,
        delivery="live",
        purchased_at=wib("2023-05-12 20:00"),
        run_starts_at=wib("2023-05-15 09:00"),
        run_ends_at=wib("2023-05-26 12:00"),
    )
    hours = {hour: wib(f"2023-05-15 {hour}") in window for hour in ("07:59", "08:00", "10:00:00", "10:00:01")}
    assert hours == {"07:59": False, "08:00": True, "10:00:00": True, "10:00:01": False}
    assert next_purchase_until(scheme=G51, closed_at=wib("2023-05-29 20:00")) == wib("2023-06-13 00:00")
    assert next_purchase_until(scheme=G51, closed_at=wib("2023-06-20 20:00")) == wib("2023-07-05 00:00")
    assert G51.training_fund - 1_500_000 - 1_800_000 == 200_000
    assert G51.incentive.total + G51.survey.total == 700_000


def test_example_8_the_wrongful_recipient() -> None:
    outcome = ineligible_outcome(
        scheme=scheme_for_wave(18), bought=600_000, incentives_paid=1_200_000, surveys_paid=50_000
    )
    assert outcome.balance_returned == 400_000
    assert outcome.claim == 1_850_000
    assert outcome.incentives_cancelled == 1_200_000
    assert outcome.surveys_cancelled == 100_000
    assert outcome.total == 3_550_000
    assert claim_due_on(scheme=scheme_for_wave(18), decided_on=date(2021, 11, 15)) == date(2022, 1, 14)


def test_example_9_the_commitment_of_a_wave() -> None:
    assert 800_000 * scheme_for_wave(19).total_benefit == 2_840_000_000_000
