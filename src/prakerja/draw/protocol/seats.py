"""How many seats each pool has, and in which order pools are filled (draw.md 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prakerja.draw.protocol.documents import DocumentError, Rules

NATIONAL = "*"


def apportion(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """`total` seats in proportion to `weights`, whole ones: the largest remainders get those that are left, the smaller code first.

    Raises DocumentError when there is something to share out and nobody has a weight.
    """
    whole = sum(weights.values())
    if whole == 0:
        if total:
            raise DocumentError("no stratum has a weight")
        return dict.fromkeys(weights, 0)
    shares = {code: total * weight // whole for code, weight in weights.items()}
    left = total - sum(shares.values())
    by_remainder = sorted(weights, key=lambda code: (-(total * weights[code] % whole), code))
    for code in by_remainder[:left]:
        shares[code] += 1
    return shares


@dataclass(frozen=True)
class Phase:
    """A round of filling: rows that match a pool of it may take a seat there, in the order of their ranks.

    `group` None: everybody. `is_national`: one pool for all strata; else each stratum has its own.
    """

    group: str | None
    is_national: bool

    def pool(self, stratum: str) -> str:
        """The pool in which a row of this stratum looks for a seat."""
        return (NATIONAL if self.is_national else stratum) + (self.group or "")

    def flows_to(self, stratum: str) -> str:
        """Where seats go that nobody of the phase took."""
        return stratum if self.group and not self.is_national else NATIONAL


@dataclass(frozen=True)
class Plan:
    """The seats of every pool before anybody sits, and the phases in their order."""

    quotas: Mapping[str, int]
    seats: Mapping[str, int]
    phases: tuple[Phase, ...]


def plan_of(rules: Rules) -> Plan:
    """Share out a wave's seats. Raises DocumentError: more reserved than there are seats, in all or in a stratum."""
    national = sum(one.seats for one in rules.groups if one.scope == "national")
    if national > rules.seats:
        raise DocumentError("national groups reserve more seats than the wave has")
    quotas = apportion(rules.seats - national, rules.weights)
    open_seats, seats = dict(quotas), {}
    for group in rules.groups:
        if group.scope == "national":
            seats[NATIONAL + group.code] = group.seats
            continue
        for code, reserved in apportion(group.seats, quotas).items():
            open_seats[code] -= reserved
            seats[code + group.code] = reserved
    if any(left < 0 for left in open_seats.values()):
        raise DocumentError("groups reserve more seats of a stratum than it has")
    phases = [Phase(one.code, one.scope == "national") for one in rules.groups]
    return Plan(
        quotas=quotas,
        seats={**seats, **open_seats, NATIONAL: 0},
        phases=(*phases, Phase(None, is_national=False), Phase(None, is_national=True)),
    )
