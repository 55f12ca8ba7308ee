"""Who got in, who did not, and who tried: the security events of the trail, without anything about a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from prakerja.audit.queries import SecurityEvent, security_counts, security_events
from prakerja.audit.security import SECURITY_ACTIONS
from prakerja.console.pages import browsing
from prakerja.console.texts import written
from prakerja.kernel.clock import wall

SHOWN = 200
SINCE = timedelta(days=30)
TITLES = {
    "sign_in.done": gettext_lazy("Peserta masuk"),
    "sign_in.locked": gettext_lazy("Kode masuk terkunci"),
    "link_account.otp_locked": gettext_lazy("Kode rekening terkunci"),
    "attendance.otp_locked": gettext_lazy("Kode kehadiran terkunci"),
    "purchase.otp_locked": gettext_lazy("Kode pembelian terkunci"),
    "session.ended": gettext_lazy("Sesi diakhiri"),
    "partner.cards_guessed": gettext_lazy("Mitra menyebut terlalu banyak kartu yang tidak dikenal"),
    "partner.codes_wrong": gettext_lazy("Sebagian besar kode dari satu mitra salah"),
    "partner.signature_refused": gettext_lazy("Tanda tangan mitra ditolak"),
    "partner.key_added": gettext_lazy("Kunci mitra ditambahkan"),
    "partner.key_revoked": gettext_lazy("Kunci mitra dicabut"),
    "operator.signed_in": gettext_lazy("Operator masuk"),
    "operator.sign_in_refused": gettext_lazy("Operator ditolak masuk"),
    "operator.code_repeated": gettext_lazy("Kode operator dipakai dua kali"),
    "operator.refused": gettext_lazy("Operator tidak berwenang"),
    "operator.password_chosen": gettext_lazy("Kata sandi operator dipilih"),
    "operator.password_changed": gettext_lazy("Kata sandi operator diganti"),
    "operator.second_factor_reset": gettext_lazy("Autentikator operator diatur ulang"),
    "operator.roles_set": gettext_lazy("Peran operator diubah"),
    "operator.disabled": gettext_lazy("Operator dinonaktifkan"),
    "operator.enabled": gettext_lazy("Operator diaktifkan"),
}
_PAGES = {"partner": "admin:partners_partner_change", "operator": "admin:access_user_change"}


@require_GET
@browsing
def security(request: HttpRequest) -> HttpResponse:
    """How often each happened today, this week and this month, and the newest 200, all or of one kind."""
    action = request.GET.get("jenis", "")
    if set(request.GET) - {"jenis"} or (action and action not in SECURITY_ACTIONS):
        raise BadRequest
    now = wall()
    day, week, month = (security_counts(since=now - timedelta(days=days)) for days in (1, 7, 30))
    return render(
        request,
        "console/security.html",
        {
            "counts": [
                {
                    "action": name,
                    "title": TITLES[name],
                    "day": day.get(name, 0),
                    "week": week.get(name, 0),
                    "month": month[name],
                }
                for name in month
            ],
            "chosen": TITLES.get(action, ""),
            "events": [_line(one) for one in security_events(since=now - SINCE, most=SHOWN, action=action)],
        },
    )


def _line(one: SecurityEvent) -> dict[str, Any]:
    page = _PAGES.get(one.subject_kind)
    return {
        "title": TITLES[one.action],
        "when": written(one.recorded_at),
        "who": one.subject_kind,
        "url": reverse(page, args=[one.subject_id]) if page and one.subject_id else "",
        "told": ", ".join(f"{name}: {value}" for name, value in one.told.items()),
    }
