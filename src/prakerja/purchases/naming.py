"""What messages about a purchase call shop and class. Kept in this process for minutes: a hot call asks nobody for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings

from prakerja.catalogue.queries import CourseWords, course_words
from prakerja.partners.queries import name_of
from prakerja.people.queries import province_of
from prakerja.purchases.queries import course_of_intent

# Wall seconds after which a name is read again; names change a few times a year.
KEPT_SECONDS = 300.0
_KEPT_AT_MOST = 50_000
# An SMS is paid by its length, and whose class it is can be told from its beginning.
_LONGEST = 40
_Found = TypeVar("_Found")
_names: dict[object, tuple[float, Any]] = {}
_intents: dict[object, tuple[float, Any]] = {}


def offer_words(
    *, platform_id: uuid.UUID, course_code: str, intent_id: uuid.UUID, person_id: uuid.UUID
) -> dict[str, str]:
    """What the SMS with a purchase's code says of shop and class, short enough for it.

    Of a class that is not online also where it is, and whether that is another province than the buyer's: it is the last
    word before the money goes (rules.md 12.38).
    """
    words = _course(course_code)
    _keep(_intents, intent_id, course_code)
    told = {
        "shop": _short(_kept(_names, platform_id, lambda: name_of(partner_id=platform_id))),
        "course": _short(words.title),
    }
    if says_where(course_code):
        is_away = bool(words.province_code) and words.province_code != province_of(person_id=person_id)
        told |= {"variant": "onsite_away" if is_away else "onsite", "city": words.city}
    return told


def says_where(course_code: str) -> bool:
    """Whether `offer_words` of this course says where it is, and so must know its buyer."""
    words = _course(course_code)
    return words.mode != "online" and bool(words.city)


def bought_words(*, person_id: uuid.UUID, intent_id: uuid.UUID, purchase_id: uuid.UUID) -> dict[str, str]:
    """What the messages of a purchase say of its class, and where its page is; nothing when the intent is not known.

    The process that sent the code most often knows the course; else one row is read.
    """
    course_code = _kept(_intents, intent_id, lambda: course_of_intent(person_id=person_id, intent_id=intent_id))
    words = _course(course_code) if course_code else None
    if words is None or not words.title:
        return {}
    return {
        "variant": words.mode,
        "course_title": words.title,
        "institution": words.institution,
        "place": words.place,
        "link": f"{settings.PORTAL_URL}/transaksi/{purchase_id}" if settings.PORTAL_URL else "dashboard",
    }


def forget() -> None:
    """Ask again, as a new process does."""
    _names.clear()
    _intents.clear()


def _course(course_code: str) -> CourseWords:
    return _kept(_names, course_code, lambda: course_words(course_code=course_code))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def _kept(kept: dict[object, tuple[float, Any]], key: object, read: Callable[[], _Found]) -> _Found:
    found = kept.get(key)
    if found is not None and monotonic() - found[0] < KEPT_SECONDS:
        value: _Found = found[1]
    else:
        value = read()
        _keep(kept, key, value)
    return value


def _keep(kept: dict[object, tuple[float, Any]], key: object, value: object) -> None:
    if len(kept) >= _KEPT_AT_MOST:
        kept.clear()
    kept[key] = (monotonic(), value)
