"""Courses and classes from draft to sale, through the URLs; what is somebody else's is not there at all."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.catalogue import curation, pricing
from prakerja.catalogue.models import Course, CourseRun, CourseRunSeats, CurationReview, Listing
from prakerja.kernel.errors import Refused
from prakerja.partner_api.envelope import stamp
from prakerja.partners.operations import add_partner
from prakerja.training.cancelled_classes import run_refunds
from prakerja.training.models import CancellationCase
from prakerja.training.operations import redeem_code
from tests import builders as b
from tests.partner_api.partner import PAYMENT, Partner, Scene, refused, set_programme_time

OWN = "/api/v1/partner"
CONTENT: dict[str, Any] = {
    "title": "Dasar Pembukuan",
    "category": "Keuangan",
    "mode": "online",
    "delivery": "live",
    "duration_hours": 9,
    "language": "en",
    "summary": "Mencatat uang masuk.\nDan keluar.",
    "syllabus": ["Pembukaan", "Latihan"],
    "target_job": "Staf pembukuan",
    "competency_standard": "",
    "certificate_kinds": ["completion"],
    "has_post_test": False,
    "required_assignments": 0,
    "min_age": 18,
    "min_education": 0,
}
_keys = itertools.count(1)


def key() -> dict[str, str]:
    return {"Idempotency-Key": f"key-{next(_keys)}"}


def drafted(scene: Scene, **changes: Any) -> str:
    status, answer = scene.lms.post(f"{OWN}/courses", CONTENT | changes, **key())
    assert status == 200, answer
    return str(answer["data"]["course_code"])


def step(scene: Scene, code: str, verb: str, **members: Any) -> tuple[int, Any]:
    return scene.lms.post(f"{OWN}/courses/{code}/{verb}", members, **key())


def decide(code: str, accept: bool = True, **changes: Any) -> curation.CourseState:
    values: dict[str, Any] = {"at": b.BUY_AT, "actor": SYSTEM, "note": "Lengkapi silabus."}
    return curation.decide_course(course_code=code, is_accepted=accept, **(values | changes))


def accepted(scene: Scene, **changes: Any) -> str:
    code = drafted(scene, **changes)
    assert step(scene, code, "submit")[0] == 200
    decide(code)
    return code


def dates(days: int = 7, **changes: Any) -> dict[str, Any]:
    begins = b.BUY_AT.astimezone(UTC) + timedelta(days=days)
    return {
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(days=2)).isoformat(),
        "capacity": 30,
    } | changes


def opened(scene: Scene, code: str, **changes: Any) -> dict[str, Any]:
    status, answer = scene.lms.post(f"{OWN}/course-runs", dates(course_code=code) | changes, **key())
    assert status == 200, answer
    return dict(answer["data"])


def priced(scene: Scene, code: str, price: int = 400_000) -> None:
    status, _ = scene.shop.put(f"{OWN}/listings/{code}", {"price": price, "outside_price": 500_000}, **key())
    assert status == 200
    platform = scene.world.platform.client_code
    pricing.decide_price(course_code=code, platform_code=platform, is_accepted=True, at=b.BUY_AT, actor=SYSTEM)


@pytest.fixture
def stranger(scene: Scene) -> Partner:
    return Partner(add_partner(actor=SYSTEM, kind="institution", code="lain", name="Lembaga Lain", at=b.ANNOUNCED))


def test_from_draft_to_sale(scene: Scene) -> None:
    status, answer = scene.lms.post(f"{OWN}/courses", CONTENT, **key())
    code = answer["data"]["course_code"]
    assert (status, answer["data"]) == (
        200,
        CONTENT
        | {
            "course_code": code,
            "is_listed": False,
            "curation": {"status": "draft", "note": "", "submitted_at": None, "decided_at": None},
        },
    )
    assert code.startswith(f"{scene.world.institution.client_code}-")
    run = opened(scene, code)
    sold = [item["course_code"] for item in scene.shop.get(f"{OWN}/listings")[1]["data"]["items"]]
    assert sold == [scene.course.code]
    curated = step(scene, code, "submit")[1]["data"]["curation"]
    assert (curated["status"], curated["note"], curated["decided_at"]) == ("submitted", "", None)
    assert curated["submitted_at"].startswith("2021-09-25T12:3")
    assert [one.course_code for one in curation.submitted_courses()] == [code]
    assert decide(code, note="").status == "accepted"
    answer = scene.lms.get(f"{OWN}/courses/{code}")[1]["data"]
    assert (answer["is_listed"], answer["curation"]["status"]) == (True, "accepted")
    priced(scene, code)
    (item,) = [one for one in scene.shop.get(f"{OWN}/listings")[1]["data"]["items"] if one["course_code"] == code]
    assert (item["price"], [one["schedule_code"] for one in item["runs"]]) == (400_000, [run["schedule_code"]])
    status, answer = scene.send_otp(course_code=code, schedule_code=run["schedule_code"], amount=400_000)
    assert status == 200, answer
    actions = Record.objects.filter(action__startswith="course").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["course.drafted", "course_run.opened", "course.submitted", "course.accepted"]


def test_returned_and_submitted_again(scene: Scene) -> None:
    code = drafted(scene)
    step(scene, code, "submit")
    with pytest.raises(Refused, match="note_missing"):
        decide(code, accept=False, note=" ")
    decide(code, accept=False)
    answer = scene.lms.get(f"{OWN}/courses/{code}")[1]["data"]
    assert (answer["curation"]["status"], answer["curation"]["note"]) == ("returned", "Lengkapi silabus.")
    better = CONTENT | {"syllabus": ["Pembukaan", "Latihan", "Penutup"]}
    assert scene.lms.put(f"{OWN}/courses/{code}", better, **key())[0] == 200
    assert step(scene, code, "submit")[0] == 200
    decide(code)
    assert Course.objects.get(code=code).syllabus == better["syllabus"]
    assert CurationReview.objects.filter(course__code=code).count() == 1


def test_what_is_accepted_stays_until_its_change_is_accepted(scene: Scene) -> None:
    code = accepted(scene)
    changed = CONTENT | {"title": "Pembukuan Lanjut"}
    answer = scene.lms.put(f"{OWN}/courses/{code}", changed, **key())[1]["data"]
    assert (answer["title"], answer["is_listed"], answer["curation"]["status"]) == ("Pembukuan Lanjut", True, "draft")
    assert Course.objects.get(code=code).title == "Dasar Pembukuan"
    step(scene, code, "submit")
    decide(code)
    assert Course.objects.get(code=code).title == "Pembukuan Lanjut"
    assert list(
        CurationReview.objects.filter(course__code=code).order_by("number").values_list("number", "status")
    ) == [(1, "accepted"), (2, "accepted")]


PENDING = (409, "ERRPRT40996", "Pelatihan sedang dikurasi. Tunggu keputusannya.")
NOT_OPEN = (409, "ERRPRT40997", "Tidak ada rancangan untuk diajukan atau ditarik.")


def test_a_round_of_an_older_release_keeps_the_language(scene: Scene) -> None:
    code = accepted(scene)
    assert scene.lms.put(f"{OWN}/courses/{code}", CONTENT | {"title": "Second"}, **key())[0] == 200
    assert step(scene, code, "submit")[0] == 200
    review = CurationReview.objects.get(status="submitted")
    del review.content["language"]
    review.save()
    assert decide(code).content["language"] == "en"
    course = Course.objects.get(code=code)
    assert (course.title, course.language) == ("Second", "en")


def test_while_it_is_reviewed_nothing_changes(scene: Scene) -> None:
    code = drafted(scene)
    step(scene, code, "submit")
    assert refused(step(scene, code, "submit")) == PENDING
    assert refused(scene.lms.put(f"{OWN}/courses/{code}", CONTENT | {"title": "Lain"}, **key())) == PENDING
    assert CurationReview.objects.get(course__code=code).content["title"] == "Dasar Pembukuan"


def test_there_is_nothing_to_submit_or_withdraw(scene: Scene) -> None:
    code = accepted(scene)
    assert refused(step(scene, code, "submit")) == NOT_OPEN
    assert refused(step(scene, code, "withdraw", what="change")) == NOT_OPEN
    # Courses that the office put up have no round at all.
    assert refused(step(scene, scene.course.code, "submit")) == NOT_OPEN
    for accept in (True, False):
        with pytest.raises(Refused, match="curation_not_submitted"):
            decide(code, accept=accept)
    with pytest.raises(Refused, match="course_unknown"):
        decide("kursus-takada")


def test_withdrawing(scene: Scene) -> None:
    code = accepted(scene)
    priced(scene, code)
    scene.lms.put(f"{OWN}/courses/{code}", CONTENT | {"title": "Lain"}, **key())
    answer = step(scene, code, "withdraw", what="change")[1]["data"]
    assert (answer["is_listed"], answer["curation"]["status"]) == (True, "withdrawn")
    run = opened(scene, code)
    answer = step(scene, code, "withdraw", what="course")[1]["data"]
    assert answer["is_listed"] is False
    assert Listing.objects.filter(course__code=code, ended_at=None).count() == 0
    answered = scene.send_otp(course_code=code, schedule_code=run["schedule_code"], amount=400_000)
    assert refused(answered)[1] == "ERRPLT40396"
    assert refused(step(scene, code, "withdraw", what="course")) == NOT_OPEN
    # It may come back the same way.
    assert scene.lms.put(f"{OWN}/courses/{code}", CONTENT, **key())[0] == 200
    assert step(scene, code, "submit")[0] == 200
    assert decide(code).is_listed is True


@pytest.mark.parametrize(
    ("field", "value"),
    [("delivery", "self_paced"), ("mode", "onsite"), ("has_post_test", True), ("required_assignments", 2)],
)
def test_how_a_class_is_taught_stays(scene: Scene, field: str, value: Any) -> None:
    code = accepted(scene)
    answer = scene.lms.put(f"{OWN}/courses/{code}", CONTENT | {field: value}, **key())
    sentence = f"Isian {field} tidak dapat diubah setelah pelatihan diterima."
    assert refused(answer) == (400, "ERRPRT40091", sentence)
    free = drafted(scene)
    assert scene.lms.put(f"{OWN}/courses/{free}", CONTENT | {field: value}, **key())[0] == 200
    assert getattr(Course.objects.get(code=free), field) == value


UNKNOWN_COURSE = (404, "ERRPLT40491", "Pelatihan tidak ditemukan.")
UNKNOWN_RUN = (404, "ERRPLT40490", "Jadwal tidak ditemukan.")


def test_what_is_another_institutions_is_not_there(scene: Scene, stranger: Partner) -> None:
    code = drafted(scene)
    run = opened(scene, code)
    assert stranger.get(f"{OWN}/courses")[1]["data"] == {"items": [], "next_cursor": None}
    for answer in (
        stranger.get(f"{OWN}/courses/{code}"),
        stranger.put(f"{OWN}/courses/{code}", CONTENT, **key()),
        stranger.post(f"{OWN}/courses/{code}/submit", {}, **key()),
        stranger.post(f"{OWN}/courses/{code}/withdraw", {"what": "course"}, **key()),
        stranger.post(f"{OWN}/course-runs", dates(course_code=code), **key()),
        # Nor is a draft there for a platform.
        scene.shop.put(f"{OWN}/listings/{code}", {"price": 1, "outside_price": 1}, **key()),
    ):
        assert refused(answer) == UNKNOWN_COURSE
    answer = stranger.put(f"{OWN}/course-runs/{run['schedule_code']}", dates(), **key())
    assert refused(answer) == UNKNOWN_RUN
    assert refused(scene.shop.get(f"{OWN}/courses"))[:2] == (403, "ERRINT40390")
    assert refused(scene.lms.get(f"{OWN}/price-proposals"))[:2] == (403, "ERRINT40390")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 129}, "title"),
        ({"mode": "luar"}, "mode"),
        ({"delivery": None}, "delivery"),
        ({"duration_hours": 0}, "duration_hours"),
        ({"summary": "\x07"}, "summary"),
        ({"syllabus": ["\n"]}, "syllabus"),
        ({"certificate_kinds": []}, "certificate_kinds"),
        ({"min_age": 17}, "min_age"),
        ({"has_post_test": 1}, "has_post_test"),
    ],
)
def test_fields_of_a_course(scene: Scene, changes: dict[str, Any], field: str) -> None:
    answer = scene.lms.post(f"{OWN}/courses", CONTENT | changes, **key())
    assert refused(answer) == (400, "ERRINT40091", f"Isian {field} tidak sesuai.")
    assert Course.objects.count() == 1


def test_pages_of_own_courses(scene: Scene) -> None:
    codes = sorted([scene.course.code, *(drafted(scene) for _ in range(4))])
    seen, cursor = [], ""
    for _ in range(3):
        data = scene.lms.get(f"{OWN}/courses?limit=2{cursor}")[1]["data"]
        seen += [item["course_code"] for item in data["items"]]
        cursor = f"&cursor={data['next_cursor']}"
    assert (seen, data["next_cursor"]) == (codes, None)
    for broken in ("%%%", "AA", "AA=="):
        assert refused(scene.lms.get(f"{OWN}/courses?cursor={broken}"))[1] == "ERRINT40091"
        assert refused(scene.shop.get(f"{OWN}/price-proposals?cursor={broken}"))[1] == "ERRINT40091"


# --- classes ---


def session(run: dict[str, Any], start: int, end: int) -> dict[str, str]:
    begins = datetime.fromisoformat(run["starts_at"])
    return {
        "starts_at": (begins + timedelta(hours=start)).isoformat(),
        "ends_at": (begins + timedelta(hours=end)).isoformat(),
    }


def test_a_class_with_its_sessions(scene: Scene) -> None:
    code = accepted(scene)
    base = dates()
    run = opened(scene, code, sessions=[session(base, 0, 3), session(base, 24, 27)])
    assert run == {
        "course_code": code,
        "schedule_code": run["schedule_code"],
        "starts_at": "2021-10-02T12:30:00Z",
        "ends_at": "2021-10-04T12:30:00Z",
        "session_count": 2,
        "sessions": [
            {"starts_at": "2021-10-02T12:30:00Z", "ends_at": "2021-10-02T15:30:00Z"},
            {"starts_at": "2021-10-03T12:30:00Z", "ends_at": "2021-10-03T15:30:00Z"},
        ],
        "capacity": 30,
        "seats_taken": 0,
    }
    # While nobody has bought, everything may change.
    later = dates(9, capacity=6_000)
    path = f"{OWN}/course-runs/{run['schedule_code']}"
    answer = scene.lms.put(path, later | {"sessions": [session(later, 1, 2)]}, **key())[1]["data"]
    assert (answer["starts_at"], answer["session_count"], answer["capacity"]) == ("2021-10-04T12:30:00Z", 1, 6_000)
    seats = CourseRunSeats.objects.filter(course_run__code=run["schedule_code"])
    assert (seats.count(), sum(one.capacity for one in seats)) == (16, 6_000)


DATES_INVALID = (400, "ERRPRT40092", "Tanggal kelas tidak sesuai.")


@pytest.mark.parametrize("case", ["backwards", "past", "outside", "overlap", "disorder", "empty", "far", "end of time"])
def test_dates_that_cannot_be(scene: Scene, case: str) -> None:
    code = accepted(scene)
    good = dates()
    broken = {
        "backwards": good | {"ends_at": good["starts_at"]},
        "past": dates(-1),
        "outside": good | {"sessions": [session(good, 47, 49)]},
        "overlap": good | {"sessions": [session(good, 0, 3), session(good, 2, 4)]},
        "disorder": good | {"sessions": [session(good, 4, 5), session(good, 0, 1)]},
        "empty": good | {"sessions": [session(good, 1, 1)]},
        "far": good | {"ends_at": "2026-09-27T00:00:00+07:00"},
        # Later than any calendar here once it is told in UTC.
        "end of time": good | {"ends_at": "9999-12-31T23:59:59-10:00"},
    }[case]
    assert refused(scene.lms.post(f"{OWN}/course-runs", broken | {"course_code": code}, **key())) == DATES_INVALID
    run = opened(scene, code)
    assert refused(scene.lms.put(f"{OWN}/course-runs/{run['schedule_code']}", broken, **key())) == DATES_INVALID


def test_a_self_paced_class_has_no_sessions(scene: Scene) -> None:
    code = accepted(scene, delivery="self_paced")
    good = dates()
    broken = good | {"sessions": [session(good, 0, 1)], "course_code": code}
    assert refused(scene.lms.post(f"{OWN}/course-runs", broken, **key())) == DATES_INVALID
    for begins in ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "2016-09-01T00:00:00Z"):
        old = dates() | {"starts_at": begins, "course_code": code}
        assert refused(scene.lms.post(f"{OWN}/course-runs", old, **key())) == DATES_INVALID
    # Its access may have begun.
    assert opened(scene, code, **dates(-1))["session_count"] == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"capacity": 0}, "capacity"),
        ({"capacity": "30"}, "capacity"),
        ({"starts_at": "2021-10-02T12:30:00"}, "starts_at"),
        ({"starts_at": "kemarin"}, "starts_at"),
        ({"sessions": [{}]}, "starts_at"),
        ({"sessions": {}}, "sessions"),
        ({"course_code": "a b"}, "course_code"),
    ],
)
def test_fields_of_a_class(scene: Scene, changes: dict[str, Any], field: str) -> None:
    answer = scene.lms.post(f"{OWN}/course-runs", dates(course_code=scene.course.code) | changes, **key())
    assert refused(answer) == (400, "ERRINT40091", f"Isian {field} tidak sesuai.")


def test_seats_and_dates_once_somebody_has_bought(scene: Scene) -> None:
    scene.bought()
    run = CourseRun.objects.get(id=scene.run.id)
    path = f"{OWN}/course-runs/{run.code}"
    same = {"starts_at": run.starts_at.isoformat(), "ends_at": run.ends_at.isoformat()}
    answer = scene.lms.put(path, same | {"capacity": 1}, **key())[1]["data"]
    assert (answer["capacity"], answer["seats_taken"]) == (1, 1)
    moved = same | {"ends_at": (run.ends_at + timedelta(days=1)).isoformat(), "capacity": 9}
    assert refused(scene.lms.put(path, moved, **key())) == (
        409,
        "ERRPRT40999",
        "Kelas sudah dibeli peserta; tanggalnya tidak dapat diubah.",
    )
    b.buy(scene.world, b.participant(scene.world), grown(scene, path, same), at=b.BUY_AT, invoice="INV-2")
    assert refused(scene.lms.put(path, same | {"capacity": 1}, **key())) == (
        409,
        "ERRPRT40998",
        "Kapasitas tidak boleh kurang dari kursi yang terpakai.",
    )
    set_programme_time(run.ends_at)
    assert refused(scene.lms.put(path, same | {"capacity": 50}, **key())) == (
        400,
        "ERRPRT40093",
        "Kelas sudah dimulai atau berakhir; tidak dapat diubah.",
    )


def grown(scene: Scene, path: str, same: dict[str, str]) -> CourseRun:
    assert scene.lms.put(path, same | {"capacity": 2}, **key())[0] == 200
    return CourseRun.objects.get(id=scene.run.id)


def test_a_class_that_is_called_off(scene: Scene, stranger: Partner) -> None:
    scene.bought()
    path = f"{OWN}/course-runs/{scene.run.code}/cancel"
    invoice = scene.shop.get(f"{OWN}/transactions")[1]["data"]["items"][0]["invoice_code"]
    assert scene.shop.get(f"{OWN}/transactions/{invoice}")[1]["data"]["class_cancelled_at"] is None
    unknown = (404, "ERRPLT40490", "Jadwal tidak ditemukan.")
    assert refused(stranger.post(path, {}, **key())) == unknown
    once = key()
    status, answer = scene.lms.post(path, {}, **once)
    assert (status, answer["data"]["seats_taken"], answer["data"]["capacity"]) == (200, 1, 1)
    assert scene.lms.post(path, {}, **once)[1] == answer
    assert refused(scene.lms.post(path, {}, **key())) == unknown
    # Nobody sees or buys it any more; whoever has bought it learns why.
    assert scene.lms.get(f"{OWN}/course-runs")[1]["data"]["items"] == []
    assert scene.shop.get(f"{OWN}/listings")[1]["data"]["items"] == []
    asked = {"schedule_code": scene.run.code, "course_code": scene.course.code}
    assert refused(scene.shop.post(f"{PAYMENT}/quota-schedule", asked)) == unknown
    found = scene.shop.get(f"{OWN}/transactions/{invoice}")[1]["data"]
    assert (found["status"], found["class_cancelled_at"]) == ("SUCCESS", stamp(CourseRun.objects.get().cancelled_at))
    # The platform does nothing: the worker takes the transaction back.
    run_refunds(CourseRun.objects.get().cancelled_at)
    noted = Record.objects.get(action="purchase.class_cancelled")
    assert (noted.person_id, noted.subject_kind) == (scene.who.person_id, "purchase")
    assert scene.shop.get(f"{OWN}/transactions/{invoice}")[1]["data"]["status"] == "VOID"
    voided = {"invoice_code": invoice, "transaction_code": found["transaction_code"]}
    assert refused(scene.shop.post(f"{PAYMENT}/void", voided))[1] == "ERRPLT40028"


def test_a_class_that_somebody_attends_is_called_off_and_looked_at(scene: Scene) -> None:
    scene.bought()
    code = b.code_of(scene.who.person_id)
    redeem_code(institution_id=scene.world.institution.partner_id, code=code, at=b.BUY_AT + timedelta(hours=1))
    assert scene.lms.post(f"{OWN}/course-runs/{scene.run.code}/cancel", {}, **key())[0] == 200
    run_refunds(CourseRun.objects.get().cancelled_at)
    assert CancellationCase.objects.get().status == "open"
    assert scene.shop.get(f"{OWN}/transactions")[1]["data"]["items"][0]["status"] == "SUCCESS"


def test_a_class_that_has_begun_is_not_called_off(scene: Scene) -> None:
    code = accepted(scene)
    run = opened(scene, code)
    set_programme_time(datetime.fromisoformat(run["starts_at"]))
    answer = scene.lms.post(f"{OWN}/course-runs/{run['schedule_code']}/cancel", {}, **key())
    assert refused(answer)[1] == "ERRPRT40093"
    assert CourseRun.objects.get(code=run["schedule_code"]).cancelled_at is None
