"""What a wave would come to if it were drawn as it stands: a funnel, every reason, each province against its quota.

By the same reading, the same judgement and the same seats as the draw, with a seed that is thrown away and names that are nobody's
tickets: who would win by it says nothing of who will. Nothing is written.

Reads: intake_application, people_person.
"""

from __future__ import annotations

import secrets
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from prakerja.draw.applicants import Grounds, applicants, judge
from prakerja.draw.planning import SeatPlan, letters, rules_of, seat_plan
from prakerja.draw.protocol.ranking import BARRED, WINNER, Ranking
from prakerja.draw.protocol.rows import Row
from prakerja.draw.protocol.seats import Plan, plan_of
from prakerja.intake.eligibility import Reason
from prakerja.intake.queries import WavePeriod, wave_period
from prakerja.kernel.db import row, rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.progress import Meter
from prakerja.programmes.queries import scheme
from prakerja.rosters.queries import counting

CHUNK = 5_000


@dataclass(frozen=True)
class StratumFigures:
    """A province: who joined, who is eligible, its seats (None: it has no weight, and the draw's list would be refused), who would win."""

    code: str
    joined: int
    eligible: int
    quota: int | None
    winners: int


@dataclass(frozen=True)
class GroupFigures:
    """A priority group: its roster, eligible members, seats of its own, and members who would win, by these or other seats."""

    code: str
    roster: str
    eligible: int
    seats: int
    winners: int


@dataclass(frozen=True)
class ReasonFigures:
    """People against whom a reason speaks; those of whom it is the only one; those who leave the funnel here, and who is left then."""

    code: str
    people: int
    alone: int
    leave: int
    left: int


@dataclass(frozen=True)
class Simulation:
    """`winners`, `unfilled` and `barred` are None where the strata share out no seats (`why_not`).

    `barred`: eligible, and without a seat because their family's places are taken; with `KK_PENUH` of the reasons that is the family
    cap's effect. `crowded`: eligible people whose family card has more of them than places.
    """

    wave: int
    seats: int
    joined: int
    eligible: int
    winners: int | None
    unfilled: int | None
    barred: int | None
    crowded: int
    reasons: tuple[ReasonFigures, ...]
    strata: tuple[StratumFigures, ...]
    groups: tuple[GroupFigures, ...]
    rosters: Mapping[str, int]
    why_not: str


