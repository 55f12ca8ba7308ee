"""Pure decisions about who may be awarded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from prakerja.people.policies import age_on
from prakerja.programmes.schemes import Scheme


@dataclass(frozen=True)
class Candidate:
    """What is known of a listed person before the award."""

    birth_date: date
    is_blacklisted: bool
    awards_before: int
    family_recipients: int


def exclusion_reason(*, candidate: Candidate, scheme: Scheme, on: date) -> str:
    """Why this person may not be awarded on day `on` (WIB), or "": a reason of rules.md 3.4."""
    eligibility = scheme.eligibility
    if candidate.is_blacklisted:
        return "BLACKLIST"
    if eligibility.lifetime_once and candidate.awards_before:
        return "PERNAH_MENERIMA"
    age = age_on(candidate.birth_date, on)
    if age < eligibility.age_min or (eligibility.age_max is not None and age > eligibility.age_max):
        return "USIA"
    if candidate.family_recipients >= eligibility.kk_max_recipients:
        return "KK_PENUH"
    return ""
