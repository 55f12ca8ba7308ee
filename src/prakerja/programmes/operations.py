"""Install the dated rules as data."""

from __future__ import annotations

from prakerja.kernel.db import requires_transaction
from prakerja.programmes.models import Programme, SchemeVersion
from prakerja.programmes.schemes import CutoffKind, Scheme, SelfPacedFrom, cutoff_at

PROGRAMME_CODE = "prakerja"


@requires_transaction
def install_scheme(*, scheme: Scheme) -> SchemeVersion:
    """Store a scheme version and the columns that hot calls read from it. The same version again changes nothing.

    Rules are never edited in place: what differs is a new version with a new key (architecture.md 1).
    """
    programme, _ = Programme.objects.get_or_create(code=PROGRAMME_CODE, defaults={"name": "Kartu Prakerja"})
    version, _ = SchemeVersion.objects.get_or_create(
        code=scheme.key,
        defaults={
            "programme": programme,
            "data": scheme.to_data(),
            "otp_life_s": scheme.otp.life_s,
            "otp_tries": scheme.otp.tries,
            "otp_lock_min": scheme.otp.lock_min,
            "otp_gap_s": scheme.otp.gap_s,
            "otp_per_day_user": scheme.otp.per_day_user,
            "otp_per_day_person": scheme.otp.per_day_person,
            "allows_promotions": scheme.price.promo_codes,
            "video_count": scheme.videos.count,
            "code_shown_by": scheme.code_shown_by.value,
            "redeem_before_min": scheme.redeem.window_before_min,
            "redeem_after_min": scheme.redeem.window_after_min,
            "self_paced_from_purchase": scheme.redeem.self_paced_from is SelfPacedFrom.PURCHASE,
            "complete_until": cutoff_at(scheme=scheme, kind=CutoffKind.COMPLETE),
        },
    )
    return version
