"""Our own calls, which the published contract lacks, through the door's URLs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.catalogue.models import Course, CourseRun, Listing
from prakerja.catalogue.operations import add_promotion
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.partners.places import set_place
from tests import builders as b
from tests.partner_api.partner import PAYMENT, Scene, refused, set_programme_time


def test_listings(scene: Scene) -> None:
    status, answer = scene.shop.get("/api/v1/partner/listings")
    assert status == 200
    assert answer["data"]["next_cursor"] is None
    (item,) = answer["data"]["items"]
    assert item == {
        "course_code": scene.course.code,
        "title": scene.course.title,
        "institution": {"code": scene.world.institution.client_code, "name": "Rasa Kata"},
        "category": "Keuangan",
        "mode": "online",
        "delivery": "self_paced",
        "duration_hours": 7,
        "summary": "",
        "syllabus": [],
        "language": "id",
        "target_job": "",
        "competency_standard": "",
        "certificate_kinds": [],
        "rating_average": None,
        "rating_count": 0,
        "how_to_redeem": "",
        "price": 475_000,
        "promotion": None,
        "runs": [
            {
                "schedule_code": scene.run.code,
                "starts_at": "2021-08-31T17:00:00Z",
                "ends_at": "2021-12-09T17:00:00Z",
                "capacity": 100,
                "seats_available": 100,
                "is_on_sale": True,
                "place": None,
            }
        ],
    }


def test_listings_say_until_when_a_promotion_runs(scene: Scene) -> None:
    listing = Listing.objects.get(course=scene.course)
    with transaction():
        add_promotion(listing_id=listing.id, discount=30_000, starts_at=b.BUY_AT, ends_at=b.BUY_AT + timedelta(days=1))
    (item,) = scene.shop.get("/api/v1/partner/listings")[1]["data"]["items"]
    assert item["promotion"] == {"discount": 30_000, "ends_at": "2021-09-26T12:30:00Z"}


def test_pages(scene: Scene) -> None:
    for _ in range(4):
        b.course(scene.world)
    for partner, path, key in (
        (scene.shop, "/api/v1/partner/listings", "course_code"),
        (scene.lms, "/api/v1/partner/course-runs", "schedule_code"),
    ):
        seen, cursor = [], ""
        for _ in range(3):
            data = partner.get(f"{path}?limit=2{cursor}")[1]["data"]
            seen += [item[key] for item in data["items"]]
            cursor = f"&cursor={data['next_cursor']}"
        assert data["next_cursor"] is None
        assert len(seen) == 5
        assert seen == sorted(set(seen))


@pytest.mark.parametrize("cursor", ["%%%", "AA", "!", "AA==", "_w==", "é"])
def test_cursors_that_we_did_not_make(scene: Scene, cursor: str) -> None:
    for partner, path in ((scene.shop, "listings"), (scene.lms, "course-runs")):
        answer = partner.get(f"/api/v1/partner/{path}?cursor={cursor}")
        assert refused(answer) == (400, "ERRINT40091", "Isian cursor tidak sesuai.")


def test_course_runs(scene: Scene) -> None:
    status, answer = scene.lms.get("/api/v1/partner/course-runs")
    assert status == 200
    (item,) = answer["data"]["items"]
    assert item == {
        "course_code": scene.course.code,
        "title": scene.course.title,
        "category": "Keuangan",
        "mode": "online",
        "delivery": "self_paced",
        "duration_hours": 7,
        "summary": "",
        "syllabus": [],
        "schedule_code": scene.run.code,
        "starts_at": "2021-08-31T17:00:00Z",
        "ends_at": "2021-12-09T17:00:00Z",
        "session_count": 1,
        "sessions": [],
        "has_post_test": False,
        "required_assignments": 0,
        "capacity": 100,
        "seats_taken": 0,
        "place": None,
    }


def test_the_meetings_and_assignments_of_a_live_class(scene: Scene) -> None:
    days = [(datetime(2021, 11, day, 9, tzinfo=WIB), datetime(2021, 11, day, 11, tzinfo=WIB)) for day in (1, 3)]
    told = b.course(
        scene.world, delivery="live", starts_at=days[0][0], ends_at=days[1][1], sessions=days, required_assignments=2
    )[1]
    # Of these dates nobody has told more than the first and the last.
    even = b.course(scene.world, delivery="live", starts_at=days[0][0], ends_at=days[0][1])[1]
    items = {item["schedule_code"]: item for item in scene.lms.get("/api/v1/partner/course-runs")[1]["data"]["items"]}
    assert items[told.code]["required_assignments"] == 2
    assert items[told.code]["sessions"] == [
        {"starts_at": "2021-11-01T02:00:00Z", "ends_at": "2021-11-01T04:00:00Z"},
        {"starts_at": "2021-11-03T02:00:00Z", "ends_at": "2021-11-03T04:00:00Z"},
    ]
    assert items[even.code]["sessions"] == [{"starts_at": "2021-11-01T02:00:00Z", "ends_at": "2021-11-01T04:00:00Z"}]


@pytest.mark.parametrize("invoice", ["INV-1", "a/b c", "é🎓", "100%", "a?b&c", "a//b", "/a/"])
def test_transaction_with_its_code(scene: Scene, invoice: str) -> None:
    bought = scene.authorize(scene.token(), invoice_code=invoice)[1]["data"]
    status, answer = scene.shop.get(f"/api/v1/partner/transactions/{quote(invoice, safe='')}")
    assert status == 200
    data = answer["data"]
    assert data == bought | {
        "created_at": data["created_at"],
        "voucher_code": b.code_of(scene.who.person_id),
        "voucher_status": "issued",
        "redeemable_from": data["redeemable_from"],
        "redeemable_until": "2021-12-09T17:00:00Z",
        "course_code": scene.course.code,
        "schedule_code": scene.run.code,
        "course_title": scene.course.title,
        "mode": "online",
        "place": None,
        "institution": {"code": scene.world.institution.client_code, "name": "Rasa Kata"},
        "how_to_redeem": "",
        "class_cancelled_at": None,
    }


def test_a_class_that_is_not_online_says_where(scene: Scene) -> None:
    """Listings, the institution's own classes and the buyer's transaction; the address is the institution's (rules.md 12.38)."""
    scene.course.mode = "onsite"
    scene.course.save()
    code = scene.world.institution.client_code
    place = {"address": "Jalan Braga 44", "city": "Bandung", "province_code": "32"}
    set_place(code=code, actor=SYSTEM, at=b.BUY_AT, **place)
    (listed,) = scene.shop.get("/api/v1/partner/listings")[1]["data"]["items"]
    assert [run["place"] for run in listed["runs"]] == [place]
    (own,) = scene.lms.get("/api/v1/partner/course-runs")[1]["data"]["items"]
    assert own["place"] == place
    scene.authorize(scene.token(), invoice_code="INV-1")
    told = scene.shop.get("/api/v1/partner/transactions/INV-1")[1]["data"]
    assert (told["mode"], told["place"]) == ("onsite", place)


