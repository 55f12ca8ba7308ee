"""Rank everybody and let them sit down, in bounded memory: 25 bytes for each eligible row, 9 for each row.

Rows are added in the order of the list. A rank's first byte chooses a bucket, the next fifteen order it; two that agree in all
of these are never decided by a guess.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from prakerja.draw.protocol.hashes import rank_prefix
from prakerja.draw.protocol.rows import Row
from prakerja.draw.protocol.seats import NATIONAL, Plan

_RANK, _INDEX, _STRATUM, _GROUPS, _FAMILY = 15, 4, 2, 4, 4
_RECORD = _RANK + _INDEX + _STRATUM + _GROUPS + _FAMILY
WINNER, BARRED, RESERVE, EXCLUDED = "W", "K", "R", "X"


class RankingError(ValueError):
    """Ranks that cannot be told apart, or rows that do not fit the plan."""


class Outcome(NamedTuple):
    """What became of a row: `kind` W, K, R or X; `position` in line from 1 (None when excluded); the pool or the reserve's number."""

    kind: str
    position: int | None
    pool: str
    number: int | None

    def words(self) -> str:
        """As the row of the results says it, after the ticket."""
        if self.kind == EXCLUDED:
            return "- X"
        tail = {WINNER: f" {self.pool}", BARRED: "", RESERVE: f" {self.number}"}[self.kind]
        return f"{self.position} {self.kind}{tail}"


@dataclass(frozen=True)
class _Line:
    """Everybody in the order of their ranks, as columns."""

    index: array[int]
    stratum: array[int]
    groups: array[int]
    family: array[int]


