"""A signed nonce works once; a write under an Idempotency-Key happens once. Also when sixteen come at the same moment."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from prakerja.catalogue.models import Course
from prakerja.kernel.clock import wall
from prakerja.partner_api import clients
from prakerja.partners import once_only
from prakerja.partners.models import FirstAnswer, UsedNonce
from tests.partner_api.partner import PAYMENT, Scene, refused
from tests.partner_api.signer import Signer
from tests.partner_api.test_courses import CONTENT
from tests.races.barrier import SESSIONS, race

LISTINGS = "/api/v1/partner/listings"
COURSES = "/api/v1/partner/courses"
NONCE = "n0nce-with_sixteen"
DENIED = (401, "ERRINT40195", "Akses ditolak. Periksa kredensial dan waktu server Anda.")
WRONG = (401, "ERRINT40192", "Akses ditolak. Periksa kredensial dan waktu server Anda.")
OTHER_CONTENT = (409, "ERRPRT40995", "Idempotency-Key sudah dipakai untuk permintaan lain.")


def signed(scene: Scene, nonce: str, *, path: str = LISTINGS, stamp: str | None = None) -> dict[str, str]:
    """Headers of a GET: the nonce stands between timestamp and method."""
    return Signer(scene.world.platform, "sha256").headers(f"{nonce}GET", path, b"", stamp)


def get(headers: dict[str, str], path: str = LISTINGS) -> tuple[int, Any]:
    meta: dict[str, Any] = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    response = Client().get(path, **meta)
    return response.status_code, json.loads(response.content)


def test_a_nonce_works_once(scene: Scene) -> None:
    headers = signed(scene, NONCE) | {"nonce": NONCE}
    assert get(headers)[0] == 200
    assert refused(get(headers)) == DENIED
    # With another timestamp and signature it is still the same nonce; another nonce is another call.
    assert refused(get(signed(scene, NONCE, stamp=str(int(time.time()) + 1)) | {"nonce": NONCE})) == DENIED
    assert get(signed(scene, NONCE + "2") | {"nonce": NONCE + "2"})[0] == 200


def test_a_nonce_belongs_to_its_client(scene: Scene) -> None:
    assert get(signed(scene, NONCE) | {"nonce": NONCE})[0] == 200
    path = "/api/v1/partner/course-runs"
    headers = Signer(scene.world.institution, "sha256").headers(f"{NONCE}GET", path, b"")
    assert get(headers | {"nonce": NONCE}, path)[0] == 200
    assert UsedNonce.objects.count() == 2


def test_a_nonce_is_part_of_what_is_signed(scene: Scene) -> None:
    """It can neither be taken out, put in, changed nor shifted into the timestamp."""
    with_nonce, without = signed(scene, NONCE), signed(scene, "")
    assert refused(get(with_nonce)) == WRONG
    assert refused(get(without | {"nonce": NONCE})) == WRONG
    assert refused(get(with_nonce | {"nonce": NONCE + "x"})) == WRONG
    digits = "12" + NONCE
    shifted = signed(scene, digits)
    shifted["timestamp"] += "12"
    assert refused(get(shifted | {"nonce": NONCE})) == (401, "ERRINT40193", DENIED[2])
    # What was refused has used nothing up.
    assert UsedNonce.objects.count() == 0
    assert get(with_nonce | {"nonce": NONCE})[0] == 200


@pytest.mark.parametrize("nonce", ["short", "x" * 15, "x" * 65, "sixteen chars no!", "é" * 16, "a/b/c/d/e/f/g/h/i"])
def test_nonces_that_are_none(scene: Scene, nonce: str) -> None:
    answer = get(signed(scene, nonce) | {"nonce": nonce})
    assert refused(answer) == (400, "ERRINT40091", "Isian nonce tidak sesuai.")


def test_the_published_calls_know_no_nonce(scene: Scene) -> None:
    codes = {"course_code": scene.course.code, "schedule_code": scene.run.code}
    for _ in range(2):
        assert scene.shop.post(f"{PAYMENT}/quota-schedule", codes, nonce="x")[0] == 200


def test_old_nonces_and_answers_go_as_new_ones_come(scene: Scene) -> None:
    partner_id = scene.world.platform.partner_id
    for number in range(6):
        once_only.use_nonce(partner_id=partner_id, nonce=f"{NONCE}{number}")
    UsedNonce.objects.update(used_at=wall() - once_only.NONCES_KEPT - timedelta(seconds=1))
    for number in range(2):
        once_only.use_nonce(partner_id=partner_id, nonce=f"new-{NONCE}{number}")
    assert UsedNonce.objects.count() == 2
    # The width of the window: whatever could still pass the timestamp's check is still known.
    assert timedelta(seconds=2 * 300) < once_only.NONCES_KEPT


def test_a_write_is_answered_again_from_what_was_kept(scene: Scene) -> None:
    first = scene.lms.post(COURSES, CONTENT, **{"Idempotency-Key": "k-1"})
    assert first[0] == 200
    code = first[1]["data"]["course_code"]
    assert scene.lms.post(f"{COURSES}/{code}/submit", {}, **{"Idempotency-Key": "k-2"})[0] == 200
    # The first answer, although the course is submitted now; spaces and order of members are no other content.
    again = scene.lms.post(COURSES, dict(reversed(CONTENT.items())), **{"Idempotency-Key": "k-1"})
    assert again == first
    # To the byte: some clients compare, or check a sum that they kept. jsonb has an order of its own for members.
    assert json.dumps(again[1]) == json.dumps(first[1])
    assert Course.objects.filter(institution_id=scene.world.institution.partner_id).count() == 2


def test_what_an_earlier_release_kept_is_still_answered(scene: Scene) -> None:
    """It kept the members themselves; for a month after an upgrade there may be some."""
    first = scene.lms.post(COURSES, CONTENT, **{"Idempotency-Key": "k-1"})
    kept = FirstAnswer.objects.get(key="k-1")
    kept.answer = json.loads(kept.answer)
    kept.save(update_fields=["answer"])
    assert scene.lms.post(COURSES, CONTENT, **{"Idempotency-Key": "k-1"}) == first


def test_one_key_is_for_one_request(scene: Scene) -> None:
    code = scene.lms.post(COURSES, CONTENT, **{"Idempotency-Key": "k-1"})[1]["data"]["course_code"]
    other = CONTENT | {"title": "Lain"}
    assert refused(scene.lms.post(COURSES, other, **{"Idempotency-Key": "k-1"})) == OTHER_CONTENT
    assert refused(scene.lms.put(f"{COURSES}/{code}", CONTENT, **{"Idempotency-Key": "k-1"})) == OTHER_CONTENT
    # The key is each partner's own.
    wish = {"price": 400_000, "outside_price": 500_000}
    path = f"/api/v1/partner/listings/{scene.course.code}"
    assert scene.shop.put(path, wish, **{"Idempotency-Key": "k-1"})[0] == 200


def test_a_refusal_is_not_kept(scene: Scene) -> None:
    path = f"{COURSES}/kursus-takada/submit"
    assert refused(scene.lms.post(path, {}, **{"Idempotency-Key": "k-1"}))[1] == "ERRPLT40491"
    assert FirstAnswer.objects.count() == 0
    assert scene.lms.post(COURSES, CONTENT, **{"Idempotency-Key": "k-1"})[0] == 200


@pytest.mark.parametrize("key", ["", " ", "x" * 129])
def test_a_write_needs_its_key(scene: Scene, key: str) -> None:
    answer = scene.lms.post(COURSES, CONTENT, **({"Idempotency-Key": key} if key else {}))
    assert refused(answer) == (400, "ERRINT40091", "Isian Idempotency-Key tidak sesuai.")
    assert FirstAnswer.objects.count() == 0


@pytest.fixture
def committed(transactional_db: None, settings: Any) -> Scene:
    settings.ROOT_URLCONF = "prakerja.config.partner_urls"
    return Scene()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_sixteen_with_one_nonce(committed: Scene) -> None:
    headers = signed(committed, NONCE) | {"nonce": NONCE}
    statuses = Counter(race([lambda: get(headers)[0]] * SESSIONS))
    assert statuses == {200: 1, 401: SESSIONS - 1}


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_sixteen_with_one_key(committed: Scene) -> None:
    before = Course.objects.count()
    clients.forget_clients()

    def create() -> str:
        status, answer = committed.lms.post(COURSES, CONTENT, **{"Idempotency-Key": "k-1"})
        return f"{status} {answer['data']['course_code']}"

    answers = Counter(race([create] * SESSIONS))
    assert len(answers) == 1
    assert str(next(iter(answers))).startswith("200 ")
    assert Course.objects.count() == before + 1


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_sixteen_with_one_key_and_two_contents(committed: Scene) -> None:
    before = Course.objects.count()
    committed.lms.is_alone = False

    def create(title: str) -> tuple[int, str]:
        status, answer = committed.lms.post(COURSES, CONTENT | {"title": title}, **{"Idempotency-Key": "k-1"})
        return status, str(answer.get("code") or answer["data"]["title"])

    answers = Counter(race([lambda n=n: create(f"Judul {n % 2}") for n in range(SESSIONS)]))  # type: ignore[misc]
    assert Course.objects.count() == before + 1
    won = Course.objects.exclude(id=committed.course.id).get().title
    assert answers == {(200, won): SESSIONS // 2, (409, "ERRPRT40995"): SESSIONS // 2}
