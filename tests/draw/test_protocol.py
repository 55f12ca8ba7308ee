"""The protocol against the worked examples of draw.md 13, and what rules, rows and documents cannot be."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol import hashes
from prakerja.draw.protocol.documents import DocumentError, Group, Rules
from prakerja.draw.protocol.ranking import Ranking, RankingError
from prakerja.draw.protocol.rows import Row, RowError
from prakerja.draw.protocol.seats import apportion, plan_of
from tests.draw.published import (
    THOUSAND_RULES,
    TWELVE_RULES,
    Draw,
    of,
    rows_of,
    rules_of,
    thousand,
    thousand_drawn,
    twelve,
    twelve_drawn,
)

# Ticket's beginning, what follows it in the results, and the person: draw.md 13.
TWELVE = [
    ("5706841c", "4 W 31D", 4),
    ("5f87bd6a", "10 R 3", 2),
    ("71af5fd5", "11 R 4", 8),
    ("75052aca", "9 R 2", 11),
    ("79231549", "8 W 94", 3),
    ("a42d7a1f", "3 K", 1),
    ("b723c860", "2 W 31", 7),
    ("bf5e78e8", "7 R 1", 6),
    ("c2a78c03", "6 W *", 5),
    ("c4ac7657", "5 K", 10),
    ("da193c13", "1 W 31", 9),
    ("fac207fb", "- X", 12),
]


def test_twelve_applicants() -> None:
    draw = twelve_drawn()
    rows = {row.ticket: number for number, row in rows_of(twelve(), wave="g19").items()}
    found = [
        (row.ticket.hex()[:8], outcome.words(), rows[row.ticket])
        for row, outcome in zip(draw.rows, draw.outcomes, strict=True)
    ]
    assert found == TWELVE
    assert draw.rules.sha256 == "0e1275c1bbf78de8108b131ed3adca849627a8e0a0a5200cd744b43aa35bee74"
    assert draw.list_root.hex() == "5aef6d7629a3d3502728682bc2c8d38710ecd1695a90fc04f06aff89b1987dee"
    assert draw.commitment.listed.size == 1251
    assert draw.commitment.sha256 == "350cc27b7b1b5ed8154277b566e33af898b3e40590784d24f1b67f9ad58e0244"
    assert draw.seed.hex() == "c27a824d79d4eb185366db95fc69ba3c3b27495f9d4a6a3e786a2f69a2d58588"
    assert hashes.rank(seed=draw.seed, ticket=draw.rows[10].ticket).hex()[:32] == "0030f040ae5a5f5fe6b8d508e71b138a"
    assert draw.results_root.hex() == "556c34a0b43b9b8c2030b364b6378d75ca7f129470b22ec777c49f0379680da1"
    assert draw.result.winners.sha256 == "a09071102eb69912a24c57ced56a8f31752f91eff19434fdfbeb51103e66d4a7"
    assert draw.result.sha256 == "fdc4fe50778ec1c2f877f829c3da413a7d0aa53b2d88b5428cb191d01b8da97f"


def test_a_thousand_applicants() -> None:
    draw = thousand_drawn()
    assert draw.rules.sha256 == "9ada3608058c71fd4daa80aba0bcd5331c74ada2fceef6a45915587ca4b85b00"
    assert draw.commitment.sha256 == "87baa99173f56f71192aed389c02586c236feae28bb32481cdfc082999fd0685"
    assert draw.seed.hex() == "f7827c4ad5b0b52c3bd59a434157232ee646506013ea5681389216498bdcf0c1"
    assert draw.result.winners.sha256 == "c2748f1ef32766c09794cdaf67fba78a5fac30ca59f251e74492c029dcf50009"
    assert plan_of(draw.rules).quotas == {"11": 8, "31": 31, "32": 39, "73": 24, "94": 78}
    assert Counter(one.kind for one in draw.outcomes) == {"W": 200, "K": 314, "R": 386, "X": 100}
    assert sum(one.pool == "*" for one in draw.outcomes) == 43


def test_without_the_cap_others_would_win() -> None:
    """The example is one in which the rule matters: 157 of the 200 would be the same."""
    capped = {row.ticket for row, out in zip(*_drawn(thousand_drawn()), strict=True) if out.kind == "W"}
    rows = [replace(row, family=None, allowance=0) for row in thousand_drawn().rows]
    ranking = Ranking(seed=thousand_drawn().seed, plan=plan_of(rules_of("g20", **THOUSAND_RULES)))
    for row in rows:
        ranking.add(row)
    ranking.seat()
    free = {row.ticket for row, out in zip(rows, ranking.outcomes(), strict=True) if out.kind == "W"}
    assert len(capped & free) == 157


def _drawn(draw: Draw) -> tuple[list[Row], list[object]]:
    return draw.rows, draw.outcomes


def test_the_order_in_which_people_joined_decides_nothing() -> None:
    people = thousand()
    random.Random(1).shuffle(people)
    again = Draw(rules_of("g20", **THOUSAND_RULES), list(rows_of(people, wave="g20").values()))
    assert again.result == thousand_drawn().result


def _plain(rows: list[Row], seed: bytes, rules: Rules) -> list[str]:
    """The walk as draw.md 8 says it, without any of the ranking's ways to save memory."""
    plan = plan_of(rules)
    line = sorted(
        (one for one in rows if one.is_eligible),
        key=lambda one: (hashes.rank(seed=seed, ticket=one.ticket), one.ticket),
    )
    seats, won = dict(plan.seats), {}
    left = {one.family: one.allowance for one in line if one.family is not None}
    for phase in plan.phases:
        for one in line:
            pool = phase.pool(one.stratum)
            if one.ticket in won or (phase.group or "") not in one.groups or not seats[pool]:
                continue
            if one.family is not None:
                if not left[one.family]:
                    continue
                left[one.family] -= 1
            seats[pool] -= 1
            won[one.ticket] = pool
        if phase is not plan.phases[-1]:
            for code in plan.quotas:
                pool = phase.pool(code)
                seats[phase.flows_to(code)] += seats[pool]
                seats[pool] = 0
    places = {one.ticket: at for at, one in enumerate(line, 1)}
    reserves = [one.ticket for one in line if one.ticket not in won and (one.family is None or left[one.family])]
    found = []
    for one in rows:
        if not one.is_eligible:
            found.append("- X")
        elif one.ticket in won:
            found.append(f"{places[one.ticket]} W {won[one.ticket]}")
        elif one.ticket in reserves:
            found.append(f"{places[one.ticket]} R {reserves.index(one.ticket) + 1}")
        else:
            found.append(f"{places[one.ticket]} K")
    return found


