"""Where an institution teaches: what a class that is not online tells its buyers before they pay (rules.md 12.38)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.partners.locking import lock_partner
from prakerja.partners.models import Partner

_LONGEST = 200


class Place(NamedTuple):
    """Street and house, city, and the two digits of the province; "" where it was not filed."""

    address: str
    city: str
    province_code: str


def checked_place(*, address: str, city: str, province_code: str) -> Place:
    """The place as it is kept. Raises Refused: place_invalid (not one printable line, or too long), province_invalid."""
    place = Place(" ".join(address.split()), " ".join(city.split()), province_code.strip())
    for line in (place.address, place.city):
        if len(line) > _LONGEST or not line.isprintable():
            raise Refused("place_invalid")
    if place.province_code and not re.fullmatch("[0-9]{2}", place.province_code, re.ASCII):
        raise Refused("province_invalid")
    return place


def place_of(*, code: str) -> Place:
    """Where this partner teaches. Raises Refused: partner_unknown."""
    found = Partner.objects.filter(code=code).values_list("address", "city", "province_code").first()
    if found is None:
        raise Refused("partner_unknown", code=code)
    return Place(*found)


@permitted("partner.change")
def set_place(*, code: str, address: str, city: str, province_code: str, actor: Actor, at: datetime) -> Place:
    """File where an institution teaches; it holds for its classes at once (rules.md 12.38).

    Raises Refused: not_permitted, partner_unknown, place_invalid, province_invalid.
    """
    place = checked_place(address=address, city=city, province_code=province_code)
    with transaction():
        partner = lock_partner(code=code)
        before = Place(partner.address, partner.city, partner.province_code)
        partner.address, partner.city, partner.province_code = place
        partner.save(update_fields=["address", "city", "province_code"])
        record(
            action="partner.place_filed",
            at=at,
            actor=actor,
            subject_kind="partner",
            subject_id=partner.id,
            before=before._asdict(),
            after=place._asdict(),
        )
    return place