def simulate_wave(
    *,
    wave_number: int,
    at: datetime,
    chunk: int = CHUNK,
    progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Draw a wave as it stands at `at`, for looking. `progress` is told after each chunk: how many of how many.

    Takes about 50 microseconds a person and some tens of bytes of memory. Raises Refused: wave_unknown.
    """
    wave = wave_period(number=wave_number)
    if wave is None:
        raise Refused("wave_unknown", wave=wave_number)
    return _Simulating(wave, seat_plan(wave_number=wave_number, at=at), at).run(chunk, progress or (lambda *_: None))


def progress_name(*, wave_number: int) -> str:
    """What a simulation is called among long work."""
    return f"simulate wave {wave_number}"


class _Simulating:
    """One simulation, counted as it goes."""

    def __init__(self, wave: WavePeriod, plan: SeatPlan, at: datetime) -> None:
        self._wave, self._plan, self._at = wave, plan, at
        live = counting(at=at)
        self._rosters = {one.roster: one.number for one in live}
        eligibility = scheme(scheme_version_id=wave.scheme_version_id).eligibility
        self._grounds = Grounds(
            eligibility=eligibility,
            family_cap=eligibility.kk_max_recipients,
            versions={one.short: one.roster for one in live},
            letters=letters(wave_id=wave.wave_id),
        )
        # Where nothing can be shared out nobody is ranked: everybody is counted all the same.
        self._shared: Plan | None = None
        if not plan.why_not and plan.weights:
            self._shared = plan_of(rules_of(wave=wave, weights=plan.weights, groups=plan.groups, at=at))
        self._joined: Counter[str] = Counter()
        self._eligible: Counter[str] = Counter()
        self._members: Counter[str] = Counter()
        # How often each set of reasons stands against somebody.
        self._against: Counter[tuple[str, ...]] = Counter()
        self._kinds: dict[tuple[str, str], int] = {}
        self._ranked = array("I")
        self._families: Counter[bytes] = Counter()
        self._allowances: dict[bytes, int] = {}

    def run(self, chunk: int, progress: Callable[[int, int], None]) -> Simulation:
        found = row(
            "SELECT count(*) FROM intake_application WHERE wave_id = %s AND status = 'waiting'", [self._wave.wave_id]
        )
        total = int(found[0]) if found else 0
        ranking = None
        if self._shared is not None:
            ranking = Ranking(seed=secrets.token_bytes(32), plan=self._shared)
        several = self._several()
        meter = Meter(progress_name(wave_number=self._wave.number), count_left=lambda: total)
        done = 0
        for piece in applicants(
            wave_id=self._wave.wave_id, closed_at=self._wave.closes_at, versions=self._grounds.versions, chunk=chunk
        ):
            for one in piece:
                verdict = judge(one, self._grounds)
                self._joined[one.province] += 1
                if verdict.codes:
                    self._against[tuple(verdict.codes)] += 1
                    continue
                self._eligible[one.province] += 1
                self._members.update(verdict.groups)
                card = bytes(one.card)
                family = card if card in several else None
                if family is not None:
                    self._families[family] += 1
                    self._allowances[family] = verdict.allowance
                if ranking is not None and one.province in self._plan.quotas:
                    name = sha256(b"simulated" + one.application.bytes).digest()
                    ranking.add(Row(name, one.province, verdict.groups, family, verdict.allowance))
                    kind = self._kinds.setdefault((one.province, verdict.groups), len(self._kinds))
                    self._ranked.append(kind)
            done += len(piece)
            meter.note(len(piece))
            progress(done, total)
        meter.end()
        return self._told(ranking)

    def _several(self) -> set[bytes]:
        """The family cards of more than one applicant: only of them the cap can bind."""
        return {
            bytes(card)
            for (card,) in rows(
                "SELECT p.family_card_index FROM intake_application a JOIN people_person p ON p.id = a.person_id "
                "WHERE a.wave_id = %s AND a.status = 'waiting' GROUP BY 1 HAVING count(*) > 1",
                [self._wave.wave_id],
            )
        }

    def _told(self, ranking: Ranking | None) -> Simulation:
        winners: Counter[str] = Counter()
        members: Counter[str] = Counter()
        barred = 0
        if ranking is not None:
            ranking.seat()
            kinds = list(self._kinds)
            for kind, outcome in zip(self._ranked, ranking.outcomes(), strict=True):
                if outcome.kind == WINNER:
                    province, groups = kinds[kind]
                    winners[province] += 1
                    members.update(groups)
                barred += outcome.kind == BARRED
        quotas = self._plan.quotas
        seats = {one.code: one.seats for one in self._plan.groups}
        return Simulation(
            wave=self._wave.number,
            seats=self._wave.quota,
            joined=self._joined.total(),
            eligible=self._eligible.total(),
            winners=None if ranking is None else winners.total(),
            unfilled=None if ranking is None else ranking.unfilled,
            barred=None if ranking is None else barred,
            crowded=sum(count for card, count in self._families.items() if count > self._allowances[card]),
            reasons=self._reasons(),
            strata=tuple(
                StratumFigures(code, self._joined[code], self._eligible[code], quotas.get(code), winners[code])
                for code in sorted({*quotas, *self._joined})
            ),
            groups=tuple(
                GroupFigures(one.code, one.roster, self._members[one.code], seats[one.code], members[one.code])
                for one in self._plan.groups
            ),
            rosters=self._rosters,
            why_not=self._plan.why_not if self._plan.weights else "no strata",
        )

    def _reasons(self) -> tuple[ReasonFigures, ...]:
        found = []
        left = self._joined.total()
        for reason in Reason:
            code = str(reason)
            named = {codes: count for codes, count in self._against.items() if code in codes}
            if not named:
                continue
            # Whoever several speak against leaves at the first of them.
            leave = sum(count for codes, count in named.items() if codes[0] == code)
            left -= leave
            found.append(ReasonFigures(code, sum(named.values()), named.get((code,), 0), leave, left))
        return tuple(found)
