"""Who may join a wave: every reason, by a table of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from prakerja.intake.eligibility import POSTS, Facts, Reason, reasons_against, unknown_facts
from prakerja.programmes.schemes import scheme_by_key
from prakerja.programmes.schemes.model import Aid

ON = date(2021, 9, 17)
FINE = Facts(
    birth_date=date(1995, 12, 10),
    is_citizen=True,
    is_enrolled=False,
    post="",
    aid=frozenset(),
    was_recipient=False,
    was_revoked=False,
    card_recipients=0,
)


def against(key: str = "2021", on: date = ON, **facts: object) -> list[str]:
    eligibility = scheme_by_key(key).eligibility
    return [str(one) for one in reasons_against(facts=replace(FINE, **facts), eligibility=eligibility, on=on)]  # type: ignore[arg-type]


def test_nothing_speaks_against_somebody_who_may_join() -> None:
    assert against() == []
    assert unknown_facts(facts=FINE) == ()


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"birth_date": date(2003, 9, 17)}, []),
        ({"birth_date": date(2003, 9, 18)}, ["USIA"]),
        ({"is_citizen": False}, ["BUKAN_WNI"]),
        ({"is_enrolled": True}, ["SEKOLAH"]),
        *(({"post": post}, ["DAFTAR_TERLARANG"]) for post in POSTS),
        ({"aid": frozenset((Aid.BSU,))}, ["BSU"]),
        ({"aid": frozenset(Aid)}, ["DTKS", "BSU", "BPUM"]),
        ({"was_recipient": True}, ["PERNAH_MENERIMA"]),
        ({"was_recipient": True, "was_revoked": True}, ["PERNAH_MENERIMA", "BLACKLIST"]),
        ({"card_recipients": 1}, []),
        ({"card_recipients": 2}, ["KK_PENUH"]),
        ({"card_recipients": 5}, ["KK_PENUH"]),
    ],
)
def test_every_reason(facts: dict[str, object], reasons: list[str]) -> None:
    assert against(**facts) == reasons


def test_all_reasons_are_told_at_once_and_in_one_order() -> None:
    everything = Facts(date(2010, 1, 1), False, True, "army", frozenset(Aid), True, True, 2)
    found = reasons_against(facts=everything, eligibility=scheme_by_key("2021").eligibility, on=ON)
    assert found == tuple(Reason)


def test_the_schemes_differ_by_age_and_other_aid() -> None:
    old = date(1950, 1, 1)
    assert (against("2021", birth_date=old), against("2022", birth_date=old)) == ([], ["USIA"])
    assert against("2022", birth_date=date(1956, 9, 18)) == []
    assert against("2022", birth_date=date(1956, 9, 17)) == ["USIA"]
    aid = frozenset(Aid)
    assert (against("2022", aid=aid), against("2023", aid=aid)) == (["DTKS", "BSU", "BPUM"], [])


def test_nothing_is_concluded_from_what_nobody_knows() -> None:
    nothing = Facts()
    assert reasons_against(facts=nothing, eligibility=scheme_by_key("2021").eligibility, on=ON) == ()
    assert set(unknown_facts(facts=nothing)) == set(Facts.__slots__)