class Ranking:
    """Takes the rows of a list, then says what became of each."""

    def __init__(self, *, seed: bytes, plan: Plan) -> None:
        self.plan = plan
        self.rows = self.eligible = self.winners = 0
        self._prefix = sha256(rank_prefix(seed))
        self._strata = sorted(plan.quotas)
        self._stratum_number = {code: number for number, code in enumerate(self._strata)}
        self._letters = [phase.group for phase in plan.phases if phase.group]
        self._buckets = [bytearray() for _ in range(256)]
        self._families: dict[bytes, int] = {}
        # Of each labelled family: how many more may win. The first stands for all rows without a label.
        self._allowances = bytearray(b"\xff")
        self._crowds = array("I", [0])
        self._pools: list[str] = []
        # Of each row: the position, or 0; and the number of the pool from 1, or 0.
        self._position = array("I")
        self._pool = array("B")
        self._line = _Line(array("I"), array("H"), array("I"), array("I"))
        self.unfilled = 0

    def add(self, row: Row) -> None:
        """One more row, in the order of the list. Raises RankingError: a stratum or group that the rules do not have."""
        self._position.append(0)
        if row.is_eligible:
            number = self._stratum_number.get(row.stratum)
            if number is None:
                raise RankingError(f"stratum {row.stratum} is not in the rules")
            mask = 0
            for letter in row.groups:
                if letter not in self._letters:
                    raise RankingError(f"group {letter} is not in the rules")
                mask |= 1 << self._letters.index(letter)
            hashed = self._prefix.copy()
            hashed.update(row.ticket)
            rank = hashed.digest()
            self._buckets[rank[0]] += b"".join(
                (
                    rank[1 : 1 + _RANK],
                    self.rows.to_bytes(_INDEX, "big"),
                    number.to_bytes(_STRATUM, "big"),
                    mask.to_bytes(_GROUPS, "big"),
                    self._family(row).to_bytes(_FAMILY, "big"),
                )
            )
            self.eligible += 1
        self.rows += 1

    def _family(self, row: Row) -> int:
        if row.family is None:
            return 0
        known = self._families.setdefault(row.family, len(self._allowances))
        if known == len(self._allowances):
            self._allowances.append(row.allowance)
            self._crowds.append(0)
        elif self._allowances[known] != row.allowance:
            raise RankingError("a family has two allowances")
        self._crowds[known] += 1
        return known

    def are_labels_needed(self, *, cap: int) -> bool:
        """Whether each label stands more often than its allowance, which is none above `cap`. Asked before `seat`."""
        told = zip(self._crowds[1:], self._allowances[1:], strict=True)
        return all(rows > allowance <= cap for rows, allowance in told)

    def seat(self) -> None:
        """Order everybody and fill the pools. Raises RankingError: two ranks that agree too far."""
        self._line = self._in_line()
        self._pool = array("B", bytes(self.rows))
        self._pools = sorted(self.plan.seats)
        if len(self._pools) > 255:
            raise RankingError("more than 255 pools")
        pool_number = {pool: number for number, pool in enumerate(self._pools, 1)}

        def take(row: int, pool: str) -> None:
            self._pool[row] = pool_number[pool]
            self.winners += 1

        self.unfilled = self._walk(dict(self.plan.seats), self._allowances, bytearray(self.rows), take)
        self._note_positions(self._line)

    def seat_again(
        self, *, seats: Mapping[str, int], never: Iterable[int], had: Iterable[int], back: Iterable[int]
    ) -> tuple[dict[int, str], int]:
        """Fill seats that came back by the same line and phases (draw.md 9): who gets which, by row, and how many stay.

        `never` are rows that get none beside those that won; families have less by the rows of `had`, and more by those of `back`.
        """
        is_out = bytearray(map(bool, self._pool))
        for row in never:
            is_out[row] = 1
        left = bytearray(self._allowances)
        for row in back:
            if family := self._family_of(row):
                left[family] += 1
        for row in had:
            if family := self._family_of(row):
                # Who was awarded against the rule has used up what there was.
                left[family] -= left[family] > 0
        given: dict[int, str] = {}
        unfilled = self._walk({pool: seats.get(pool, 0) for pool in self.plan.seats}, left, is_out, given.__setitem__)
        return given, unfilled

    def _family_of(self, row: int) -> int:
        return self._line.family[self._position[row] - 1]

    def _walk(
        self, seats: dict[str, int], left: bytearray, is_out: bytearray, take: Callable[[int, str], object]
    ) -> int:
        """Go through the line, phase by phase; `take` hears who gets which seat. How many seats stay."""
        line = self._line
        for phase in self.plan.phases:
            bit = 1 << self._letters.index(phase.group) if phase.group else 0
            pools = [phase.pool(code) for code in self._strata]
            free = sum(seats[pool] for pool in set(pools))
            for at in range(self.eligible if free else 0):
                row = line.index[at]
                if bit & ~line.groups[at] or is_out[row]:
                    continue
                pool = pools[line.stratum[at]]
                if not seats[pool]:
                    continue
                family = line.family[at]
                if family:
                    if not left[family]:
                        continue
                    left[family] -= 1
                seats[pool] -= 1
                is_out[row] = 1
                take(row, pool)
                free -= 1
                if not free:
                    break
            if phase is not self.plan.phases[-1]:
                for code, pool in zip(self._strata, pools, strict=True):
                    seats[phase.flows_to(code)] += seats[pool]
                    seats[pool] = 0
        return seats[NATIONAL]

    def _in_line(self) -> _Line:
        line = _Line(array("I"), array("H"), array("I"), array("I"))
        a, b, c = _RANK + _INDEX, _RANK + _INDEX + _STRATUM, _RANK + _INDEX + _STRATUM + _GROUPS
        number = int.from_bytes
        for at, bucket in enumerate(self._buckets):
            records = sorted(bytes(bucket[start : start + _RECORD]) for start in range(0, len(bucket), _RECORD))
            self._buckets[at] = bytearray()
            if any(one[:_RANK] == other[:_RANK] for one, other in pairwise(records)):
                raise RankingError("two ranks agree in sixteen bytes")
            for record in records:
                line.index.append(number(record[_RANK:a], "big"))
                line.stratum.append(number(record[a:b], "big"))
                line.groups.append(number(record[b:c], "big"))
                line.family.append(number(record[c:], "big"))
        return line

    def _note_positions(self, line: _Line) -> None:
        """Positions of all, and numbers of those who are a reserve: a reserve's number replaces the pool's from 256 on."""
        self._reserve = array("I", bytes(4 * self.rows))
        reserve = 0
        for at in range(self.eligible):
            row = line.index[at]
            self._position[row] = at + 1
            if not self._pool[row] and self._allowances[line.family[at]]:
                reserve += 1
                self._reserve[row] = reserve
        self.reserves = reserve

    def outcome(self, row: int) -> Outcome:
        """What became of row `row` of the list, counted from 0."""
        position, pool, reserve = self._position[row], self._pool[row], self._reserve[row]
        if not position:
            return Outcome(EXCLUDED, None, "", None)
        if pool:
            return Outcome(WINNER, position, self._pools[pool - 1], None)
        return Outcome(RESERVE, position, "", reserve) if reserve else Outcome(BARRED, position, "", None)

    def outcomes(self) -> Iterator[Outcome]:
        """What became of every row, in the order of the list."""
        return map(self.outcome, range(self.rows))
