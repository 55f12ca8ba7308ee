"""Install the dated rules as data."""

from __future__ import annotations

from typing import Any

from prakerja.kernel.db import requires_transaction
from prakerja.programmes.models import Programme, SchemeVersion
from prakerja.programmes.schemes import CutoffKind, Scheme, SelfPacedFrom, cutoff_at

PROGRAMME_CODE = "prakerja"


class SchemeChanged(Exception):
    """The program's rules of a version are not those that the database keeps under its key."""


@requires_transaction
def install_scheme(*, scheme: Scheme) -> SchemeVersion:
    """Store a scheme version and the columns that hot calls read from it. The same version again changes nothing.

    Rules are never edited in place: what differs is a new version with a new key (architecture.md "The house"). Raises SchemeChanged
    when the version is stored with other rules, because awards hang on those.
    """
    programme, _ = Programme.objects.get_or_create(code=PROGRAMME_CODE, defaults={"name": "Kartu Prakerja"})
    version, is_new = SchemeVersion.objects.get_or_create(
        code=scheme.key, defaults={"programme": programme, **stored_columns(scheme=scheme)}
    )
    if not is_new and (names := differences(version=version, scheme=scheme)):
        raise SchemeChanged(f"{scheme.key}: {', '.join(names)}")
    return version


def stored_columns(*, scheme: Scheme) -> dict[str, Any]:
    """The columns of `SchemeVersion` that hold these rules: all of them as JSON, and what SQL reads as columns."""
    return {
        "data": scheme.to_data(),
        "otp_life_s": scheme.otp.life_s,
        "otp_tries": scheme.otp.tries,
        "otp_lock_min": scheme.otp.lock_min,
        "otp_gap_s": scheme.otp.gap_s,
        "otp_per_day_user": scheme.otp.per_day_user,
        "otp_per_day_platform": scheme.otp.per_day_platform,
        "otp_per_day_person": scheme.otp.per_day_person,
        "otp_wrong_per_day_platform": scheme.otp.wrong_per_day_platform,
        "otp_wrong_per_day_person": scheme.otp.wrong_per_day_person,
        "allows_promotions": scheme.price.promo_codes,
        "video_count": scheme.videos.count,
        "code_shown_by": scheme.code_shown_by.value,
        "redeem_before_min": scheme.redeem.window_before_min,
        "redeem_after_min": scheme.redeem.window_after_min,
        "self_paced_from_purchase": scheme.redeem.self_paced_from is SelfPacedFrom.PURCHASE,
        "complete_until": cutoff_at(scheme=scheme, kind=CutoffKind.COMPLETE),
    }


def differences(*, version: SchemeVersion, scheme: Scheme) -> list[str]:
    """Where a stored version is not `scheme`: paths of the data (`otp.tries`), names of columns."""
    found = []
    for name, wanted in stored_columns(scheme=scheme).items():
        kept = getattr(version, name)
        if name == "data":
            found += _paths(kept, wanted)
        elif kept != wanted:
            found.append(name)
    return found


def _paths(kept: Any, wanted: Any, place: str = "") -> list[str]:
    if isinstance(kept, dict) and isinstance(wanted, dict):
        names = sorted(kept.keys() | wanted.keys())
        return [path for name in names for path in _paths(kept.get(name), wanted.get(name), f"{place}.{name}")]
    return [] if kept == wanted else [place.removeprefix(".")]
