"""The clock, the demo accounts, the authenticator; `front_door` is the page before them. Open to whoever reaches this address: a sandbox has no secrets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from prakerja.kernel import clock as kernel_clock
from prakerja.kernel import dates
from prakerja.kernel.clock import WIB, parse_instant
from prakerja.kernel.errors import Refused
from prakerja.kernel.logs import request_id
from prakerja.sandbox import accounts, clock
from prakerja.sandbox.demo_operators import OPERATORS

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@require_GET
def clock_page(request: HttpRequest) -> HttpResponse:
    return _clock(request)


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Move the clock by a step, to the next event or to an instant; show what fell due on the way."""
    try:
        target = _target(request)
    except ValueError:
        return _clock(request, status=400, error=_("Tuliskan tanggal dan jam, misalnya 2021-10-22T00:05."))
    if target is None:
        return _clock(request, error=_("Tidak ada yang sedang menunggu waktu."))
    try:
        journey = clock.move_to(target)
    except Refused as refusal:
        return _clock(request, status=409, error=_refusal(refusal))
    steps = [{"at": dates.instant(at), "name": task_name(name), "count": count} for at, name, count in journey.steps]
    return _clock(request, moved=True, steps=steps)


@require_GET
def accounts_page(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "sandbox/accounts.html",
        shared(request)
        | {
            "participants": [
                one
                | {"stage": stage_name(one["stage"]), "accounts": [_with_address(there) for there in one["accounts"]]}
                for one in accounts.participants()
            ],
            "registering": [one | {"stage": stage_name(one["stage"])} for one in accounts.registering()],
            "operators": [(role_words(one.role), one) for one in OPERATORS],
        },
    )


def _with_address(account: dict[str, str]) -> dict[str, str]:
    """An account with the address of the page where it signs in, when that site is known."""
    if account["kind"] == "platform":
        root = settings.PLATFORM_URLS.get(account["code"], "")
    else:
        root = f"{settings.INSTITUTION_URL.rstrip('/')}/{account['code']}" if settings.INSTITUTION_URL else ""
    return account | {"address": f"{root.rstrip('/')}/signin" if root else ""}


