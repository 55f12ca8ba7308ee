"""A wave's strata and priority groups: provinces with weights, and seats that are filled first (rules.md 4.1, draw.md 8).

Operators change them until the rules of the draw are published; from then on they are what was published.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.models import Draw, PriorityGroup, Stratum
from prakerja.draw.protocol.documents import DocumentError, Group, Rules, instant_text
from prakerja.draw.protocol.seats import NATIONAL, plan_of
from prakerja.draw.steps import replace_own
from prakerja.intake.queries import WavePeriod, wave_period
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.programmes.queries import scheme
from prakerja.rosters.policies import PRIORITIES

# Applicants look at their row for so long before the randomness comes, seconds.
LEAD_S = 24 * 3600
_LOCK = 0x7072616B_00000000


@dataclass(frozen=True)
class Priority:
    """A roster of `rosters.policies.PRIORITIES` whose people have `seats` of their own, by the letter `code`."""

    code: str
    roster: str
    seats: int
    scope: Literal["stratum", "national"] = "stratum"


@dataclass(frozen=True)
class SeatPlan:
    """How a wave's seats are shared out. `quotas`: province → seats, groups' shares included; `reserved`: pool → seats of a group.

    `why_not` says why it cannot be shared out so, "" when it can; `is_frozen`: the rules are published, or it is too late for them.
    """

    wave: int
    seats: int
    weights: Mapping[str, int]
    groups: tuple[Priority, ...]
    quotas: Mapping[str, int]
    reserved: Mapping[str, int]
    why_not: str
    is_frozen: bool


def letters(*, wave_id: uuid.UUID) -> dict[str, str]:
    """Roster → the letter of its group in this wave."""
    return dict(PriorityGroup.objects.filter(wave_id=wave_id).values_list("roster", "code"))


def seat_plan(*, wave_number: int, at: datetime) -> SeatPlan:
    """A wave's strata and groups, and how many seats each has. Raises Refused: wave_unknown."""
    wave = wave_period(number=wave_number)
    if wave is None:
        raise Refused("wave_unknown", wave=wave_number)
    weights = dict(Stratum.objects.filter(wave_id=wave.wave_id).order_by("code").values_list("code", "weight"))
    return looked_ahead(wave=wave, weights=weights, groups=_groups(wave.wave_id), at=at)


def looked_ahead(*, wave: WavePeriod, weights: Mapping[str, int], groups: Sequence[Priority], at: datetime) -> SeatPlan:
    """What these strata and groups would mean for a wave; nothing is written."""
    quotas: Mapping[str, int] = {}
    reserved: dict[str, int] = {}
    why_not = ""
    try:
        rules = rules_of(wave=wave, weights=weights, groups=groups, at=at)
        shared = plan_of(rules)
        quotas = shared.quotas
        reserved = {pool: seats for pool, seats in shared.seats.items() if pool != NATIONAL and pool not in quotas}
    except DocumentError as error:
        why_not = str(error)
    is_ruled = Draw.objects.filter(wave_id=wave.wave_id).exclude(status="drafted").exists()
    return SeatPlan(
        wave.number, wave.quota, weights, tuple(groups), quotas, reserved, why_not, is_ruled or at >= wave.opens_at
    )


def rules_of(
    *,
    wave: WavePeriod,
    weights: Mapping[str, int],
    groups: Sequence[Priority],
    at: datetime,
    min_lead_s: int = LEAD_S,
) -> Rules:
    """The rules by which a wave with these strata and groups is drawn. Raises DocumentError: they cannot be."""
    rules = Rules(
        wave=f"g{wave.number}",
        seats=wave.quota,
        weights=dict(weights),
        groups=[Group(code=one.code, seats=one.seats, scope=one.scope) for one in groups],
        family_cap=scheme(scheme_version_id=wave.scheme_version_id).eligibility.kk_max_recipients,
        released_counts=False,
        min_lead_s=min_lead_s,
        published_at=instant_text(at),
    )
    rules.require()
    plan_of(rules)
    return rules


