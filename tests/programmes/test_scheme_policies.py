"""Edges of the pure policies that the worked examples do not reach."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from prakerja.programmes.schemes import (
    WEEKDAYS_ONLY,
    WIB,
    DeadlineBasis,
    Scheme,
    WorkingCalendar,
    at_wib,
    certificate_visible_at,
    deadline_after_void,
    end_of_day,
    incentive_dates,
    incentive_due_at,
    indonesian_calendar,
    ineligible_outcome,
    next_purchase_until,
    pay_at,
    purchase_deadline,
    redeemable_until,
    redemption_window,
    reminder_instants,
    revoke_at,
    scheme_by_key,
    scheme_for_wave,
    shown_deadline_day,
    survey_pay_at,
    survey_window,
    video_ends_at,
    wib_day,
)

S21 = scheme_by_key("2021")
S22 = scheme_by_key("2022")
S23 = scheme_by_key("2023")


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


# Announcements against the official last moment to buy (rules.md 4.2): four of four, and wave 51 of rules.md 14.7.
@pytest.mark.parametrize(
    ("wave", "announced", "last_day"),
    [
        (16, "2021-03-31 12:00", date(2021, 4, 29)),
        (18, "2021-08-24 15:00", date(2021, 9, 22)),
        (19, "2021-09-01 12:00", date(2021, 9, 30)),
        (21, "2021-09-22 20:00", date(2021, 10, 21)),
        (51, "2023-04-28 12:00", date(2023, 5, 12)),
    ],
)
def test_the_announcement_day_is_day_one(wave: int, announced: str, last_day: date) -> None:
    deadline = purchase_deadline(scheme=scheme_for_wave(wave), announced_at=wib(announced))
    assert deadline == end_of_day(last_day)
    assert shown_deadline_day(deadline_at=deadline) == last_day
    assert deadline.tzinfo is UTC


@pytest.mark.parametrize(
    ("announced", "last_day"),
    [("2021-09-22 00:00", date(2021, 10, 21)), ("2021-09-22 23:59:59.999999", date(2021, 10, 21))],
)
def test_the_hour_of_the_announcement_does_not_matter(announced: str, last_day: date) -> None:
    assert purchase_deadline(scheme=S21, announced_at=wib(announced)) == end_of_day(last_day)


def test_the_day_is_counted_in_wib_not_in_utc() -> None:
    # 22 September 23:30 UTC is already the 23rd in Jakarta.
    announced = datetime(2021, 9, 22, 23, 30, tzinfo=UTC)
    assert purchase_deadline(scheme=S21, announced_at=announced) == end_of_day(date(2021, 10, 22))


def test_a_deadline_never_passes_the_balance_cutoff() -> None:
    deadline = purchase_deadline(scheme=S21, announced_at=wib("2021-11-05 12:00"))
    assert deadline == wib("2021-12-01 00:00")


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        wib_day(datetime(2021, 9, 22, 20, 0))  # noqa: DTZ001


def test_a_personal_deadline_needs_the_notice() -> None:
    personal = replace(S21, first_purchase=replace(S21.first_purchase, basis=DeadlineBasis.PERSON))
    with pytest.raises(ValueError, match="notice"):
        purchase_deadline(scheme=personal, announced_at=wib("2021-09-22 20:00"))


@pytest.mark.parametrize(
    ("deadline", "voided", "expected"),
    [
        ("2021-10-22 00:00", "2021-09-30 10:00", "2021-10-22 00:00"),
        ("2021-10-22 00:00", "2021-10-14 23:59", "2021-10-22 00:00"),
        ("2021-10-22 00:00", "2021-10-15 00:00", "2021-10-23 00:00"),
        ("2021-10-22 00:00", "2021-10-21 08:00", "2021-10-29 00:00"),
        ("2021-10-22 00:00", "2021-11-26 08:00", "2021-12-01 00:00"),
    ],
)
def test_a_void_gives_at_least_seven_days_up_to_the_cutoff(deadline: str, voided: str, expected: str) -> None:
    assert deadline_after_void(scheme=S21, deadline_at=wib(deadline), voided_at=wib(voided)) == wib(expected)


@pytest.mark.parametrize(
    ("scheme", "closed", "expected"),
    [
        (S21, "2021-10-05 09:00", wib("2021-12-01 00:00")),
        (S22, "2022-10-05 09:00", wib("2022-12-01 00:00")),
        (S23, "2023-05-29 00:00", wib("2023-06-13 00:00")),
        (S23, "2023-05-29 23:59", wib("2023-06-13 00:00")),
        (S23, "2023-06-20 12:00", wib("2023-07-05 00:00")),
    ],
)
def test_the_next_purchase(scheme: Scheme, closed: str, expected: datetime) -> None:
    assert next_purchase_until(scheme=scheme, closed_at=wib(closed)) == expected


def test_reminders_come_at_nine_before_the_last_day() -> None:
    instants = reminder_instants(scheme=S21, announced_at=wib("2021-09-22 20:00"), deadline_at=wib("2021-10-22 00:00"))
    assert instants == (wib("2021-10-14 09:00"), wib("2021-10-18 09:00"), wib("2021-10-20 09:00"))


def test_no_reminder_precedes_the_announcement() -> None:
    instants = reminder_instants(scheme=S21, announced_at=wib("2021-11-25 12:00"), deadline_at=wib("2021-12-01 00:00"))
    assert instants == (wib("2021-11-27 09:00"), wib("2021-11-29 09:00"))


def test_revocation_runs_five_minutes_after_the_last_day() -> None:
    assert revoke_at(scheme=S21, deadline_at=wib("2021-10-22 00:00")) == wib("2021-10-22 00:05")
    # A deadline that an operator set inside a day is revoked in the next night, never early.
    assert revoke_at(scheme=S21, deadline_at=wib("2021-10-22 12:00")) == wib("2021-10-23 00:05")


def test_a_video_ends_a_minute_after_it_began() -> None:
    assert video_ends_at(scheme=S21, started_at=wib("2021-09-23 10:00")) == wib("2021-09-23 10:01")


def test_working_days_of_the_national_calendar() -> None:
    calendar = indonesian_calendar()
    assert not calendar.is_working_day(date(2021, 10, 20))
    assert calendar.on_or_after(date(2021, 10, 20)) == date(2021, 10, 21)
    # 29 April to 6 May 2022 was one block of Eid holidays and joint leave.
    assert calendar.add(date(2022, 4, 28), 1) == date(2022, 5, 9)
    assert WEEKDAYS_ONLY.add(date(2022, 4, 28), 1) == date(2022, 4, 29)
    assert calendar.add(date(2021, 10, 2), 0) == date(2021, 10, 2)


@pytest.mark.parametrize(
    ("reported", "visible"),
    [
        ("2021-10-04 09:00", "2021-10-06 00:10"),
        ("2021-10-15 09:00", "2021-10-19 00:10"),
        ("2021-10-16 09:00", "2021-10-19 00:10"),
        ("2021-10-18 09:00", "2021-10-21 00:10"),
    ],
)
def test_a_certificate_shows_two_working_days_after_the_report(reported: str, visible: str) -> None:
    seen = certificate_visible_at(scheme=S21, reported_at=wib(reported), calendar=indonesian_calendar())
    assert seen == wib(visible)


def test_a_derived_certificate_shows_at_once() -> None:
    at = wib("2023-05-26 15:04:05")
    assert certificate_visible_at(scheme=S23, reported_at=at, calendar=WEEKDAYS_ONLY) == at


def test_monthly_dates_are_clamped_and_each_moved_on_its_own() -> None:
    dates = incentive_dates(
        scheme=S21,
        conditions_met_at=wib("2021-10-30 08:00"),
        calendar=WorkingCalendar.of([date(2021, 11, 30)]),
    )
    # Anchor Sunday 31 October; 30 November is a given holiday; 31 December and 31 January are weekdays.
    assert dates == (date(2021, 11, 1), date(2021, 12, 1), date(2021, 12, 31), date(2022, 1, 31))


def test_the_last_day_of_february_takes_the_anchor_s_place() -> None:
    dates = incentive_dates(scheme=S22, conditions_met_at=wib("2022-11-29 08:00"), calendar=WEEKDAYS_ONLY)
    assert dates == (date(2022, 11, 30), date(2022, 12, 30), date(2023, 1, 30), date(2023, 2, 28))


def test_2023_pays_once() -> None:
    dates = incentive_dates(scheme=S23, conditions_met_at=wib("2023-05-29 20:00"), calendar=WEEKDAYS_ONLY)
    assert dates == (date(2023, 5, 30),)


@pytest.mark.parametrize(
    ("scheduled", "paid"),
    [
        (date(2021, 12, 7), "2021-12-10 10:00"),
        (date(2021, 12, 8), "2022-01-05 10:00"),
        (date(2021, 12, 29), "2022-01-05 10:00"),
        (date(2021, 12, 31), "2022-01-05 10:00"),
        (date(2022, 1, 3), "2022-01-06 10:00"),
    ],
)
def test_no_payment_leaves_inside_the_pause(scheduled: date, paid: str) -> None:
    assert pay_at(scheme=S21, scheduled_on=scheduled, calendar=WEEKDAYS_ONLY) == wib(paid)


def test_after_the_pause_the_first_working_day_is_taken() -> None:
    closed = WorkingCalendar.of([date(2022, 1, 5)])
    assert pay_at(scheme=S21, scheduled_on=date(2021, 12, 8), calendar=closed) == wib("2022-01-06 10:00")


def test_an_incentive_falls_due_ten_minutes_into_its_day() -> None:
    assert incentive_due_at(scheme=S21, scheduled_on=date(2021, 10, 7)) == wib("2021-10-07 00:10")


def test_a_survey_is_paid_within_the_promised_fourteen_days() -> None:
    for day in range(1, 30):
        submitted = wib(f"2021-09-{day:02d} 22:00")
        paid = survey_pay_at(scheme=S21, submitted_at=submitted, calendar=indonesian_calendar())
        assert timedelta(0) < paid - submitted <= timedelta(days=14)


@pytest.mark.parametrize(
    ("number", "paid", "opens", "closes"),
    [
        (1, "2021-04-20 10:00", "2021-05-20 00:10", "2021-06-20 00:00"),
        (2, "2021-04-20 10:00", "2021-07-19 00:10", "2021-08-19 00:00"),
        (3, "2021-04-20 10:00", "2021-11-26 00:10", "2021-12-11 00:00"),
        # Paid after the day on which all surveys open: they open in the night after the payment.
        (1, "2021-11-29 10:00", "2021-11-30 00:10", "2021-12-11 00:00"),
        (1, "2021-12-09 10:00", "2021-12-10 00:10", "2021-12-11 00:00"),
    ],
)
def test_survey_windows(number: int, paid: str, opens: str, closes: str) -> None:
    window = survey_window(scheme=S21, number=number, first_incentive_paid_at=wib(paid))
    assert window is not None
    assert (window.opens_at, window.closes_at) == (wib(opens), wib(closes))


def test_a_survey_never_opens_after_its_cutoff() -> None:
    assert survey_window(scheme=S21, number=1, first_incentive_paid_at=wib("2021-12-10 10:00")) is None
    assert survey_window(scheme=S21, number=3, first_incentive_paid_at=wib("2022-01-05 10:00")) is None


def test_2023_has_two_surveys_and_no_cutoff() -> None:
    window = survey_window(scheme=S23, number=2, first_incentive_paid_at=wib("2023-06-05 10:00"))
    assert window is not None
    assert (window.opens_at, window.closes_at) == (wib("2023-09-03 00:10"), wib("2023-10-04 00:00"))
    with pytest.raises(ValueError, match="no survey 3"):
        survey_window(scheme=S23, number=3, first_incentive_paid_at=wib("2023-06-05 10:00"))


def test_nothing_is_redeemed_past_the_completion_cutoff() -> None:
    assert redeemable_until(scheme=S21, run_ends_at=wib("2022-03-01 00:00")) == wib("2021-12-11 00:00")
    assert redeemable_until(scheme=S21, run_ends_at=wib("2021-12-10 23:00")) == wib("2021-12-10 23:00")
    assert redeemable_until(scheme=S23, run_ends_at=wib("2024-03-01 00:00")) == wib("2024-03-01 00:00")


def test_a_later_session_has_its_own_window() -> None:
    window = redemption_window(
        scheme=S23,
        delivery="live",
        purchased_at=wib("2023-05-12 20:00"),
        run_starts_at=wib("2023-05-15 09:00"),
        run_ends_at=wib("2023-05-19 12:00"),
        session_starts_at=wib("2023-05-17 13:00"),
    )
    assert (window.opens_at, window.closes_at) == (wib("2023-05-17 12:00"), wib("2023-05-17 14:00:01"))


def test_an_unknown_delivery_is_refused() -> None:
    at = wib("2021-10-10 09:00")
    with pytest.raises(ValueError, match="telepathy"):
        redemption_window(scheme=S21, delivery="telepathy", purchased_at=at, run_starts_at=at, run_ends_at=at)


@pytest.mark.parametrize(
    ("bought", "incentives", "surveys"), [(1_000_001, 0, 0), (0, 2_400_001, 0), (0, 0, 150_001), (-1, 0, 0)]
)
def test_more_than_was_granted_is_refused(bought: int, incentives: int, surveys: int) -> None:
    with pytest.raises(ValueError, match="grants"):
        ineligible_outcome(scheme=S21, bought=bought, incentives_paid=incentives, surveys_paid=surveys)


def test_days_begin_and_end_in_wib() -> None:
    assert end_of_day(date(2021, 10, 21)) == datetime(2021, 10, 21, 17, 0, tzinfo=UTC)
    assert at_wib(date(2021, 10, 22), time(0, 5)) == datetime(2021, 10, 21, 17, 5, tzinfo=UTC)