@st.composite
def waves(draw: st.DrawFn) -> tuple[list[Row], bytes, Rules]:
    """Any rules that can be, and any rows: empty strata, more seats than people, large families over several provinces."""
    strata = draw(st.lists(st.sampled_from(["1", "11", "31", "32", "94"]), min_size=1, unique=True))
    weights = {code: draw(st.integers(0, 5)) for code in strata}
    weights[strata[0]] += 1
    groups = [
        Group(code=code, seats=draw(st.integers(0, 4)), scope=draw(st.sampled_from(["stratum", "national"])))
        for code in draw(st.lists(st.sampled_from("DMP"), unique=True))
    ]
    rules = rules_of(
        "g1", seats=draw(st.integers(sum(one.seats for one in groups), 25)), weights=weights, groups=groups
    )
    families = [(of(f"family {number}"), draw(st.integers(1, 2))) for number in range(4)]
    rows = []
    for number in range(draw(st.integers(0, 30))):
        ticket = of(f"ticket {number}")
        if draw(st.integers(0, 9)) == 0:
            rows.append(Row(ticket, mark="0" * 32))
            continue
        letters = "".join(sorted(one.code for one in groups if draw(st.booleans())))
        family, allowance = draw(st.sampled_from([*families, (None, 0), (None, 0)]))
        rows.append(Row(ticket, draw(st.sampled_from(strata)), letters, family, allowance))
    return sorted(rows, key=lambda one: one.ticket), of(f"seed {draw(st.integers(0, 9))}"), rules


@given(waves())
def test_the_ranking_is_the_walk(wave: tuple[list[Row], bytes, Rules]) -> None:
    rows, seed, rules = wave
    try:
        plan = plan_of(rules)
    except DocumentError:
        # More reserved than a stratum has: not rules.
        return
    ranking = Ranking(seed=seed, plan=plan)
    for row in rows:
        ranking.add(row)
    ranking.seat()
    assert [one.words() for one in ranking.outcomes()] == _plain(rows, seed, rules)
    assert ranking.winners + ranking.unfilled == rules.seats


def test_nobody_is_eligible_in_a_stratum_and_more_seats_than_people() -> None:
    rules = rules_of("g1", seats=100, weights={"31": 1, "94": 3}, groups=[])
    ranking = Ranking(seed=of("seed"), plan=plan_of(rules))
    for number in range(10):
        ranking.add(Row(of(f"ticket {number}"), "31"))
    ranking.seat()
    assert (ranking.winners, ranking.unfilled) == (10, 90)
    assert {one.pool for one in ranking.outcomes()} == {"31"}


def test_a_family_of_six_in_two_provinces_gets_two_seats() -> None:
    rules = rules_of("g1", seats=6, weights={"31": 1, "94": 1}, groups=[])
    ranking = Ranking(seed=of("seed"), plan=plan_of(rules))
    for number in range(6):
        ranking.add(Row(of(f"ticket {number}"), ("31", "94")[number % 2], "", of("label"), 2))
    ranking.seat()
    kinds = [one.kind for one in ranking.outcomes()]
    assert (kinds.count("W"), kinds.count("K"), ranking.unfilled) == (2, 4, 4)
    # The two who stand first in line.
    first = sorted(range(6), key=lambda number: ranking.outcome(number).position or 0)[:2]
    assert {number for number in range(6) if kinds[number] == "W"} == set(first)


