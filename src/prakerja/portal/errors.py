"""Error pages say what happened and what to do next, and never repeat what was typed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

from prakerja.portal.jinja2env import language


def answer(request: HttpRequest, status: int, heading: str, paragraphs: tuple[str, ...]) -> HttpResponse:
    """An error page without session and database: it must work when they do not."""
    context: dict[str, Any] = {
        "heading": heading,
        "paragraphs": paragraphs,
        "section": "",
        "signed_in": False,
        "here": request.get_full_path() if request.method == "GET" else "/",
    }
    return HttpResponse(loader.render_to_string("portal/error.html", context, request, using=language()), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return answer(
        request,
        400,
        _("Permintaan tidak dapat dibaca"),
        (_("Kembali ke halaman sebelumnya, muat ulang, lalu coba lagi."),),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return answer(
        request, 403, _("Halaman ini bukan untuk Anda"), (_("Masuk dengan nomor ponsel Anda, lalu coba lagi."),)
    )


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose token is missing or old."""
    return answer(
        request,
        403,
        _("Formulir sudah kedaluwarsa"),
        (
            _(
                "Tidak ada yang tersimpan. Kembali ke halaman sebelumnya, muat ulang, lalu kirim lagi. Cookie harus aktif."
            ),
        ),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return answer(request, 404, _("Halaman tidak ditemukan"), (_("Periksa alamatnya, atau mulai lagi dari beranda."),))


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429."""
    return answer(
        request, 429, _("Terlalu banyak permintaan"), (_("Tunggu beberapa menit, lalu coba lagi. Data Anda aman."),)
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return answer(
        request,
        500,
        _("Ada gangguan pada sistem kami"),
        (
            _("Ini bukan kesalahan Anda. Coba lagi beberapa menit lagi."),
            _("Sebelum mengulang pembayaran atau formulir, periksa dashboard: mungkin sudah tersimpan."),
        ),
    )
