"""Error pages say what happened and what to do next, and never repeat what was typed."""

from __future__ import annotations

import sys
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import loader
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from prakerja.kernel.db import is_busy
from prakerja.kernel.logs import request_id
from prakerja.portal import drafts
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import SESSION_PERSON
from prakerja.serving import WHOLE_BODY


def answer(
    request: HttpRequest, status: int, heading: str, paragraphs: tuple[str, ...], *, back: str = ""
) -> HttpResponse:
    """An error page without session and database: it must work when they do not. `back`: an address of ours to go on from."""
    context: dict[str, Any] = {
        "heading": heading,
        "paragraphs": paragraphs,
        "back": back,
        "section": "",
        "signed_in": False,
        "request_id": request_id(),
        "here": request.get_full_path() if request.method == "GET" else "/",
    }
    return HttpResponse(loader.render_to_string("portal/error.html", context, request, using=language()), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    if request.META.get(WHOLE_BODY) is False:
        return too_large(request)
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
    """A form whose token is missing or old: another tab signed in meanwhile. What was typed is given back where it can be."""
    if request.META.get(WHOLE_BODY) is False:
        # Its token was in what we did not read.
        return too_large(request)
    if _is_from_here(request):
        person_id = request.session.get(SESSION_PERSON)
        if drafts.keep(request, person_id=uuid.UUID(person_id) if person_id else None):
            if person_id:
                return HttpResponseRedirect(request.get_full_path())
            return HttpResponseRedirect(f"{reverse('portal:sign_in')}?{urlencode({'next': request.get_full_path()})}")
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


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than we read: a file, or a text that no field asks for."""
    if request.content_type != "multipart/form-data":
        return answer(
            request,
            413,
            _("Tulisan terlalu panjang"),
            (
                _(
                    "Tidak ada yang tersimpan. Tekan tombol kembali di peramban: tulisan Anda biasanya masih ada di sana."
                ),
                _("Singkatkan, lalu kirim lagi."),
            ),
        )
    return answer(
        request,
        413,
        _("File terlalu besar"),
        (
            _("Foto atau PDF paling besar 2 MB. Pilih ukuran foto yang lebih kecil di kamera Anda, lalu kirim lagi."),
            _(
                "Jawaban di halaman lain tetap tersimpan. Bila Anda menulis sesuatu di halaman ini, tombol kembali di peramban biasanya mengembalikannya."
            ),
        ),
        # The page of a photo takes it at its own address.
        back=request.path,
    )


def _is_from_here(request: HttpRequest) -> bool:
    """Whether our own page sent this: a browser tells where a form comes from, and another site's is not kept."""
    said = request.headers.get("Origin")
    return said is None or said == f"{request.scheme}://{request.get_host()}"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return answer(request, 404, _("Halaman tidak ditemukan"), (_("Periksa alamatnya, atau mulai lagi dari beranda."),))


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429."""
    return answer(
        request, 429, _("Terlalu banyak permintaan"), (_("Tunggu sebentar, lalu kirim lagi. Data Anda aman."),)
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500; 503 when the database could not take the request now."""
    if is_busy(sys.exc_info()[1]):
        return answer(
            request,
            503,
            _("Sistem sedang sibuk"),
            (
                _("Permintaan ini tidak selesai. Tunggu beberapa detik, lalu ulangi."),
                _("Sebelum mengulang pembayaran atau formulir, periksa dashboard: mungkin sudah tersimpan."),
            ),
        )
    return answer(
        request,
        500,
        _("Ada gangguan pada sistem kami"),
        (
            _("Ini bukan kesalahan Anda. Coba lagi beberapa menit lagi."),
            _("Sebelum mengulang pembayaran atau formulir, periksa dashboard: mungkin sudah tersimpan."),
        ),
    )
