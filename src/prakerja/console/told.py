"""What became of messages, and how the gateways are that carry them. For looking; nothing is done here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from prakerja.console.pages import browsing
from prakerja.console.texts import written
from prakerja.kernel import clock
from prakerja.notifications.queries import GatewayLine, gateway_states, message_counts

SINCE = timedelta(days=30)
# A worker says how its sessions are when that changes, and three times a minute; what is older was said by one that is off.
_SILENT = timedelta(minutes=1)
SAID = {
    "bound": gettext_lazy("Tersambung"),
    "throttles": gettext_lazy("Meminta jeda"),
    "distrusted": gettext_lazy("Diistirahatkan: terlalu banyak galat"),
    "not_tried": gettext_lazy("Belum dicoba"),
    "not_connected": gettext_lazy("Tidak dapat disambung"),
    "connection_lost": gettext_lazy("Sambungan terputus"),
    "unbound_by_company": gettext_lazy("Diputus oleh operator telepon"),
    "closed": gettext_lazy("Ditutup"),
    "wrong_password": gettext_lazy("Kata sandi ditolak"),
    "unknown_user": gettext_lazy("Nama pengguna ditolak"),
    "silent": gettext_lazy("Tidak ada kabar dari pekerja"),
}
LANES = {"codes": gettext_lazy("Kode OTP"), "others": gettext_lazy("Pesan lain")}


@require_safe
@browsing
def told(request: HttpRequest) -> HttpResponse:
    """The sessions with gateways, and the messages of 30 days by what became of them."""
    counts = message_counts(since=clock.now() - SINCE)
    return render(
        request, "console/told.html", {"gateways": [_line(one) for one in gateway_states()], "counts": counts}
    )


def _line(one: GatewayLine) -> dict[str, Any]:
    said = "silent" if clock.wall() - one.seen_wall > _SILENT else one.said
    return {
        "name": one.name,
        "lane": LANES.get(one.lane, one.lane),
        "said": SAID.get(said, said),
        "since": written(one.said_since),
        "is_chosen": one.is_chosen,
        "accepted": one.accepted,
        "refused": one.refused + one.throttled,
        "unanswered": one.unanswered,
        "receipts": one.receipts,
    }
