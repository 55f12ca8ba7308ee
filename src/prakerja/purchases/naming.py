"""What the SMS with a purchase's code calls shop and class. Kept in this process for minutes: a hot call asks nobody for it."""

from __future__ import annotations

import uuid
from time import monotonic

from prakerja.catalogue.queries import title_of
from prakerja.partners.queries import name_of

# Wall seconds after which a name is read again; names change a few times a year.
KEPT_SECONDS = 300.0
_KEPT_AT_MOST = 10_000
# An SMS is paid by its length, and whose class it is can be told from its beginning.
_LONGEST = 40
_names: dict[object, tuple[float, str]] = {}


def offer_names(*, platform_id: uuid.UUID, course_code: str) -> tuple[str, str]:
    """The names of a platform and of a course ("" for one that is not there), short enough for an SMS."""
    return _kept(platform_id), _kept(course_code)


def _kept(key: uuid.UUID | str) -> str:
    moment = monotonic()
    found = _names.get(key)
    if found is not None and moment - found[0] < KEPT_SECONDS:
        return found[1]
    name = name_of(partner_id=key) if isinstance(key, uuid.UUID) else title_of(course_code=key)
    if len(name) > _LONGEST:
        name = name[: _LONGEST - 1].rstrip() + "…"
    if len(_names) >= _KEPT_AT_MOST:
        _names.clear()
    _names[key] = (moment, name)
    return name