def report(scene: Scene, **changes: Any) -> dict[str, Any]:
    return {
        "redeem_code": b.code_of(scene.who.person_id),
        "completed_date": "2021-10-04",
        "score": 90,
        "certificate_number": "RK/2021/0001",
        "certificate_kind": "competence",
    } | changes


def complete(scene: Scene, key: str = "k-1", **changes: Any) -> tuple[int, Any]:
    return scene.lms.post("/api/v1/partner/completions", report(scene, **changes), **{"Idempotency-Key": key})


@pytest.fixture
def redeemed(scene: Scene) -> Scene:
    scene.bought()
    scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": b.code_of(scene.who.person_id)})
    # Reported on Monday 4 October, visible on Wednesday 6 October (rules.md 14.1).
    set_programme_time(datetime(2021, 10, 4, 10, tzinfo=WIB))
    return scene


def test_completion(redeemed: Scene) -> None:
    status, answer = complete(redeemed)
    assert status == 200
    assert answer["data"] == report(redeemed) | {"visible_from": answer["data"]["visible_from"]}
    assert answer["data"]["visible_from"].startswith("2021-10-0")
    assert complete(redeemed) == (status, answer)
    assert complete(redeemed, key="k-2") == (status, answer)
    differs = (409, "ERRPRT40990", "Penyelesaian sudah dilaporkan dengan isi yang berbeda.")
    assert refused(complete(redeemed, score=91)) == differs


def test_completion_date_defaults_to_today_in_wib(redeemed: Scene) -> None:
    set_programme_time(datetime(2021, 10, 5, 0, 30, tzinfo=WIB))
    assert complete(redeemed, completed_date=None)[1]["data"]["completed_date"] == "2021-10-05"


def test_completion_before_redemption(scene: Scene) -> None:
    scene.bought()
    assert refused(complete(scene)) == (
        409,
        "ERRPRT40992",
        "Kode belum ditukar; penyelesaian belum dapat dilaporkan.",
    )


