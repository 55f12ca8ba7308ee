"""A platform's own prices: proposed, accepted or returned, never above what everybody pays."""

from __future__ import annotations

from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.catalogue import pricing
from prakerja.catalogue.models import Listing, PriceProposal
from prakerja.kernel.errors import Refused
from prakerja.partners.operations import add_partner
from tests import builders as b
from tests.partner_api.partner import PAYMENT, Partner, Scene, refused
from tests.partner_api.test_courses import OWN, accepted, key, step


def test_a_price_holds_once_it_is_accepted(scene: Scene) -> None:
    path, platform = f"{OWN}/listings/{scene.course.code}", scene.world.platform.client_code
    wish = {"price": 450_000, "outside_price": 500_000}
    answer = scene.shop.put(path, wish, **key())[1]["data"]
    assert answer == wish | {
        "course_code": scene.course.code,
        "live_price": 475_000,
        "status": "submitted",
        "note": "",
        "proposed_at": answer["proposed_at"],
        "decided_at": None,
    }
    # The same again waits on; another one takes its place.
    assert scene.shop.put(path, wish, **key())[1]["data"] == answer
    assert scene.shop.put(path, wish | {"price": 440_000}, **key())[0] == 200
    assert [one.price for one in pricing.submitted_prices()] == [440_000]
    decided: dict[str, Any] = {"course_code": scene.course.code, "platform_code": platform, "at": b.BUY_AT}
    operator: dict[str, Any] = {"actor": SYSTEM}
    with pytest.raises(Refused, match="note_missing"):
        pricing.decide_price(**decided, **operator, is_accepted=False)
    pricing.decide_price(**decided, **operator, is_accepted=False, note="Terlalu murah.")
    assert scene.shop.put(path, wish, **key())[0] == 200
    pricing.decide_price(**decided, **operator, is_accepted=True)
    with pytest.raises(Refused, match="proposal_unknown"):
        pricing.decide_price(**decided, **operator, is_accepted=True)
    items = scene.shop.get(f"{OWN}/price-proposals?limit=2")[1]["data"]
    more = scene.shop.get(f"{OWN}/price-proposals?cursor={items['next_cursor']}")[1]["data"]
    found = [(one["price"], one["status"], one["note"]) for one in items["items"] + more["items"]]
    assert found == [
        (450_000, "withdrawn", ""),
        (440_000, "returned", "Terlalu murah."),
        (450_000, "accepted", ""),
    ]
    assert more["next_cursor"] is None
    assert Listing.objects.get(course=scene.course, ended_at=None).price == 450_000
    assert refused(scene.send_otp(amount=475_000))[1] == "ERRPLT40092"
    assert scene.send_otp(amount=450_000)[0] == 200


def test_never_above_the_price_outside(scene: Scene) -> None:
    wish = {"price": 500_001, "outside_price": 500_000}
    answer = scene.shop.put(f"{OWN}/listings/{scene.course.code}", wish, **key())
    sentence = "Harga tidak boleh lebih tinggi daripada harga di luar program."
    assert refused(answer) == (400, "ERRPRT40090", sentence)
    assert PriceProposal.objects.count() == 0
    for broken in ({"price": 0, "outside_price": 1}, {"price": "1", "outside_price": 1}):
        assert refused(scene.shop.put(f"{OWN}/listings/{scene.course.code}", broken, **key()))[1] == "ERRINT40091"


def test_another_platforms_proposals_are_not_there(scene: Scene) -> None:
    other = Partner(add_partner(actor=SYSTEM, kind="platform", code="toko-lain", name="Toko Lain", at=b.ANNOUNCED))
    path = f"{OWN}/listings/{scene.course.code}"
    scene.shop.put(path, {"price": 1_000, "outside_price": 1_000}, **key())
    assert other.get(f"{OWN}/price-proposals")[1]["data"] == {"items": [], "next_cursor": None}
    answer = other.put(path, {"price": 2_000, "outside_price": 2_000}, **key())[1]["data"]
    assert answer["live_price"] is None
    assert {one.price for one in pricing.submitted_prices()} == {1_000, 2_000}


def test_a_price_of_what_was_withdrawn(scene: Scene) -> None:
    code = accepted(scene)
    scene.shop.put(f"{OWN}/listings/{code}", {"price": 1_000, "outside_price": 1_000}, **key())
    step(scene, code, "withdraw", what="course")
    with pytest.raises(Refused, match="course_not_accepted"):
        pricing.decide_price(
            course_code=code,
            platform_code=scene.world.platform.client_code,
            is_accepted=True,
            at=b.BUY_AT,
            actor=SYSTEM,
        )
    codes = {"course_code": code, "schedule_code": scene.run.code}
    assert refused(scene.shop.post(f"{PAYMENT}/quota-schedule", codes))[1] == "ERRPLT40090"
