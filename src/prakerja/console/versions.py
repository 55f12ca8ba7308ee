"""What runs here, for operators who are asked whether a fault that was made public is ours too."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from prakerja.console.pages import acting, may, operator
from prakerja.kernel.clock import now
from prakerja.reporting import versions as reporting

KINDS = {
    "program": gettext_lazy("Paket pihak lain yang ikut berjalan"),
    "asset": gettext_lazy("Skrip, gaya, dan huruf pihak lain yang dikirim ke peramban"),
    "tool": gettext_lazy("Alat untuk membangun dan menguji; tidak ikut dibagikan"),
}


def may_look(request: HttpRequest) -> bool:
    """Whether the menu offers the page."""
    return may(request, "installation.look")


@require_GET
@acting("installation.look")
def versions(request: HttpRequest) -> HttpResponse:
    """Program, Python, PostgreSQL, migrations, scheme versions, and every package with its licence."""
    found = reporting.versions(actor=operator(request), at=now())
    return render(
        request,
        "console/versions.html",
        {
            "found": found,
            "migrations": found.migrations.items(),
            "schemes": found.schemes.items(),
            "groups": [(title, [one for one in found.components if one.kind == kind]) for kind, title in KINDS.items()],
        },
    )
