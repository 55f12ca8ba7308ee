"""The five versions are those of rules.md 13, value by value."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest

from prakerja.programmes.schemes import (
    CodeShownBy,
    CompletionSource,
    CutoffKind,
    Need,
    PreviousMust,
    PurchaseCloses,
    Scheme,
    SchemeDataError,
    SelfPacedFrom,
    UnknownScheme,
    UnknownWave,
    cutoff_at,
    missing_needs,
    published_schemes,
    resolve,
    scheme_by_key,
    scheme_for_wave,
)
from prakerja.programmes.schemes.data import GOVERNED_WAVES, SCHEME_DATA

KEYS = ["2020A", "2020B", "2021", "2022", "2023"]


def _table(**values: object) -> list[tuple[str, object]]:
    return [(key, values[f"s{key}"]) for key in KEYS]


def test_the_published_versions_stand_in_the_order_of_their_waves() -> None:
    assert [scheme.key for scheme in published_schemes()] == KEYS


@pytest.mark.parametrize(
    ("wave", "key"),
    [
        (1, "2020A"),
        (3, "2020A"),
        (4, "2020B"),
        (11, "2020B"),
        (12, "2021"),
        (21, "2021"),
        (22, "2021"),
        (23, "2022"),
        (47, "2022"),
        (48, "2023"),
        (71, "2023"),
        (500, "2023"),
    ],
)
def test_a_wave_chooses_its_version(wave: int, key: str) -> None:
    assert scheme_for_wave(wave).key == key


@pytest.mark.parametrize("wave", [0, -1])
def test_a_wave_that_never_was_has_no_version(wave: int) -> None:
    with pytest.raises(UnknownWave):
        scheme_for_wave(wave)


def test_an_unknown_key_has_no_version() -> None:
    with pytest.raises(UnknownScheme):
        scheme_by_key("2019")


def test_the_ranges_of_waves_follow_one_another_and_the_last_is_open() -> None:
    ranges = list(GOVERNED_WAVES.values())
    assert list(GOVERNED_WAVES) == KEYS
    assert ranges[0][0] == 1
    assert [first for first, _ in ranges[1:]] == [last + 1 for _, last in ranges[:-1] if last is not None]
    assert ranges[-1][1] is None


@pytest.mark.parametrize(
    ("key", "fund", "incentive", "survey", "benefit"),
    [
        ("2020A", 1_000_000, 2_400_000, 150_000, 3_550_000),
        ("2020B", 1_000_000, 2_400_000, 150_000, 3_550_000),
        ("2021", 1_000_000, 2_400_000, 150_000, 3_550_000),
        ("2022", 1_000_000, 2_400_000, 150_000, 3_550_000),
        ("2023", 3_500_000, 600_000, 100_000, 4_200_000),
    ],
)
def test_the_benefit_in_rupiah(key: str, fund: int, incentive: int, survey: int, benefit: int) -> None:
    scheme = scheme_by_key(key)
    assert scheme.training_fund == fund
    assert scheme.incentive.total == incentive
    assert scheme.survey.total == survey
    assert scheme.reserve == incentive + survey
    assert scheme.total_benefit == benefit


@pytest.mark.parametrize(
    ("key", "balance", "complete", "review", "survey", "link"),
    [
        ("2020A", date(2020, 12, 15), date(2020, 12, 15), None, date(2020, 12, 15), None),
        ("2020B", date(2020, 12, 15), date(2020, 12, 15), None, date(2020, 12, 15), None),
        ("2021", date(2021, 11, 30), date(2021, 12, 10), date(2021, 12, 10), date(2021, 12, 10), date(2021, 12, 15)),
        ("2022", date(2022, 11, 30), date(2022, 12, 5), date(2022, 12, 10), date(2022, 12, 10), date(2022, 12, 10)),
        ("2023", None, None, None, None, None),
    ],
)
def test_dates_of_one_year_never_leak_into_another(
    key: str,
    balance: date | None,
    complete: date | None,
    review: date | None,
    survey: date | None,
    link: date | None,
) -> None:
    cutoffs = scheme_by_key(key).cutoffs
    assert (cutoffs.balance, cutoffs.complete, cutoffs.review) == (balance, complete, review)
    assert (cutoffs.survey, cutoffs.link) == (survey, link)


def test_only_2021_pauses_its_payments() -> None:
    assert [scheme.key for scheme in published_schemes() if scheme.payout_pause is not None] == ["2021"]
    pause = scheme_by_key("2021").payout_pause
    assert pause is not None
    assert (pause.first, pause.last) == (date(2021, 12, 11), date(2022, 1, 4))


@pytest.mark.parametrize(
    ("key", "days", "next_days", "requires", "closes"),
    [
        ("2020A", 30, None, (PreviousMust.PREVIOUS_COMPLETED,), PurchaseCloses.COMPLETION),
        ("2020B", 30, None, (PreviousMust.PREVIOUS_COMPLETED,), PurchaseCloses.COMPLETION),
        ("2021", 30, None, (PreviousMust.PREVIOUS_COMPLETED,), PurchaseCloses.COMPLETION),
        ("2022", 30, None, (PreviousMust.PREVIOUS_COMPLETED,), PurchaseCloses.COMPLETION),
        (
            "2023",
            15,
            15,
            (PreviousMust.PREVIOUS_COMPLETED, PreviousMust.PREVIOUS_REVIEWED),
            PurchaseCloses.REVIEW,
        ),
    ],
)
def test_days_to_buy_and_what_must_come_before(
    key: str,
    days: int,
    next_days: int | None,
    requires: tuple[PreviousMust, ...],
    closes: PurchaseCloses,
) -> None:
    scheme = scheme_by_key(key)
    assert scheme.first_purchase.days == days
    assert scheme.next_purchase.days == next_days
    assert scheme.next_purchase.requires == requires
    assert scheme.purchase_closes_on is closes


@pytest.mark.parametrize(("key", "count"), _table(s2020A=0, s2020B=0, s2021=3, s2022=3, s2023=3))
def test_induction_videos(key: str, count: int) -> None:
    videos = scheme_by_key(key).videos
    assert (videos.count, videos.seconds) == (count, 60)


@pytest.mark.parametrize(("key", "age_max"), _table(s2020A=None, s2020B=None, s2021=None, s2022=64, s2023=64))
def test_age_limits(key: str, age_max: int | None) -> None:
    eligibility = scheme_by_key(key).eligibility
    assert (eligibility.age_min, eligibility.age_max) == (18, age_max)
    assert eligibility.kk_max_recipients == 2
    assert eligibility.lifetime_once


@pytest.mark.parametrize(("key", "count"), _table(s2020A=3, s2020B=3, s2021=3, s2022=3, s2023=0))
def test_how_many_lists_of_other_aid_exclude(key: str, count: int) -> None:
    assert len(scheme_by_key(key).eligibility.excluded_aid) == count


@pytest.mark.parametrize(("key", "face"), _table(s2020A=False, s2020B=False, s2021=False, s2022=False, s2023=True))
def test_where_a_face_is_compared(key: str, face: bool) -> None:
    assert scheme_by_key(key).face_verification is face


@pytest.mark.parametrize("key", KEYS)
def test_every_version_knows_promotions(key: str) -> None:
    assert scheme_by_key(key).price.promo_codes


@pytest.mark.parametrize(
    ("key", "shown_by", "source", "after_min", "self_paced", "hops"),
    [
        (
            key,
            CodeShownBy.PLATFORM,
            CompletionSource.REPORTED,
            None,
            SelfPacedFrom.PURCHASE,
            (1, 1),
        )
        for key in KEYS[:4]
    ]
    + [
        (
            "2023",
            CodeShownBy.DASHBOARD,
            CompletionSource.DERIVED,
            60,
            SelfPacedFrom.RUN_START,
            (0, 0),
        )
    ],
)
def test_redeeming_and_completing(
    key: str,
    shown_by: CodeShownBy,
    source: CompletionSource,
    after_min: int | None,
    self_paced: SelfPacedFrom,
    hops: tuple[int, int],
) -> None:
    scheme = scheme_by_key(key)
    assert scheme.code_shown_by is shown_by
    assert scheme.completion is source
    assert scheme.redeem.window_before_min == 60
    assert scheme.redeem.window_after_min == after_min
    assert scheme.redeem.self_paced_from is self_paced
    assert (scheme.reporting.platform_working_days, scheme.reporting.verification_working_days) == hops


@pytest.mark.parametrize("key", KEYS)
def test_what_all_versions_share(key: str) -> None:
    scheme = scheme_by_key(key)
    otp = scheme.otp
    assert (otp.digits, otp.life_s, otp.tries, otp.lock_min, otp.gap_s) == (6, 300, 3, 60, 60)
    assert (otp.per_day_user, otp.per_day_platform, otp.per_day_person) == (5, 8, 15)
    assert (otp.wrong_per_day_platform, otp.wrong_per_day_person) == (9, 15)
    assert scheme.payout_working_days == (3, 5)
    assert scheme.schedule_sync_hours == 24
    assert scheme.repay_days_if_ineligible == 60
    assert scheme.redeem.reminder_days_before == (7, 1)
    assert scheme.survey.open_offset_days == (30, 90, None)
    assert (scheme.survey.window_days, scheme.survey.sequential) == (30, True)
    assert scheme.incentive.needs == tuple(Need)


def test_missing_needs_come_in_the_scheme_s_order() -> None:
    scheme = scheme_by_key("2021")
    assert missing_needs(scheme=scheme, met=set(Need)) == ()
    assert missing_needs(scheme=scheme, met={Need.CERTIFICATE, Need.RATING, Need.NIK_MATCH}) == (
        Need.REVIEW,
        Need.ACCOUNT_LINKED,
        Need.ACCOUNT_KYC,
    )


def test_a_scheme_without_a_year_has_no_cutoff_instants() -> None:
    assert [cutoff_at(scheme=scheme_by_key("2023"), kind=kind) for kind in CutoffKind] == [None] * 5


@pytest.mark.parametrize("key", KEYS)
def test_a_version_survives_the_round_trip_through_json(key: str) -> None:
    scheme = scheme_by_key(key)
    stored = json.loads(json.dumps(scheme.to_data()))
    assert Scheme.from_data(stored) == scheme
    assert stored == scheme.to_data()


def _change(path: str, value: object) -> dict[str, Any]:
    data = scheme_by_key("2021").to_data()
    *folders, name = path.split(".")
    place = data
    for folder in folders:
        place = place[folder]
    place[name] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("training_fund", "1000000", "Expected `int`, got `str` - at `$.training_fund`"),
        ("training_fund", True, "Expected `int`, got `bool` - at `$.training_fund`"),
        ("training_fund", 1_000_000.5, "Expected `int`, got `float` - at `$.training_fund`"),
        ("price.promo_codes", 0, "Expected `bool`, got `int` - at `$.price.promo_codes`"),
        ("otp.lives", 9, "Object contains unknown field `lives` - at `$.otp`"),
        ("cutoffs.balance", "2021-11-31", "Invalid RFC3339 encoded date - at `$.cutoffs.balance`"),
        ("cutoffs.balance", 20211130, "Expected `date | null`, got `int` - at `$.cutoffs.balance`"),
        ("times_of_day.pay", "10", "Invalid RFC3339 encoded time - at `$.times_of_day.pay`"),
        ("completion", "guessed", "Invalid enum value 'guessed' - at `$.completion`"),
        ("incentive.needs", "RATING", "Expected `array`, got `str` - at `$.incentive.needs`"),
        ("eligibility", None, "Expected `object`, got `null` - at `$.eligibility`"),
        ("survey.times", 4, "fewer survey offsets than surveys"),
        ("payout_working_days", [], "payout_working_days is empty"),
    ],
)
def test_wrong_data_is_refused_with_its_path(path: str, value: object, message: str) -> None:
    with pytest.raises(SchemeDataError) as refused:
        Scheme.from_data(_change(path, value))
    assert str(refused.value) == f"scheme 2021: {message}"


def test_a_missing_value_is_refused_not_defaulted() -> None:
    data = scheme_by_key("2021").to_data()
    del data["otp"]["tries"]
    with pytest.raises(SchemeDataError, match=r"scheme 2021: Object missing required field `tries` - at `\$\.otp`"):
        Scheme.from_data(data)


def test_a_new_version_is_data_only() -> None:
    versions: dict[str, Any] = copy.deepcopy(SCHEME_DATA)
    versions["2024"] = {
        "extends": "2023",
        "incentive": {"amount": 700_000},
        "cutoffs": {"balance": "2024-11-30"},
    }
    scheme = Scheme.from_data(resolve(key="2024", versions=versions))
    assert (scheme.key, scheme.incentive.amount, scheme.incentive.times) == ("2024", 700_000, 1)
    assert (scheme.cutoffs.balance, scheme.cutoffs.survey) == (date(2024, 11, 30), None)
    assert scheme.total_benefit == 4_300_000


def test_versions_that_extend_in_a_circle_are_refused() -> None:
    with pytest.raises(SchemeDataError, match="extends itself"):
        resolve(key="a", versions={"a": {"extends": "b"}, "b": {"extends": "a"}})
