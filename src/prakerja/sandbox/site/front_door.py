"""The demo's front door: what this is, the article's path in seven steps, and everybody at every stage, one press away.

Whoever presses is signed in to the portal as that invented person. The portal itself knows nothing of this: this process, which
serves nothing but a sandbox (`wsgi`), writes the session, and a browser's cookies do not know ports (ADR 0035).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from csp.constants import SELF
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from prakerja.access.session_store import DEVICE, SessionStore
from prakerja.access.sessions import device_words
from prakerja.config.settings.portal import LANGUAGE_COOKIE_NAME as PORTAL_LANGUAGE_COOKIE
from prakerja.kernel import clock as kernel_clock
from prakerja.kernel import dates
from prakerja.kernel.money import format_rupiah
from prakerja.partners.queries import members
from prakerja.people.queries import person_id_by_contact
from prakerja.portal.pages import SESSION_PERSON, SESSION_SIGNED_IN_AT
from prakerja.portal.registering import SESSION_REGISTRATION
from prakerja.programmes.schemes import scheme_by_key
from prakerja.registrations.queries import registration_id_of
from prakerja.sandbox import accounts, clock
from prakerja.sandbox.demo_operators import OPERATORS
from prakerja.sandbox.site.views import role_words, shared, stage_name

# The rules that the demo's wave runs under.
SCHEME = "2021"
# Pages of the portal that the tour opens; a form can name no other.
PLACES = {"": "/", "dashboard": "/dashboard", "video": "/video", "courses": "/pelatihan", "purchases": "/transaksi"} | {
    "waves": "/gelombang",
    "test": "/tes",
    "account": "/rekening",
    "incentives": "/insentif",
}

# Where the portal opens for whoever is no participant yet: what comes next for them.
_PLACE_OF_STAGE = {"registered": "test", "tested": "waves", "joined": "waves"} | {
    "not_selected": "waves",
    "thrice_not_selected": "waves",
    "not_drawn": "waves",
}


@dataclass(frozen=True)
class Door:
    """One way out of the front door: a link, or a press that signs in as somebody and opens a page of the portal."""

    words: str
    address: str = ""
    phone: str = ""
    place: str = ""


@dataclass(frozen=True)
class Step:
    """One step of the article's path."""

    heading: str
    text: str
    doors: list[Door]


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    kernel_clock.forget()
    now, due = kernel_clock.now(), clock.next_due()
    people = accounts.everybody()
    response = render(
        request,
        "sandbox/front_door.html",
        shared(request)
        | {
            "partner_api_url": settings.PARTNER_API_URL,
            "institution_url": settings.INSTITUTION_URL,
            "now": dates.weekday_instant(now),
            "next_due": dates.instant(due) if due else None,
            "steps": tour(people),
            "people": [
                one
                | {
                    "stage": stage_name(one["stage"]),
                    "place": _PLACE_OF_STAGE.get(one["stage"], "dashboard"),
                    "elsewhere": [_elsewhere(there) for there in one["accounts"]],
                }
                for one in people
            ],
            "operators": [(role_words(one.role), one) for one in OPERATORS],
            "shops": [(_name(code), url) for code, url in settings.PLATFORM_URLS.items()],
            "amounts": _amounts(),
        },
    )
    # A press is answered by the way to the portal, which browsers count among what a form may lead to.
    response._csp_update = {"form-action": [SELF, *_portal_origin(request)]}  # type: ignore[attr-defined]
    return response


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign this browser in to the portal as one of the demo's people and open a page there."""
    phone = request.POST.get("phone", "")
    place = PLACES.get(request.POST.get("place", ""))
    if place is None or phone not in {one["phone"] for one in accounts.everybody()}:
        raise Http404
    person_id = person_id_by_contact(kind="phone", value=phone)
    registration_id = None if person_id else registration_id_of(phone=phone)
    if person_id is None and registration_id is None:
        raise Http404
    session = SessionStore()
    session[SESSION_PERSON if person_id else SESSION_REGISTRATION] = str(person_id or registration_id)
    session[SESSION_SIGNED_IN_AT] = int(kernel_clock.wall().timestamp())
    session[DEVICE] = device_words(request.headers.get("User-Agent", ""))
    session.create()
    root = next(iter(_portal_origin(request)), settings.PORTAL_URL.rstrip("/"))
    response = HttpResponseRedirect(root + (place if person_id else "/daftar/langkah"))
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        str(session.session_key),
        max_age=settings.SESSION_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
    )
    # Whoever reads this page in English goes on in English, and the other way round.
    response.set_cookie(
        PORTAL_LANGUAGE_COOKIE, dates.written_language(), max_age=31_536_000, samesite="Lax", httponly=True
    )
    return response