def test_nobody_at_all() -> None:
    ranking = Ranking(seed=of("seed"), plan=plan_of(rules_of("g1", **TWELVE_RULES)))
    ranking.seat()
    assert (list(ranking.outcomes()), ranking.unfilled) == ([], 5)


def test_seats_are_shared_out_by_the_largest_remainders() -> None:
    assert apportion(5, {"31": 1, "94": 1}) == {"31": 3, "94": 2}
    assert apportion(0, {"31": 0}) == {"31": 0}
    assert apportion(10, {"b": 1, "a": 1, "c": 1}) == {"b": 3, "a": 4, "c": 3}
    with pytest.raises(DocumentError):
        apportion(1, {"31": 0})


@given(
    st.integers(0, 10**6),
    st.dictionaries(st.text("0123456789", min_size=1, max_size=3), st.integers(0, 10**6), min_size=1),
)
def test_shares_add_up_and_are_never_a_seat_off(total: int, weights: dict[str, int]) -> None:
    whole = sum(weights.values())
    if whole:
        shares = apportion(total, weights)
        assert sum(shares.values()) == total
        assert all(total * w // whole <= shares[c] <= total * w // whole + 1 for c, w in weights.items())


@pytest.mark.parametrize(
    "change",
    [
        {"seats": -1},
        {"wave": "Wave-19"},
        {"wave": ""},
        {"weights": {"x": 1}},
        {"weights": {"31": -1}},
        {"groups": [Group(code="d", seats=1, scope="stratum")]},
        {"groups": [Group(code="D", seats=1, scope="stratum")] * 2},
        {"family_cap": 0},
        {"published_at": "2026-07-01T05:00:00+00:00"},
        {"published_at": "2026-02-30T05:00:00Z"},
    ],
)
def test_what_rules_cannot_say(change: dict[str, object]) -> None:
    rules = msgspec.structs.replace(rules_of("g19", **TWELVE_RULES), **change)
    with pytest.raises(DocumentError):
        Rules.read(rules.spelled())


@pytest.mark.parametrize("seats", [{"D": 40}, {"D": 1, "M": 5}])
def test_more_cannot_be_reserved_than_there_is(seats: dict[str, int]) -> None:
    groups = [
        Group(code=code, seats=count, scope="stratum" if code == "D" else "national") for code, count in seats.items()
    ]
    with pytest.raises(DocumentError):
        plan_of(rules_of("g1", seats=4, weights={"31": 1}, groups=groups))


def test_members_of_documents_are_neither_missing_nor_unknown() -> None:
    content = twelve_drawn().commitment.spelled()
    assert docs.Commitment.read(content).sources[1].round == 30662982  # type: ignore[union-attr]
    for wrong in (
        content.replace(b'"optional":false,', b""),
        content.replace(b'{"closed_at"', b'{"also":1,"closed_at"'),
        content.replace(b'"rows":12', b'"rows":"12"'),
        content.replace(b'"version":1', b'"version":2'),
        content.replace(b',"type":"prakerja-draw-commitment"', b""),
        content.replace(b"nist-beacon-2", b"nist-beacon-3"),
        content.replace(b'"optional":false', b'"optional":true'),
        content.replace(b"11:02:00.000Z", b"11:02:01.000Z"),
        content + b"\n",
    ):
        with pytest.raises(DocumentError):
            docs.Commitment.read(wrong)


@pytest.mark.parametrize(
    "line",
    [
        b"E 31 - - -",
        b"E 31 MD - -",
        b"E 31 DD - -",
        b"E 31  - - -",
        b"E 31 - - -\r",
        b"E 123456789 - - -",
        b"E 31 - " + b"a" * 64 + b" 0",
        b"E 31 - " + b"A" * 64 + b" 1",
        b"E 31 - - 1",
        b"X " + b"0" * 31,
        b"W 31",
    ],
)
def test_rows_have_one_grammar(line: bytes) -> None:
    good = of("x").hex().encode() + b" E 31 - - -\n"
    assert Row.read(good).spelled() == good
    for ticket in (of("x").hex().encode(), of("x").hex().upper().encode()):
        content = ticket + b" " + line + b"\n"
        if content != good:
            with pytest.raises(RowError):
                Row.read(content)


def test_rows_that_the_rules_do_not_know() -> None:
    ranking = Ranking(seed=of("seed"), plan=plan_of(rules_of("g1", **TWELVE_RULES)))
    with pytest.raises(RankingError, match="stratum 11"):
        ranking.add(Row(of("a"), "11"))
    with pytest.raises(RankingError, match="group M"):
        ranking.add(Row(of("b"), "31", "M"))
    ranking.add(Row(of("c"), "31", "", of("label"), 1))
    with pytest.raises(RankingError, match="two allowances"):
        ranking.add(Row(of("d"), "31", "", of("label"), 2))


def test_an_absent_source_is_another_seed_than_zeros() -> None:
    told = {"commitment": b"{}", "secret": of("secret")}
    assert hashes.seed(values=[(None, 64)], **told) != hashes.seed(values=[(bytes(64), 64)], **told)
    with pytest.raises(ValueError, match="64 bytes"):
        hashes.seed(values=[(bytes(63), 64)], **told)