def test_completion_of_a_live_class_before_its_end(scene: Scene) -> None:
    start = b.BUY_AT + timedelta(hours=1)
    _, run = b.course(scene.world, delivery="live", starts_at=start, ends_at=start + timedelta(hours=3))
    b.buy(scene.world, scene.who, run)
    set_programme_time(start)
    scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": b.code_of(scene.who.person_id)})
    assert refused(complete(scene, completed_date=None)) == (
        409,
        "ERRPRT40993",
        "Kelas belum selesai; penyelesaian belum dapat dilaporkan.",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"completed_date": "2021-10-05"}, "completed_date"),
        ({"completed_date": "2021-09-24"}, "completed_date"),
        ({"score": 101}, "score"),
        ({"certificate_number": " "}, "certificate_number"),
        ({"certificate_kind": "<b>"}, "certificate_kind"),
    ],
)
def test_completion_fields(redeemed: Scene, changes: dict[str, Any], field: str) -> None:
    assert refused(complete(redeemed, **changes)) == (400, "ERRINT40091", f"Isian {field} tidak sesuai.")


def test_completion_needs_its_key(redeemed: Scene) -> None:
    answer = redeemed.lms.post("/api/v1/partner/completions", report(redeemed))
    assert refused(answer) == (400, "ERRINT40091", "Isian Idempotency-Key tidak sesuai.")


def test_one_certificate_number_certifies_one_person(redeemed: Scene) -> None:
    rival = b.participant(redeemed.world)
    b.buy(redeemed.world, rival, CourseRun.objects.get(id=redeemed.run.id), at=b.BUY_AT, invoice="INV-R")
    code = b.code_of(rival.person_id)
    redeemed.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": code})
    assert complete(redeemed)[0] == 200
    answer = complete(redeemed, key="k-2", redeem_code=code)
    assert refused(answer) == (409, "ERRPRT40991", "Nomor sertifikat sudah dipakai.")
    answer = complete(redeemed, key="k-1", redeem_code=code, certificate_number="RK/2021/0002")
    assert refused(answer)[1] == "ERRPRT40990"


# --- a wrong report ---


def change(scene: Scene, key: str = "c-1", **changes: Any) -> tuple[int, Any]:
    return scene.lms.put("/api/v1/partner/completions", report(scene) | changes, **{"Idempotency-Key": key})


def withdraw(scene: Scene, key: str = "w-1") -> tuple[int, Any]:
    ask = {"redeem_code": b.code_of(scene.who.person_id), "reason": "Tertukar."}
    return scene.lms.post("/api/v1/partner/completions/withdraw", ask, **{"Idempotency-Key": key})


def test_a_kind_of_certificate_that_the_course_does_not_have(redeemed: Scene) -> None:
    Course.objects.update(certificate_kinds=["completion", "excellence"])
    assert refused(complete(redeemed)) == (
        400,
        "ERRPRT40098",
        "Pelatihan ini tidak memberi sertifikat jenis itu. Jenisnya: completion, excellence.",
    )
    assert complete(redeemed, certificate_kind="excellence")[0] == 200


def test_a_wrong_report_is_corrected_and_withdrawn(redeemed: Scene) -> None:
    unreported = (404, "ERRPRT40492", "Penyelesaian kode ini belum dilaporkan.")
    assert refused(change(redeemed)) == refused(withdraw(redeemed)) == unreported
    first = complete(redeemed)[1]["data"]
    right = change(redeemed, score=91, completed_date=None)
    assert (right[0], right[1]["data"]) == (200, first | {"score": 91})
    assert change(redeemed, score=91, completed_date=None) == right
    assert refused(change(redeemed, score=92))[1] == "ERRPRT40995"
    # What the first key said is other content now.
    assert refused(complete(redeemed))[1] == "ERRPRT40990"
    gone = withdraw(redeemed)
    assert (gone[0], sorted(gone[1]["data"])) == (200, ["redeem_code", "withdrawn_at"])
    assert withdraw(redeemed) == gone
    assert refused(withdraw(redeemed, key="w-2")) == unreported
    assert refused(complete(redeemed))[1] == "ERRPRT40990", "a late repetition brings nothing back"
    assert complete(redeemed, key="k-2")[0] == 200


def test_a_report_whose_certificate_is_visible_is_an_operators(redeemed: Scene) -> None:
    visible = complete(redeemed)[1]["data"]["visible_from"]
    set_programme_time(datetime.fromisoformat(visible))
    late = (403, "ERRPRT40390", "Sertifikat sudah tampak bagi peserta. Hubungi Prakerja untuk memperbaikinya.")
    assert refused(change(redeemed, score=91)) == refused(withdraw(redeemed)) == late
