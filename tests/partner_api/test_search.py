"""Searching own transactions: by day in Jakarta and by state, page after page, and never somebody else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.awards.models import Award
from prakerja.catalogue.models import Course, CourseRun
from prakerja.kernel.clock import WIB
from prakerja.partners.operations import add_partner
from tests import builders as b
from tests.partner_api.partner import PAYMENT, Partner, Scene, refused, set_programme_time

TRANSACTIONS, REDEMPTIONS = "/api/v1/partner/transactions", "/api/v1/partner/redemptions"
MIDNIGHT = datetime(2021, 9, 27, tzinfo=WIB)
# The last microsecond of a day, the first of the next, and one of the same instant.
MOMENTS = (MIDNIGHT - timedelta(microseconds=1), MIDNIGHT, MIDNIGHT, MIDNIGHT + timedelta(hours=3))


@pytest.fixture
def sold(scene: Scene) -> Scene:
    run = CourseRun.objects.get(id=scene.run.id)
    for number, at in enumerate(MOMENTS):
        who = scene.who if number == 0 else b.participant(scene.world)
        # It is paid for thirty seconds after its OTP.
        b.buy(scene.world, who, run, at=at - timedelta(seconds=30), invoice=f"INV-{number}")
        set_programme_time(at)
        code = {"redeem_code": b.code_of(who.person_id)}
        assert scene.lms.post(f"{PAYMENT}/redeem-code/commit", code)[0] == 200
    other = b.participant(scene.world)
    b.buy(scene.world, other, run, at=MIDNIGHT + timedelta(days=1), invoice="INV-V")
    set_programme_time(MIDNIGHT + timedelta(days=1, hours=1))
    status, answer = scene.shop.get(f"{TRANSACTIONS}/INV-V")
    assert status == 200
    void = {"invoice_code": "INV-V", "transaction_code": answer["data"]["transaction_code"]}
    assert scene.shop.post(f"{PAYMENT}/void", void)[0] == 200
    return scene


def invoices(scene: Scene, query: str = "") -> list[str]:
    status, answer = scene.shop.get(TRANSACTIONS + query)
    assert status == 200, answer
    return [item["invoice_code"] for item in answer["data"]["items"]]


def test_transactions(sold: Scene) -> None:
    first, *_, last = sold.shop.get(TRANSACTIONS)[1]["data"]["items"]
    alone = sold.shop.get(f"{TRANSACTIONS}/INV-0")[1]["data"]
    names = ("invoice_code", "transaction_code", "amount", "status", "created_at", "course_code", "schedule_code")
    assert first == {name: alone[name] for name in names} | {"voided_at": None}
    assert (last["invoice_code"], last["status"], last["voided_at"]) == ("INV-V", "VOID", "2021-09-27T18:00:00Z")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?from=2021-09-27", {"INV-1", "INV-2", "INV-3", "INV-V"}),
        ("?to=2021-09-26", {"INV-0"}),
        ("?from=2021-09-27&to=2021-09-27", {"INV-1", "INV-2", "INV-3"}),
        ("?status=VOID", {"INV-V"}),
        ("?status=SUCCESS&from=2021-09-28", set()),
    ],
)
def test_by_day_and_state(sold: Scene, query: str, found: set[str]) -> None:
    assert set(invoices(sold, query)) == found


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages(sold: Scene, limit: int) -> None:
    for partner, path, key in ((sold.shop, TRANSACTIONS, "invoice_code"), (sold.lms, REDEMPTIONS, "redeem_code")):
        whole = [item[key] for item in partner.get(path)[1]["data"]["items"]]
        seen, cursor = [], ""
        while True:
            data = partner.get(f"{path}?limit={limit}{cursor}")[1]["data"]
            seen += [item[key] for item in data["items"]]
            if data["next_cursor"] is None:
                break
            cursor = f"&cursor={data['next_cursor']}"
        assert seen == whole
        assert len(set(seen)) == len(seen) == (5 if partner is sold.shop else 4)


def test_redemptions(sold: Scene) -> None:
    items = sold.lms.get(f"{REDEMPTIONS}?from=2021-09-27&to=2021-09-27")[1]["data"]["items"]
    # The clock ticked on, so it may stand anywhere among those of midnight.
    (first,) = [item for item in items if item["redeem_code"] == b.code_of(sold.who.person_id)]
    assert first == {
        "redeem_code": b.code_of(sold.who.person_id),
        "status": "redeemed",
        "redeemed_at": "2021-09-26T17:00:00Z",
        "course_code": sold.course.code,
        "schedule_code": sold.run.code,
        "platform": "Tokopedia",
        "required_assignments": 0,
    }
    found = sold.lms.get(f"{REDEMPTIONS}?invoice_code=INV-0")[1]["data"]["items"]
    assert [item["redeem_code"] for item in found] == [b.code_of(sold.who.person_id)]
    # A course with assignments asks for them where completion follows from them, and nowhere else (decisions.md 21).
    Course.objects.update(required_assignments=2)
    for rules, count in ((sold.world.wave.scheme_version_id, 0), (b.world(wave=51).wave.scheme_version_id, 2)):
        Award.objects.update(scheme_version_id=rules)
        (item,) = sold.lms.get(f"{REDEMPTIONS}?invoice_code=INV-0")[1]["data"]["items"]
        assert item["required_assignments"] == count
    assert sold.lms.get(f"{REDEMPTIONS}?to=2021-09-25")[1]["data"]["items"] == []
    assert len(sold.lms.get(f"{REDEMPTIONS}?status=redeemed")[1]["data"]["items"]) == 4
    assert sold.lms.get(f"{REDEMPTIONS}?status=cancelled")[1]["data"]["items"] == []


def test_nobody_finds_what_belongs_to_another(sold: Scene) -> None:
    nothing: dict[str, Any] = {"items": [], "next_cursor": None}
    shop = Partner(add_partner(actor=SYSTEM, kind="platform", code="toko-lain", name="Toko Lain", at=b.ANNOUNCED))
    lms = Partner(add_partner(actor=SYSTEM, kind="institution", code="lain", name="Lembaga Lain", at=b.ANNOUNCED))
    cursor = sold.shop.get(f"{TRANSACTIONS}?limit=1")[1]["data"]["next_cursor"]
    assert shop.get(TRANSACTIONS)[1]["data"] == nothing
    # A cursor says where a page begins, not whose it is.
    assert shop.get(f"{TRANSACTIONS}?cursor={cursor}")[1]["data"] == nothing
    assert lms.get(REDEMPTIONS)[1]["data"] == nothing
    assert refused(sold.lms.get(TRANSACTIONS))[:2] == (403, "ERRINT40390")
    assert refused(sold.shop.get(REDEMPTIONS))[:2] == (403, "ERRINT40390")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=kemarin", "from"),
        ("from=2021-09-31", "from"),
        ("from=2021-09-02&to=2021-09-01", "to"),
        ("status=PAID", "status"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=AA", "cursor"),
        ("cursor=MjAyMS0wOS0yN3xh", "cursor"),
        ("cursor=MjAyMS0wOS0yN3wwMThmM2MyZS03YjFhLTdjM2QtOWU0Zi0xMjM0NTY3ODkwYWI=", "cursor"),
    ],
)
def test_queries_that_cannot_be(scene: Scene, query: str, field: str) -> None:
    answer: tuple[int, Any] = scene.shop.get(f"{TRANSACTIONS}?{query}")
    assert refused(answer) == (400, "ERRINT40091", f"Isian {field} tidak sesuai.")


def test_the_last_day_of_all(scene: Scene) -> None:
    assert scene.shop.get(f"{TRANSACTIONS}?to=9999-12-31")[0] == 200
    assert scene.shop.get(f"{TRANSACTIONS}?from=0001-01-01")[0] == 200
