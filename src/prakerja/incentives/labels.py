"""What a participant reads beside an incentive: the dashboard's own words of 2021 (decisions.md 75; rules.md 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from prakerja.programmes.schemes import wib_day


@dataclass(frozen=True, slots=True)
class Label:
    """`text` is translated when it is shown."""

    key: str
    text: Promise


LABELS = {
    label.key: label
    for label in (
        Label("planned", _("Menunggu diproses")),
        Label("due", _("Dijadwalkan")),
        Label("paid", _("Berhasil")),
        Label("held", _("Dana tertahan")),
        Label("instructed", _("Sedang diproses")),
        Label("failed", _("Gagal")),
        Label("checking", _("Dalam pengecekan")),
        Label("lapsed", _("Hangus")),
        Label("cancelled", _("Dibatalkan")),
    )
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