def tour(people: list[dict[str, Any]]) -> list[Step]:
    """The article's path, each step with doors to somebody who stands there now; the clock may have moved them on."""
    announced, ready, bought = _first(people, "awarded"), _first(people, "ready"), _first(people, "purchased")
    learning, done, paid = _first(people, "redeemed"), _first(people, "completed"), _first(people, "paying")
    return [
        Step(
            _("Pengumuman"),
            _("Hasil gelombang 21 keluar. Yang lolos menerima SMS dengan batas waktu membeli pelatihan pertama."),
            [*_phone(announced), *_portal(announced, "dashboard")],
        ),
        Step(
            _("Masuk ke dashboard"),
            _(
                "Peserta masuk dengan nomor ponsel dan kode SMS. Dashboard berkata berapa dananya dan apa langkah berikutnya."
            ),
            [Door(_("Coba masuk sendiri"), address=f"{settings.PORTAL_URL.rstrip('/')}/masuk"), *_phone(announced)],
        ),
        Step(
            _("Tiga video, lalu nomor kartu"),
            _("Nomor Kartu Prakerja baru terlihat setelah tiga video singkat selesai ditonton."),
            _portal(announced, "video"),
        ),
        Step(
            _("Bandingkan dan beli"),
            _("Kelas yang sama berbeda harga di tujuh toko. Bayar dengan nomor kartu dan kode OTP dari SMS."),
            [*_portal(ready, "courses"), *_shops()],
        ),
        Step(
            _("Tukar kode dan belajar"),
            _("Toko memberi kode. Kode itu dipakai di situs lembaga pelatihan, lalu kelas terbuka."),
            [*_portal(bought, "purchases"), *_sites(bought), *_sites(learning, kind="institution")],
        ),
        Step(
            _("Sertifikat, ulasan, dan rekening"),
            _("Setelah lulus, sertifikat muncul. Peserta memberi ulasan dan menghubungkan rekening atau e-wallet."),
            [*_portal(done, "dashboard"), *_portal(done, "account")],
        ),
        Step(
            _("Majukan jam, uang datang"),
            _("Insentif cair setiap bulan dan survei terbuka. Yang tidak membeli tepat waktu dicabut kepesertaannya."),
            [Door(_("Majukan jam"), address=reverse("sandbox:clock")), *_portal(paid, "incentives")],
        ),
    ]


def _first(people: list[dict[str, Any]], stage: str) -> dict[str, Any] | None:
    return next((one for one in people if one["stage"] == stage), None)


def _portal(one: dict[str, Any] | None, place: str) -> list[Door]:
    if one is None:
        return []
    words = _("Portal sebagai %(name)s") % {"name": one["name"]}
    if place == "account":
        words = _("Rekening %(name)s") % {"name": one["name"]}
    return [Door(words, phone=one["phone"], place=place)]


def _phone(one: dict[str, Any] | None) -> list[Door]:
    if one is None or not settings.PHONE_URL:
        return []
    return [Door(_("Ponsel %(name)s") % {"name": one["name"]}, address=phone_address(one["phone"]))]


def phone_address(phone: str) -> str:
    return f"{settings.PHONE_URL.rstrip('/')}/phone/{quote(phone, safe='')}"


def _shops() -> list[Door]:
    return [
        Door(_("Toko %(name)s") % {"name": _name(code)}, address=url) for code, url in settings.PLATFORM_URLS.items()
    ][-1:]


def _sites(one: dict[str, Any] | None, *, kind: str = "platform") -> list[Door]:
    """The doors of somebody's own account at a shop or at an institution."""
    found = [there for there in (one["accounts"] if one else []) if there["kind"] == kind][:1]
    name = one["name"] if one else ""
    return [
        Door(
            _("%(site)s sebagai %(name)s") % {"site": there["name"], "name": name},
            address=_elsewhere(there)["address"],
        )
        for there in found
    ]


def _elsewhere(account: dict[str, str]) -> dict[str, str]:
    """An account with the address of the page where it signs in, its words filled in there."""
    if account["kind"] == "platform":
        root = settings.PLATFORM_URLS.get(account["code"], "")
    else:
        root = f"{settings.INSTITUTION_URL.rstrip('/')}/{account['code']}" if settings.INSTITUTION_URL else ""
    address = f"{root.rstrip('/')}/signin?demo={quote(account['email'])}" if root else ""
    return account | {"address": address}


def _name(code: str) -> str:
    return next((partner.name for partner in members() if partner.code == code), code)


def _portal_origin(request: HttpRequest) -> list[str]:
    """The portal by the name that this browser uses for this machine: under another its cookie would not be sent."""
    found = urlsplit(settings.PORTAL_URL)
    if not found.port:
        return []
    host = urlsplit(f"//{request.get_host()}").hostname or found.hostname or ""
    return [f"{found.scheme}://{f'[{host}]' if ':' in host else host}:{found.port}"]


def _amounts() -> dict[str, str]:
    """What the programme gave each participant, by the rules of the demo's wave (rules.md 0)."""
    rules = scheme_by_key(SCHEME)
    parts = {
        "fund": rules.training_fund,
        "incentives": rules.incentive.total,
        "surveys": rules.survey.total,
    }
    parts["all"] = sum(parts.values())
    return {name: format_rupiah(amount, language=dates.written_language()) for name, amount in parts.items()}