@require_GET
def authenticator(request: HttpRequest) -> HttpResponse:
    response = render(
        request,
        "sandbox/authenticator.html",
        shared(request) | {"operators": OPERATORS, "seconds_left": OPERATORS[0].seconds_left()},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@require_GET
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language for this site and go back to a page of it."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    pages = {reverse(f"sandbox:{name}") for name in ("home", "clock", "accounts", "authenticator")}
    back = request.GET.get("next", "")
    response = HttpResponseRedirect(back if back in pages else reverse("sandbox:home"))
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=31_536_000, samesite="Lax", httponly=True)
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _error(request, 404, _("Halaman tidak ditemukan"), _("Periksa alamatnya, atau mulai dari menu di atas."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _error(
        request,
        400,
        _("Permintaan tidak dapat dibaca"),
        _("Kembali ke halaman sebelumnya, muat ulang, lalu coba lagi."),
    )


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form whose token is missing or old."""
    return _error(
        request,
        403,
        _("Formulir sudah kedaluwarsa"),
        _("Tidak ada yang tersimpan. Kembali ke halaman sebelumnya, muat ulang, lalu kirim lagi. Cookie harus aktif."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return _error(request, 500, _("Terjadi kesalahan"), _("Kesalahan ada pada kami. Coba lagi beberapa menit lagi."))


def _error(request: HttpRequest, status: int, heading: str, text: str) -> HttpResponse:
    return render(
        request,
        "sandbox/error.html",
        shared(request) | {"heading": heading, "text": text, "request_id": request_id()},
        status=status,
    )


def role_words(role: str) -> str:
    """What an operator may do, in words."""
    words = {
        "viewer": _("Melihat"),
        "approver": _("Menyetujui"),
        "authoriser": _("Mengesahkan"),
        "releaser": _("Mencairkan"),
    }
    return words.get(role, role)


def task_name(name: str) -> str:
    """What fell due, in words."""
    words = {
        "remind to buy": _("Pengingat batas waktu pembelian"),
        "tell who was not selected": _("Yang belum terpilih diberi tahu"),
        "end tests": _("Tes berakhir karena waktunya habis"),
        "revoke": _("Kepesertaan dicabut"),
        "remind of codes": _("Pengingat kode voucher"),
        "expire vouchers": _("Kode voucher kedaluwarsa"),
        "refund cancelled classes": _("Dana kelas yang dibatalkan kembali"),
        "certificate_ready": _("Sertifikat terbit"),
        "plan_incentives": _("Insentif direncanakan"),
        "incentive_due": _("Insentif jatuh tempo"),
        "draft_payments": _("Pembayaran disusun"),
        "sandbox_sign_off": _("Pembayaran ditandatangani"),
        "send_payments": _("Pembayaran dikirim"),
        "ask_payments": _("Bank ditanya"),
        "open_survey": _("Survei dibuka"),
        "remind_of_cutoffs": _("Pengingat batas akhir tahun"),
        "sweep_balance": _("Sisa saldo kembali ke kas negara"),
        "lapse_unreviewed": _("Cadangan insentif hangus tanpa ulasan"),
        "lapse_survey": _("Survei ditutup tanpa jawaban"),
        "lapse_unopened_surveys": _("Survei yang belum dibuka hangus"),
        "lapse_unlinked": _("Insentif hangus tanpa rekening"),
        "recheck_held": _("Dana tertahan diperiksa lagi"),
        "finish_awards": _("Kepesertaan selesai"),
    }
    return words.get(name, name.replace("_", " "))


def stage_name(stage: str) -> str:
    """Where a participant stands, in words."""
    words = {
        "registering": _("Sedang mendaftar"),
        "registry_differs": _("Mendaftar: nomor KK berbeda dengan data Dukcapil"),
        "registry_waits": _("Mendaftar: terkirim, Dukcapil belum menjawab"),
        "registry_case": _("Mendaftar: petugas diminta memeriksa"),
        "registered": _("Terdaftar, belum ikut tes"),
        "tested": _("Sudah ikut tes, dapat bergabung ke gelombang"),
        "joined": _("Sudah bergabung ke gelombang, menunggu hasil"),
        "not_selected": _("Belum terpilih di gelombang terakhir"),
        "thrice_not_selected": _("Tiga kali belum terpilih, dapat menulis surat"),
        "not_drawn": _("Tidak terundi di Gelombang 20, dapat memeriksa undiannya"),
        "awarded": _("Lolos, belum menonton video"),
        "ready": _("Siap membeli pelatihan"),
        "purchased": _("Sudah membeli, kode belum ditukar"),
        "code_ended": _("Kode pelatihan pertama berakhir"),
        "redeemed": _("Sedang belajar"),
        "completed": _("Selesai belajar, belum memberi ulasan"),
        "reviewed": _("Sudah memberi ulasan"),
        "paying": _("Menerima insentif"),
        "revoked": _("Kepesertaan dicabut"),
        "finished": _("Kepesertaan selesai"),
    }
    return words.get(stage, stage)


def _target(request: HttpRequest) -> datetime | None:
    kernel_clock.forget()
    now = kernel_clock.now()
    step = request.POST.get("step", "")
    if step in STEPS:
        return now + STEPS[step]
    if step == "next":
        return clock.next_due()
    return parse_instant(request.POST.get("instant", "").strip())


def _refusal(refusal: Refused) -> str:
    if refusal.reason == "clock_backwards":
        return _("Jam program hanya dapat maju.")
    if refusal.reason == "clock_too_far":
        return _("Jam program berakhir pada tahun 2100.")
    if refusal.reason == "clock_busy":
        return _("Jam sedang digerakkan. Coba lagi sebentar lagi.")
    return _("Jam ini tidak dapat digerakkan.")


def _clock(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    kernel_clock.forget()
    now = kernel_clock.now()
    due = clock.next_due()
    context = shared(request) | {
        "now": dates.weekday_instant(now),
        "now_value": now.astimezone(WIB).strftime("%Y-%m-%dT%H:%M"),
        "next_due": dates.instant(due) if due else None,
    }
    return render(request, "sandbox/clock.html", context | more, status=status)


def shared(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows."""
    return {
        "portal_url": settings.PORTAL_URL,
        "phone_url": settings.PHONE_URL,
        "console_url": settings.CONSOLE_URL,
        "page": request.resolver_match.url_name if request.resolver_match else "",
        "here": request.path if request.method == "GET" else reverse("sandbox:clock"),
    }