@permitted("draw.prepare")
def set_strata(
    *,
    wave_number: int,
    weights: Mapping[str, int],
    groups: Sequence[Priority] = (),
    actor: Actor,
    at: datetime,
) -> SeatPlan:
    """Say how a wave's quota is shared out: by `weights` (province → whole number) and `groups`, in the order in which they are filled.

    What stood there before is replaced, and rules that this operator prepared are prepared anew. Raises Refused: not_permitted,
    wave_unknown, wave_open_already, draw_elsewhere (status; the rules are published), group_unknown (roster), rules_wrong (why), step_waits
    (digest, by; rules that another operator prepared wait).
    """
    for one in groups:
        if one.roster not in PRIORITIES:
            raise Refused("group_unknown", roster=one.roster)
    with transaction():
        wave = wave_ahead(number=wave_number, at=at)
        keep_strata(wave=wave, weights=weights, groups=groups, actor=actor, at=at)
        return seat_plan(wave_number=wave_number, at=at)


@requires_transaction
def wave_ahead(*, number: int, at: datetime) -> WavePeriod:
    """A wave that is not open yet. Raises Refused: wave_unknown, wave_open_already."""
    wave = wave_period(number=number)
    if wave is None:
        raise Refused("wave_unknown", wave=number)
    if at >= wave.opens_at:
        raise Refused("wave_open_already")
    return wave


@requires_transaction
def keep_strata(
    *, wave: WavePeriod, weights: Mapping[str, int], groups: Sequence[Priority] | None, actor: Actor, at: datetime
) -> tuple[Priority, ...]:
    """Write strata and groups down (None: the groups stay), and let go of rules that waited. Returns the groups.

    Raises Refused: draw_elsewhere, rules_wrong, step_waits (digest, by; another operator prepared rules).
    """
    # Of two who change the strata one waits.
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK + wave.number])
    draw = Draw.objects.select_for_update(no_key=True).filter(wave_id=wave.wave_id).order_by("-number").first()
    if draw is not None and draw.status != "drafted":
        raise Refused("draw_elsewhere", status=draw.status)
    before = (dict(Stratum.objects.filter(wave_id=wave.wave_id).values_list("code", "weight")), _groups(wave.wave_id))
    kept = before[1] if groups is None else tuple(groups)
    if len({one.roster for one in kept}) != len(kept):
        raise Refused("rules_wrong", why="a roster makes one group")
    try:
        rules_of(wave=wave, weights=weights, groups=kept, at=at)
    except DocumentError as error:
        raise Refused("rules_wrong", why=str(error)) from error
    if before == (dict(weights), kept):
        return kept
    if draw is not None:
        # Whoever confirms what was prepared before would confirm other shares than these.
        replace_own(draw=draw, step="rules", actor=actor, at=at)
    Stratum.objects.filter(wave_id=wave.wave_id).delete()
    PriorityGroup.objects.filter(wave_id=wave.wave_id).delete()
    Stratum.objects.bulk_create(
        [Stratum(id=new_id(), wave_id=wave.wave_id, code=code, weight=weight) for code, weight in weights.items()]
    )
    PriorityGroup.objects.bulk_create(
        [
            PriorityGroup(
                id=new_id(),
                wave_id=wave.wave_id,
                place=place,
                code=one.code,
                roster=one.roster,
                seats=one.seats,
                scope=one.scope,
            )
            for place, one in enumerate(kept, 1)
        ]
    )
    record(
        action="wave.strata_set",
        at=at,
        actor=actor,
        subject_kind="wave",
        subject_id=wave.wave_id,
        data={"wave": wave.number},
        before=_told(*before),
        after=_told(weights, kept),
    )
    return kept


def _told(weights: Mapping[str, int], groups: Sequence[Priority]) -> dict[str, object]:
    return {
        "weights": dict(weights),
        "groups": [[one.code, one.roster, one.seats, one.scope] for one in groups],
    }


def _groups(wave_id: uuid.UUID) -> tuple[Priority, ...]:
    found = PriorityGroup.objects.filter(wave_id=wave_id).order_by("place")
    return tuple(
        Priority(one.code, one.roster, one.seats, "national" if one.scope == "national" else "stratum") for one in found
    )
