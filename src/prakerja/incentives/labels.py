"""What a participant reads beside an incentive: the dashboard's own words of 2021 (decisions.md 75; rules.md 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from prakerja.programmes.schemes import Need, wib_day


@dataclass(frozen=True, slots=True)
class Label:
    """`text` is translated when it is shown; `api_code` is the number of contract.md 2.15, None where it has none."""

    key: str
    text: Promise
    api_code: int | None


LABELS = {
    label.key: label
    for label in (
        Label("planned", _("Menunggu diproses"), 1),
        Label("due", _("Dijadwalkan"), 2),
        Label("paid", _("Berhasil"), 3),
        Label("held", _("Dana tertahan"), 4),
        Label("instructed", _("Sedang diproses"), 5),
        Label("failed", _("Gagal"), 9),
        Label("checking", _("Dalam pengecekan"), 9),
        Label("lapsed", _("Hangus"), None),
        Label("cancelled", _("Dibatalkan"), None),
    )
}
# What is missing before anything is planned, in the order in which a participant mends it.
MISSING = {
    Need.CERTIFICATE: Label("certificate_missing", _("Selesaikan pelatihan pertama"), None),
    Need.RATING: Label("rating_missing", _("Beri rating dan ulasan"), 8),
    Need.REVIEW: Label("rating_missing", _("Beri rating dan ulasan"), 8),
    Need.ACCOUNT_LINKED: Label("account_missing", _("Sambungkan rekening"), 6),
    Need.ACCOUNT_KYC: Label("kyc_missing", _("Tingkatkan e-wallet"), 7),
    Need.NIK_MATCH: Label("nik_mismatch", _("Sambungkan rekening dengan NIK Anda sendiri"), 6),
}


def incentive_label(
    *, status: str, last_problem: str, scheduled_date: date, recheck_at: datetime | None, at: datetime
) -> Label:
    """The label at `at` (UTC). Held is shown until its re-check; a transfer that did not stay is *Gagal* until its new
    scheduled day (WIB), then *Dalam pengecekan*.
    """
    if status == "held" and recheck_at is not None and at >= recheck_at:
        return LABELS["checking"]
    if status == "due" and last_problem:
        return LABELS["failed" if wib_day(at) < scheduled_date else "checking"]
    return LABELS[status]
