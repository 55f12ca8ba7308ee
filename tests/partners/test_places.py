"""Where an institution teaches is filed by an operator, and wrong places change nothing."""

from __future__ import annotations

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.kernel.errors import Refused
from prakerja.partners.places import Place, place_of, set_place
from tests import builders as b

pytestmark = pytest.mark.django_db


def file(code: str, *, address: str = "Jalan Braga 44", city: str = "Bandung", province_code: str = "32") -> Place:
    return set_place(code=code, address=address, city=city, province_code=province_code, actor=SYSTEM, at=b.ANNOUNCED)


def test_a_place_is_filed_and_audited() -> None:
    code = b.world().institution.client_code
    assert place_of(code=code) == ("", "", "")
    assert file(code, address="  Jalan  Braga 44 ") == ("Jalan Braga 44", "Bandung", "32")
    assert place_of(code=code).city == "Bandung"
    assert Record.objects.get(action="partner.place_filed").data["after"]["province_code"] == "32"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"province_code": "320"}, "province_invalid"),
        ({"province_code": "３２"}, "province_invalid"),
        ({"address": "x" * 201}, "place_invalid"),
        ({"city": "Ban\x07dung"}, "place_invalid"),
    ],
)
def test_what_is_no_place_changes_nothing(wrong: dict[str, str], reason: str) -> None:
    code = b.world().institution.client_code
    file(code)
    with pytest.raises(Refused) as refused:
        file(code, **wrong)
    assert refused.value.reason == reason
    assert place_of(code=code) == ("Jalan Braga 44", "Bandung", "32")


def test_nobody_else_has_a_place() -> None:
    b.world()
    with pytest.raises(Refused, match="partner_unknown"):
        file("tidak-ada")
