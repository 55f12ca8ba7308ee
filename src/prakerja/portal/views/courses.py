"""The catalogue: the list of courses with its filters, the page of a course, up to four courses side by side."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from prakerja.kernel import clock, dates
from prakerja.portal.course_address import PRICES, RATINGS, CourseAddress, read_codes, read_search
from prakerja.portal.formats import rupiah
from prakerja.portal.pages import SESSION_PERSON, anyone, page
from prakerja.portal.texts import CERTIFICATE, DELIVERY, EDUCATION_WORDS, MODE, TONGUES
from prakerja.registrations.regions import PROVINCES, province_name, region_called
from prakerja.reporting.courses import COMPARED, REVIEWS, CourseSearch, CoursesPage
from prakerja.reporting.queries import course_pages, search_courses


@anyone
@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    """The list of courses over all platforms, with what was asked for in its address."""
    search, address = read_search(request)
    found = search_courses(search=search, at=clock.now(), reader=_reader(request))
    return page(
        request,
        "courses",
        section="courses",
        search=search,
        address=address,
        found=found,
        chosen=_chosen(search, address, found),
        corrected=[word for word in found.asked if word.is_corrected],
        unknown=[word.typed for word in found.asked if not word.means],
        platforms={one.code: one.name for one in found.platforms},
        # Who types a town where nothing is taught is told so, and what can be taken from there.
        region=region_called(search.text) if search.text and not found.total else None,
        prices=PRICES,
        ratings=RATINGS,
        provinces={code: province_name(code) for code in sorted(found.provinces, key=province_name)},
        most_compared=COMPARED,
        delivery_words=DELIVERY,
        mode_words=MODE,
        # Who is signed in learns before buying that a class is far away (rules.md 12.38).
        province_code=found.province_code,
    )


@anyone
@require_safe
def course(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one course, with every platform's price and what others wrote about it."""
    search, address = read_search(request)
    typed = request.GET.get("ulasan", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
    shown = course_pages(
        codes=[code.replace("\x00", "")[:80]],
        at=clock.now(),
        reader=_reader(request),
        reviews=REVIEWS,
        skipped=(max(number, 1) - 1) * REVIEWS,
    )
    if not shown.courses:
        return page(request, "course_unknown", section="courses", status=404, search=search, address=address)
    [found] = shown.courses
    return page(
        request,
        "course",
        section="courses",
        course=found,
        address=address,
        balance=shown.balance,
        review_page=max(number, 1),
        review_pages=max(1, -(-found.written // REVIEWS)),
        province_code=shown.province_code,
        **_words(),
    )


@anyone
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four courses side by side, each with a way to every platform that sells it."""
    _search, address = read_search(request)
    shown = course_pages(
        codes=read_codes([*request.GET.getlist("k"), *address.compared]), at=clock.now(), reader=_reader(request)
    )
    return page(
        request,
        "courses_compare",
        section="courses",
        address=address,
        courses=shown.courses,
        balance=shown.balance,
        most_compared=COMPARED,
        province_code=shown.province_code,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "delivery_words": DELIVERY,
        "mode_words": MODE,
        "certificate_words": CERTIFICATE,
        "education_words": EDUCATION_WORDS,
        "tongues": TONGUES,
        "province_name": province_name,
    }


def _reader(request: HttpRequest) -> uuid.UUID | None:
    person_id = request.session.get(SESSION_PERSON)
    return uuid.UUID(person_id) if person_id else None


def _chosen(search: CourseSearch, address: CourseAddress, found: CoursesPage) -> list[tuple[str, str]]:
    """Each filter that is set: what it says, and the address of the same list without it."""
    platforms = {one.code: one.name for one in found.platforms}
    words = {
        "kategori": search.category,
        "bentuk": str(MODE[search.mode]) if search.mode else "",
        "cara": str(DELIVERY[search.delivery]) if search.delivery else "",
        "harga": _("paling tinggi %(price)s") % {"price": rupiah(search.max_price)} if search.max_price else "",
        "saldo": _("cukup dengan saldo saya") if search.fits else "",
        "tempat": _("tatap muka di %(place)s") % {"place": PROVINCES[search.province]} if search.province else "",
        "platform": platforms.get(search.platform, search.platform),
        "mulai": _("mulai %(day)s") % {"day": dates.day(search.starts_from.date())} if search.starts_from else "",
        "sampai": _("sampai %(day)s") % {"day": dates.until(search.ends_by)} if search.ends_by else "",
        "kursi": _("ada kursi") if search.with_seats else "",
        "bintang": _("bintang %(count)s ke atas") % {"count": search.min_rating} if search.min_rating else "",
    }
    here = reverse("portal:courses")
    return [(text, here + address.but(**{name: ""})) for name, text in words.items() if text]
