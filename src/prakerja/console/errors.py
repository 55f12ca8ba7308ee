"""What an operator reads when an address leads nowhere or a page may not be used."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from prakerja.kernel.db import is_busy
from prakerja.kernel.logs import request_id
from prakerja.serving import WHOLE_BODY


def _answer(status: int, heading: str, text: str) -> HttpResponse:
    """Without session and database: it must work when they do not. Its languages lead to the front page."""
    words: dict[str, Any] = {
        "heading": heading,
        "text": text,
        "is_demo": settings.IS_DEMO,
        "languages": settings.LANGUAGES,
    }
    words["request_id"] = request_id()
    return HttpResponse(render_to_string("console/error.html", words), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _answer(
        400, _("Permintaan tidak dapat dibaca"), _("Kembali ke halaman sebelumnya, muat ulang, lalu coba lagi.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _answer(
        403, _("Tidak diizinkan"), _("Halaman ini tidak dapat dipakai dengan peran Anda, atau hanya dapat dibaca.")
    )


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form whose token is missing or old."""
    if request.META.get(WHOLE_BODY) is False:
        # Its token was in what we did not read.
        return _answer(
            413,
            _("File terlalu besar"),
            _(
                "Tidak ada yang diimpor. Berkas sebesar itu diimpor dengan perintah: prakerja roster import, atau prakerja wave import-results."
            ),
        )
    return _answer(
        403,
        _("Formulir sudah kedaluwarsa"),
        _("Tidak ada yang tersimpan. Kembali ke halaman sebelumnya, muat ulang, lalu kirim lagi. Cookie harus aktif."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _answer(
        404, _("Halaman tidak ditemukan"), _("Periksa alamatnya, atau mulai lagi dari halaman pertama konsol.")
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500; 503 when the database could not take the request now."""
    if is_busy(sys.exc_info()[1]):
        return _answer(
            503,
            _("Sistem sedang sibuk"),
            _("Permintaan ini tidak selesai. Tunggu beberapa detik, lihat apakah sudah tersimpan, lalu ulangi."),
        )
    return _answer(500, _("Terjadi kesalahan"), _("Kesalahan ada pada kami. Coba lagi beberapa menit lagi."))
