"""What belongs in my calendar: limits, sessions, payments and surveys, each with an alarm. No code and no number stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from prakerja.catalogue.queries import sessions_of_class
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel import dates
from prakerja.kernel.icalendar import Event
from prakerja.portal.formats import rupiah
from prakerja.programmes.schemes import wib_day
from prakerja.reporting.dashboard import Dashboard, Purchase
from prakerja.reporting.next_deadline import NextDeadline, deadlines_ahead
from prakerja.vouchers.states import VOUCHER_STATES

# A limit stands as its last half hour; a phone says so a week, a day and two hours before.
LAST = timedelta(minutes=30)
WARNS = (timedelta(days=7), timedelta(days=1), timedelta(hours=2))
SESSION_WARNS = (timedelta(days=1), timedelta(hours=1))


def calendar_of(*, board: Dashboard, at: datetime) -> Iterator[Event]:
    """Every date ahead of `at` for this person."""
    for limit in deadlines_ahead(dashboard=board, at=at):
        yield _limit(limit)
    for item in board.purchases:
        yield from sessions_ahead(item=item, at=at)
    for paid in board.incentives:
        if paid.status in INCENTIVE_STATES.group("COMING") and paid.pay_date >= wib_day(at):
            yield Event(
                uid=f"{paid.kind}-{paid.number}-{board.person_id}@prakerja",
                begins=paid.pay_date,
                ends=None,
                title=(_("Insentif survei %(n)s dibayar") if paid.kind == "survey" else _("Insentif %(n)s dibayar"))
                % {"n": paid.number},
                words=_("Perkiraan: %(amount)s ke rekening atau e-wallet Anda.") % {"amount": rupiah(paid.amount)},
                address=address_of("incentives"),
            )
    for survey in board.surveys:
        if survey.opens_at > at and survey.submitted_at is None and survey.closed_at is None:
            yield Event(
                uid=f"survey-opens-{survey.id}@prakerja",
                begins=survey.opens_at,
                ends=survey.opens_at + LAST,
                title=_("Survei %(n)s Prakerja dibuka") % {"n": survey.number},
                words=_("Dapat diisi sampai %(when)s.") % {"when": dates.until(survey.closes_at)},
                address=address_of("surveys"),
                warns=(timedelta(0),),
            )


def of_purchase(*, board: Dashboard, item: Purchase, at: datetime) -> Iterator[Event]:
    """What of all that is about one purchase: until when its code can be redeemed, and its sessions."""
    for limit in deadlines_ahead(dashboard=board, at=at):
        if limit.purchase is not None and limit.purchase.id == item.id:
            yield _limit(limit)
    yield from sessions_ahead(item=item, at=at)


def sessions_ahead(*, item: Purchase, at: datetime) -> Iterator[Event]:
    """The meetings of a bought live class that have not ended."""
    if item.status != "succeeded" or item.delivery != "live" or item.voucher_status not in VOUCHER_STATES.group("LIVE"):
        return
    meetings = sessions_of_class(course_code=item.course_code, schedule_code=item.schedule_code)
    for number, meeting in enumerate(meetings, start=1):
        if meeting.ends_at > at:
            yield Event(
                uid=f"session-{item.id}-{number}@prakerja",
                begins=meeting.starts_at,
                ends=meeting.ends_at,
                title=_("Pertemuan %(n)s dari %(all)s: %(course)s")
                % {"n": number, "all": len(meetings), "course": item.course_title},
                words=item.institution_name,
                place=item.place,
                address=address_of("purchase", str(item.id)),
                warns=SESSION_WARNS,
            )


def address_of(name: str, *args: str) -> str:
    """Where this stands on the participant's site."""
    return settings.PORTAL_URL + reverse(f"portal:{name}", args=args)


def _limit(limit: NextDeadline) -> Event:
    about = str(limit.purchase.id) if limit.purchase is not None else str(limit.number or "")
    return Event(
        uid=f"limit-{limit.kind}-{about or 'all'}-{limit.at:%Y%m%d}@prakerja",
        begins=limit.at - LAST,
        ends=limit.at,
        title=limit_words(limit),
        words=_("Paling lambat %(when)s.") % {"when": dates.until(limit.at)},
        address=address_of("purchase", about) if limit.kind == "redeem" else address_of("dashboard"),
        warns=WARNS,
    )


def limit_words(limit: NextDeadline) -> str:
    """What ends then."""
    course = limit.purchase.course_title if limit.purchase is not None else ""
    return {
        "buy": _("Batas waktu membeli pelatihan pertama"),
        "redeem": _("Batas waktu menukar kode %(course)s") % {"course": course},
        "survey": _("Batas waktu mengisi survei %(n)s") % {"n": limit.number},
        "review": _("Batas waktu menyelesaikan dan mengulas pelatihan pertama"),
        "link": _("Batas waktu menyambungkan rekening"),
        "spend": _("Batas waktu memakai saldo"),
    }[limit.kind]
