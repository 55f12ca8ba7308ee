"""Pages that anybody may read."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from prakerja.kernel import clock
from prakerja.kernel.components import built_assets, own_notice
from prakerja.people.operations import set_language
from prakerja.people.queries import province_of
from prakerja.portal.pages import SESSION_PERSON, anyone, page, safe_next
from prakerja.portal.privacy import PURPOSES, RECIPIENTS, cookies, retention
from prakerja.portal.texts import DELIVERY, MODE
from prakerja.privacy.policies import terms_at
from prakerja.programmes.schemes.registry import scheme_by_key
from prakerja.reporting.courses import SORTS, CourseSearch
from prakerja.reporting.queries import compare_courses

# The scheme whose amounts the public pages tell; the dashboard uses the one of the person's own award.
PUBLIC_SCHEME = "2021"
YEAR = 60 * 60 * 24 * 365


@anyone
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the programme is, the six steps, how to check."""
    return page(request, "home", section="home", scheme=scheme_by_key(PUBLIC_SCHEME))


@anyone
@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    """The comparison of courses over all platforms."""
    search = read_search(request)
    reader = request.session.get(SESSION_PERSON)
    found = compare_courses(search=search, at=clock.now())
    asked = {
        "cari": search.text,
        "kategori": search.category,
        "cara": search.delivery,
        "platform": search.platform,
        "harga": search.max_price or "",
        "urut": search.sort,
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return page(
        request,
        "courses",
        section="courses",
        search=search,
        found=found,
        prices=(100_000, 250_000, 500_000, 750_000, 1_000_000),
        address=f"?{query}&" if query else "?",
        delivery_words=DELIVERY,
        mode_words=MODE,
        # Who is signed in learns before buying that a class is far away (rules.md 12.38).
        province_code=province_of(person_id=uuid.UUID(reader)) if reader else "",
    )


def read_search(request: HttpRequest) -> CourseSearch:
    """The visitor's question; what makes no sense counts as not asked."""
    given = request.GET

    def number(name: str, top: int) -> int:
        text = given.get(name, "")
        return min(int(text), top) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    delivery = given.get("cara", "")
    sort = given.get("urut", "")
    return CourseSearch(
        text=given.get("cari", "").replace("\x00", "")[:100].strip(),
        category=given.get("kategori", "").replace("\x00", "")[:60],
        delivery=delivery if delivery in DELIVERY else "",
        platform=given.get("platform", "").replace("\x00", "")[:40],
        max_price=number("harga", 10_000_000),
        sort=sort if sort in SORTS else SORTS[0],
        page=max(number("halaman", 10_000), 1),
    )


@anyone
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Questions and answers."""
    return page(request, "help", section="help", scheme=scheme_by_key(PUBLIC_SCHEME))


@anyone
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Who answers for people's data, what is kept, why, for how long and who sees it, and what one can do (rules.md 11)."""
    at = clock.now()
    return page(
        request,
        "privacy",
        section="",
        controller=settings.PRIVACY_CONTROLLER,
        contact_address=settings.PRIVACY_ADDRESS,
        contact_email=settings.PRIVACY_EMAIL,
        contact_phone=settings.PRIVACY_PHONE,
        purposes=PURPOSES,
        recipients=RECIPIENTS,
        retention=retention(at=at),
        cookies=cookies(),
        erasure_hours=int(terms_at(at).within.total_seconds()) // 3600,
    )


@anyone
@require_safe
def licences(request: HttpRequest) -> HttpResponse:
    """Whose work these pages are made of, with the notices that go with it. What else runs here is told to operators only."""
    return page(request, "licences", section="", own=own_notice(), components=built_assets())


@anyone
@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language of this browser and go back to the page that was open."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    person_id = request.session.get(SESSION_PERSON)
    if person_id is not None:
        # Messages follow the page: who reads it in English gets English SMS.
        set_language(person_id=uuid.UUID(person_id), language=code)
    response = HttpResponseRedirect(safe_next(request, request.GET.get("next", ""), "/"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
    )
    return response
