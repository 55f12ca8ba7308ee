"""What a wave would come to if it were drawn as it stands: counted by the worker, shown as a funnel and by province, deciding nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from prakerja.access.permitting import operator_names
from prakerja.console.charts import Bars
from prakerja.console.pages import acting, operator
from prakerja.console.texts import counted, written
from prakerja.console.wave_words import REASONS
from prakerja.console.work import progress_line
from prakerja.draw import operations as draws
from prakerja.draw.queries import SimulationState, simulation_state
from prakerja.draw.simulating import progress_name
from prakerja.intake.queries import wave_period
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.progress import all_progress
from prakerja.registrations.regions import province_name

_SENTENCES = {
    "simulation_asked": gettext_lazy("Simulasi gelombang ini sudah diminta dan sedang dihitung."),
    "wave_unknown": gettext_lazy("Gelombang itu tidak ada."),
    "broken": gettext_lazy("Terputus karena kesalahan sistem. Minta lagi, dan laporkan."),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.simulate")
def simulation(request: HttpRequest, number: int) -> HttpResponse:
    """The last simulation with its charts and their tables; a POST asks for another one."""
    if wave_period(number=number) is None:
        raise Http404
    if request.method == "POST":
        try:
            draws.ask_simulation(wave_number=number, actor=operator(request), at=clock.now())
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            messages.error(request, str(_SENTENCES[refused.reason]))
        else:
            messages.success(
                request, _("Diminta. Sistem menghitungnya; muat ulang halaman ini untuk melihat hasilnya.")
            )
        return HttpResponseRedirect(reverse("console_simulation", args=[number]))
    found = simulation_state(wave_number=number)
    is_done = found is not None and found.outcome == "done"
    return render(
        request,
        "console/simulation.html",
        {
            "wave": number,
            "here": request.path,
            "asked": _asked(found),
            "is_under_way": found is not None and not found.outcome,
            "progress": [progress_line(one) for one in all_progress() if one.task == progress_name(wave_number=number)],
            "lines": _lines(found.figures) if found is not None and is_done else [],
            "charts": _charts(found.figures) if found is not None and is_done else [],
            "why_not": _why_not(found.figures.get("why_not", "")) if found is not None else "",
        },
    )


def _why_not(why: str) -> Any:
    """Why the seats cannot be shared out: what happens most in words, the rest as the rules' reader says it."""
    return _("Gelombang ini belum punya bobot provinsi.") if why == "no strata" else why


def _asked(found: SimulationState | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "by": operator_names(ids=[found.asked_by]).get(found.asked_by, "–"),
        "when": written(found.asked_at),
        "problem": _SENTENCES.get(found.outcome, "") if found.outcome not in ("", "done") else "",
    }


def _lines(of: Mapping[str, Any]) -> list[tuple[Any, str]]:
    rosters = ", ".join(f"{name} ({version})" for name, version in of["rosters"].items())
    found = [
        (_("Kuota"), of["seats"]),
        (_("Bergabung"), of["joined"]),
        (_("Memenuhi syarat"), of["eligible"]),
        (_("Terpilih"), of["winners"]),
        (_("Kuota yang tidak terisi"), of["unfilled"]),
        (_("Terhalang karena Kartu Keluarga penuh"), of["barred"]),
        (_("Satu Kartu Keluarga dengan lebih banyak pendaftar daripada tempat"), of["crowded"]),
    ]
    return [
        *((name, "–" if value is None else counted(value)) for name, value in found),
        (_("Daftar kantor lain (versi)"), rosters or "–"),
    ]


def _charts(of: Mapping[str, Any]) -> list[Bars]:
    people = _("Orang")
    funnel = [(_("Bergabung"), (of["joined"],))]
    funnel += [
        (_("Tersisa setelah %(reason)s") % {"reason": REASONS.get(one["code"], one["code"])}, (one["left"],))
        for one in of["reasons"]
        if one["leave"]
    ]
    funnel += [(_("Memenuhi syarat"), (of["eligible"],)), (_("Terpilih"), (of["winners"],))]
    strata = of["strata"]
    return [
        Bars(_("Dari bergabung sampai terpilih"), _("Tahap"), (people,), funnel),
        Bars(
            _("Tidak memenuhi syarat, menurut alasan (seorang dapat mempunyai beberapa)"),
            _("Alasan"),
            (people, _("Hanya karena ini")),
            [(REASONS.get(one["code"], one["code"]), (one["people"], one["alone"])) for one in of["reasons"]],
        ),
        Bars(
            _("Kuota dan yang terpilih di tiap provinsi"),
            _("Provinsi"),
            (_("Kuota"), _("Terpilih")),
            [(province_name(one["code"]), (one["quota"], one["winners"])) for one in strata],
        ),
        Bars(
            _("Bergabung dan memenuhi syarat di tiap provinsi"),
            _("Provinsi"),
            (_("Bergabung"), _("Memenuhi syarat")),
            [(province_name(one["code"]), (one["joined"], one["eligible"])) for one in strata],
        ),
        Bars(
            _("Kelompok prioritas"),
            _("Kelompok (dan tempatnya sendiri)"),
            (_("Memenuhi syarat"), _("Terpilih")),
            [
                (f"{one['code']} · {one['roster']} ({counted(one['seats'])})", (one["eligible"], one["winners"]))
                for one in of["groups"]
            ],
        ),
    ]
