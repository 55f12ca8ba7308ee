"""Looking around: search, compare, one course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from examples.platform.brands import Brand
from examples.platform.catalogue import (
    DELIVERIES,
    PRICE_LIMITS,
    SORTS,
    Listing,
    Search,
    categories,
    search_listings,
)
from examples.platform.pictures import draw
from examples.platform.shelves import arrange
from examples.shared import web
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable

if TYPE_CHECKING:
    from examples.platform.app import Shop

COMPARED = 4
LIVE_RUNS = 8
pages = Blueprint("shop", __name__)

LABELS = {
    "online": "Daring",
    "onsite": "Tatap muka",
    "blended": "Daring dan tatap muka",
    "live": "Terjadwal bersama pengajar",
    "self_paced": "Mandiri, kapan saja",
    "id": "Bahasa Indonesia",
    "en": "Bahasa Inggris",
    "rating": "Bintang tertinggi",
    "price_low": "Harga terendah",
    "price_high": "Harga tertinggi",
    "soonest": "Mulai paling awal",
    "title": "Judul A–Z",
    "completion": "Sertifikat penyelesaian",
    "competence": "Sertifikat kompetensi",
    "excellence": "Sertifikat kompetensi lulusan",
}


def current_shop() -> Shop:
    """Return the shop of this program."""
    found: Shop = current_app.extensions["shop"]
    return found


def current_brand() -> Brand:
    """Return the brand of this request."""
    return current_shop().brands[web.site().code]


@pages.app_context_processor
def _labels() -> dict[str, object]:
    return {"label": _label, "brand": current_brand()}


def _label(word: str) -> str:
    return web.say(LABELS.get(word, word))


def _number(name: str, default: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _search(default_sort: str) -> Search:
    sort = request.args.get("sort", default_sort)
    limit = _number("price", 0)
    return Search(
        words=request.args.get("q", "").strip()[:100],
        category=request.args.get("category", "")[:100],
        delivery=request.args.get("delivery", "") if request.args.get("delivery") in DELIVERIES else "",
        price_limit=limit if limit in PRICE_LIMITS else 0,
        sort=sort if sort in SORTS else default_sort,
        page=_number("page", 1),
    )


@pages.get("/")
def home() -> ResponseReturnValue:
    """Search with filters, sorted and in pages."""
    brand = current_brand()
    listings = current_shop().catalogue.listings(brand.code)
    search = _search(brand.sort)
    kept = {
        "q": search.words,
        "category": search.category,
        "delivery": search.delivery,
        "price": search.price_limit,
        "sort": search.sort,
    }
    return render_template(
        "home.html",
        search=search,
        found=search_listings(listings, search),
        categories=categories(listings),
        deliveries=DELIVERIES,
        price_limits=PRICE_LIMITS,
        sorts=SORTS,
        compared=COMPARED,
        # Before the whole list only: whoever searches or turns the page has seen them.
        shelves=None if request.args else arrange(listings),
        kept={name: value for name, value in kept.items() if value},
    )


@pages.get("/picture/<course_code>.svg")
def picture(course_code: str) -> ResponseReturnValue:
    """The picture of a course at this brand."""
    brand = current_brand()
    listing = current_shop().catalogue.find(brand.code, course_code)
    if listing is None or not brand.motif:
        abort(404)
    drawn = draw(category=listing.category, motif=brand.motif, accent=brand.accent, code=course_code)
    return Response(drawn, mimetype="image/svg+xml")


@pages.get("/compare")
def compare() -> ResponseReturnValue:
    """Up to four courses side by side."""
    listings = current_shop().catalogue.listings(web.site().code)
    asked = list(dict.fromkeys(code for code in request.args.getlist("course") if code))
    chosen = [entry for code in asked for entry in listings if entry.course_code == code]
    return render_template(
        "compare.html",
        chosen=chosen[:COMPARED],
        left_out=len(chosen) > COMPARED,
        limit=COMPARED,
        others=sorted((entry for entry in listings if entry not in chosen), key=lambda entry: entry.title),
    )


def _live_seats(listing: Listing) -> dict[str, int]:
    """Ask the seats of the schedules on sale; where no answer comes, the listing's number stands."""
    shop = current_shop()
    seats = {run.schedule_code: run.seats_available for run in listing.runs}
    for run in listing.open_runs[:LIVE_RUNS]:
        try:
            seats[run.schedule_code] = shop.client.seats_left(
                credentials=shop.credentials(web.site().code),
                course_code=listing.course_code,
                schedule_code=run.schedule_code,
            )
        except (PartnerRefusal, PartnerUnavailable):
            break
    return seats


@pages.get("/course/<course_code>")
def course(course_code: str) -> ResponseReturnValue:
    """One course with its schedules and the seats left now."""
    listing = current_shop().catalogue.find(web.site().code, course_code, fresh=True)
    if listing is None:
        abort(404)
    return render_template("course.html", listing=listing, seats=_live_seats(listing))
