"""Why a page refuses an announcement or its correction, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prakerja.console.texts import sentence, written
from prakerja.kernel.errors import Refused

_SENTENCES: Mapping[str, Any] = {
    "not_announced": gettext_lazy("Gelombang ini belum diumumkan."),
    "announced_the_same": gettext_lazy("Gelombang ini memang diumumkan pada saat itu."),
    "deadlines_moving": gettext_lazy(
        "Batas waktu gelombang ini baru saja diubah dan belum berlaku bagi semua orang. Coba lagi nanti."
    ),
    "nothing_prepared": gettext_lazy("Yang menunggu sudah disahkan, diganti atau ditarik. Tidak ada yang diubah."),
    "same_operator": gettext_lazy("Yang menyiapkannya tidak mengesahkannya."),
    "import_unfinished": gettext_lazy("Hasil gelombang ini belum selesai ditetapkan. Selesaikan atau akhiri dahulu."),
    "wave_unknown": gettext_lazy("Gelombang itu tidak ada."),
}


def last_minute(until: datetime) -> str:
    """An exclusive end as people read it: the last minute that is in time."""
    return written(until - timedelta(minutes=1))


def announcement_problem(refused: Refused) -> str:
    """A refusal in words."""
    told = refused.details
    if refused.reason == "correction_waits":
        words = _(
            "%(by)s sudah menyiapkan pembetulan ke %(when)s, yang menunggu pengesahan. Sahkan, atau tarik dahulu."
        )
        return words % {"by": told["by"], "when": written(told["announced_at"])}
    if refused.reason == "correction_changed":
        words = _("Yang menunggu sekarang saat yang lain: %(when)s. Tidak ada yang diubah; baca lagi.")
        return words % {"when": written(told["announced_at"])}
    if refused.reason == "correction_too_late":
        words = _("Batas waktu gelombang ini sudah lewat: %(when)s. Pengumumannya tidak dapat dibetulkan lagi.")
        return words % {"when": last_minute(told["deadline"])}
    if refused.reason == "deadline_not_ahead":
        words = _("Batas waktu yang mengikutinya sudah lewat: %(when)s.")
        return words % {"when": last_minute(told["deadline"])}
    if refused.reason == "deadline_close":
        words = _(
            "Batas waktu yang mengikutinya %(when)s: kurang dari %(needed)s hari penuh lagi. Seorang petugas mengesahkannya dengan namanya."
        )
        return words % {"when": last_minute(told["deadline"]), "needed": told["needed"]}
    known = _SENTENCES.get(refused.reason)
    return str(known) if known else sentence(refused)
