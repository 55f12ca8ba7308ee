"""Course runs on demand, of the demo institution and sold on every platform."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from prakerja.catalogue.operations import set_price
from prakerja.catalogue.queries import lowest_prices
from prakerja.kernel.codes import readable_code
from prakerja.kernel.db import transaction
from prakerja.partners.queries import members, partner_id_of
from prakerja.sandbox.building import add_class
from prakerja.sandbox.people import Offer

# The first institution of the catalogue: the one whose credentials `sandbox participant` prints.
INSTITUTION = "rasakata"
SELF_PACED_DAYS = 60
SESSION_HOURS = 3
DEFAULT_PRICE = 250_000


def make_course(
    *,
    price: int = DEFAULT_PRICE,
    seats: int | None = None,
    starts_at: datetime | None = None,
    session_count: int = 1,
    has_post_test: bool = False,
    required_assignments: int = 0,
    at: datetime,
) -> Offer:
    """Make a class at `price` rupiah: self-paced, to be bought and redeemed at once, or live.

    A live class meets `session_count` times (1 to 10), three hours each, from `starts_at` on at the same hour of the days
    that follow. Without `starts_at` access runs from now for 60 days (decisions.md 20).
    """
    code = f"demo-{readable_code(8).lower()}"
    is_live = starts_at is not None
    begins = starts_at or at
    meetings = [begins + timedelta(days=number) for number in range(session_count)] if is_live else []
    sessions = [(meeting, meeting + timedelta(hours=SESSION_HOURS)) for meeting in meetings]
    ends = sessions[-1][1] if sessions else begins + timedelta(days=SELF_PACED_DAYS)
    schedule = f"{code}-1" if is_live else f"{code}-mandiri"
    with transaction():
        add_class(
            institution_id=partner_id_of(code=INSTITUTION),
            platform_ids=[partner.partner_id for partner in members() if partner.kind == "platform"],
            code=code,
            schedule_code=schedule,
            price=price,
            seats=seats if seats is not None else (30 if is_live else 1_000_000),
            starts_at=begins,
            ends_at=ends,
            sessions=sessions,
            at=at,
            title=f"Kelas Demo {code[-4:].upper()}",
            category="Perkantoran",
            mode="online",
            delivery="live" if is_live else "self_paced",
            duration_hours=SESSION_HOURS * max(1, len(sessions)),
            summary="Kelas rekaan untuk mencoba pembelian dan penukaran kode.",
            syllabus=["Pembukaan", "Latihan", "Penutup"],
            certificate_kinds=["completion"],
            has_post_test=has_post_test,
            required_assignments=required_assignments,
        )
    return Offer(platform="tokopedia", institution=INSTITUTION, course_code=code, schedule_code=schedule, price=price)


def list_demo_courses(*, platform_id: uuid.UUID, at: datetime) -> None:
    """Let a platform that joined later sell every course of the demo institution (decisions.md 10)."""
    with transaction():
        prices = lowest_prices(institution_id=partner_id_of(code=INSTITUTION))
        for course_id, price in prices.items():
            set_price(course_id=course_id, platform_id=platform_id, price=price or DEFAULT_PRICE, at=at)
