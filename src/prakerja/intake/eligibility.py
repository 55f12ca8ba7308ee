"""Who may join a wave, with every reason that speaks against it (rules.md 3.2, 3.4). Pure.

The self-check before signing in and whoever joins people to a wave ask the same function; they differ only in where the facts
come from: what somebody says of themselves, or what we and the registries know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from prakerja.intake.policies import born_until
from prakerja.programmes.schemes.model import Aid, Eligibility
from prakerja.rosters.policies import KINDS


class Reason(StrEnum):
    """Why somebody may not join, by the programme's names (rules.md 3.4). `BUKAN_WNI` is ours: it had none."""

    BUKAN_WNI = "BUKAN_WNI"
    USIA = "USIA"
    SEKOLAH = "SEKOLAH"
    DAFTAR_TERLARANG = "DAFTAR_TERLARANG"
    DTKS = "DTKS"
    BSU = "BSU"
    BPUM = "BPUM"
    PERNAH_MENERIMA = "PERNAH_MENERIMA"
    BLACKLIST = "BLACKLIST"
    KK_PENUH = "KK_PENUH"


# The posts of DAFTAR_TERLARANG, in the order in which they are asked for (rules.md 3.2).
POSTS = ("state_official", "legislator", "civil_servant", "army", "police", "village", "state_company")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of somebody who wants to join; None: nobody knows, and nothing is concluded from it.

    `post` is one of POSTS or "" for none; `aid` are the lists of other aid that the person stands on; `was_recipient` in any
    year, `was_revoked` of a participation that was taken away; `card_recipients` are others of the same family card who were
    recipients.
    """

    birth_date: date | None = None
    is_citizen: bool | None = None
    is_enrolled: bool | None = None
    post: str | None = None
    aid: frozenset[Aid] | None = None
    was_recipient: bool | None = None
    was_revoked: bool | None = None
    card_recipients: int | None = None


def reasons_against(*, facts: Facts, eligibility: Eligibility, on: date) -> tuple[Reason, ...]:
    """Every reason why these facts exclude somebody under a scheme on day `on` (WIB), in the order of `Reason`; () for none.

    Somebody is 18 on the birthday itself; who is born on 29 February, on 1 March of other years. Source: rules.md 3.2.
    """
    found = {
        Reason.BUKAN_WNI: facts.is_citizen is False,
        Reason.USIA: facts.birth_date is not None and _is_of_other_age(facts.birth_date, eligibility, on),
        Reason.SEKOLAH: facts.is_enrolled is True,
        Reason.DAFTAR_TERLARANG: bool(facts.post),
        **{Reason(aid): aid in (facts.aid or ()) for aid in eligibility.excluded_aid},
        Reason.PERNAH_MENERIMA: facts.was_recipient is True and eligibility.lifetime_once,
        Reason.BLACKLIST: facts.was_revoked is True,
        Reason.KK_PENUH: (facts.card_recipients or 0) >= eligibility.kk_max_recipients,
    }
    return tuple(reason for reason in Reason if found.get(reason, False))


def with_rosters(*, facts: Facts, rosters: Iterable[str]) -> Facts:
    """These facts, with what standing on these rosters adds to them; a roster takes nothing away (rules.md 3.2, 4.6)."""
    kinds = [KINDS[code] for code in rosters]
    meanings = {kind.meaning for kind in kinds}
    aid = frozenset(Aid(kind.what) for kind in kinds if kind.meaning == "aid")
    return replace(
        facts,
        is_enrolled=True if "enrolled" in meanings else facts.is_enrolled,
        post=facts.post or next((kind.what for kind in kinds if kind.meaning == "post"), facts.post),
        aid=(facts.aid or frozenset()) | aid if aid else facts.aid,
        was_recipient=True if "recipient" in meanings else facts.was_recipient,
        was_revoked=True if "revoked" in meanings else facts.was_revoked,
    )


def rosters_against(*, rosters: Iterable[str], eligibility: Eligibility, on: date) -> tuple[tuple[str, Reason], ...]:
    """Of these rosters those that exclude somebody under a scheme, each with its reason: what of them a person is told."""
    found = []
    for code in rosters:
        facts = with_rosters(facts=Facts(), rosters=[code])
        found += [(code, reason) for reason in reasons_against(facts=facts, eligibility=eligibility, on=on)]
    return tuple(found)


def unknown_facts(*, facts: Facts) -> tuple[str, ...]:
    """The names of the facts that nobody knows yet, so that "nothing speaks against it" is never said too early."""
    return tuple(name for name in Facts.__slots__ if getattr(facts, name) is None)


def _is_of_other_age(birth_date: date, eligibility: Eligibility, on: date) -> bool:
    too_old = None if eligibility.age_max is None else born_until(age=eligibility.age_max + 1, on=on)
    return birth_date > born_until(age=eligibility.age_min, on=on) or (too_old is not None and birth_date <= too_old)
