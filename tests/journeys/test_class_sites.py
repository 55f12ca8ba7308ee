"""The example class sites against a running Prakerja: a self-paced class, a cancelled and a stolen verification."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from prakerja.cli.journeys.browser import Browser, Page
from prakerja.cli.journeys.people import Participant, Phone
from tests.running import System
from tests.waiting import wait_until

pytestmark = pytest.mark.journeys


class Learner(Participant):
    """A person who has bought a self-paced class and stands before its page."""

    course: dict[str, str]
    school: str

    def enter_code(self) -> Page:
        """Type the code; leads to Prakerja's page, which is not followed."""
        page = self.schools[self.school].get(f"class/{self.course['course_code']}/{self.course['schedule_code']}")
        return self.schools[self.school].submit(page, has="code", code=self.codes[self.course["course_code"]])


@pytest.fixture(scope="module")
def learner(system: System) -> Iterator[Learner]:
    """Somebody of wave 21 with a bought class and an account at the institution."""
    made = system.json("sandbox", "participant", "--stage", "ready")
    course = system.json("sandbox", "course", "--price", "100000", "--post-test")
    person = Learner(
        name="Peserta Uji",
        phone_number=made["phone"],
        email="peserta-uji@contoh.id",
        portal=Browser(system.urls["portal"]),
        phone=Phone(system.urls["phone"], made["phone"]),
        card_number=made["card_number"],
    )
    person.course, person.school = course, f"{system.urls['institution']}/{course['institution']}/"
    with closing(person):
        person.sign_in()
        person.codes[course["course_code"]] = person.buy(system.urls["platforms"]["tokopedia"], course["course_code"])
        person.join(person.school)
        yield person


def press(learner: Learner, page: Page, action: str) -> Page:
    """Press one of the portal's buttons and come back to the institution with one's own session there."""
    there = learner.portal.get(page.url)
    button = next(form for form in there.forms if form.values.get("action") == [action])
    return learner.schools[learner.school].get(learner.portal.leave(there, button))


def test_a_self_paced_class_from_code_to_certificate(learner: Learner, system: System) -> None:
    cancelled = press(learner, learner.enter_code(), "cancel")
    assert cancelled.status == 422
    cancelled.must_say("Anda membatalkan verifikasi kehadiran.")
    before = learner.enter_code()
    there = learner.portal.get(before.url)
    confirm = next(form for form in there.forms if form.values.get("action") == ["confirm"])
    back = learner.portal.leave(there, confirm)
    assert re.fullmatch(rf"{learner.school}callback\?state=[\w-]+", back)
    thief = Participant(
        name="Pencuri", phone_number="", email="pencuri@contoh.id", portal=learner.portal, phone=learner.phone
    )
    with closing(thief.join(learner.school)) as theirs:
        stolen = theirs.get(back)
    assert stolen.status == 403
    stolen.must_say("Tautan kembali ini tidak berlaku")
    mismatch = learner.schools[learner.school].get(f"{back}x")
    assert mismatch.status == 403
    opened = learner.schools[learner.school].get(back).must_say("Kehadiran terverifikasi")
    _hand_in(learner, opened)
    learner.study(learner.school, opened)
    done = learner.finish(learner.school, opened)
    assert done.marked_text("class-status") == "Selesai"
    assert re.fullmatch(r"RASAKATA-[2-9A-Z]{10}", done.marked_text("certificate-number"))


def _hand_in(learner: Learner, opened: Page) -> None:
    """An assignment that Prakerja really fetches from the site, and a teacher's feedback on it."""
    school = learner.schools[learner.school]
    path = f"{opened.url}/assignments"
    school.submit(school.get(path), has="words", scope="tpm", sequence="1", words="Jawaban saya")
    assert _settled(school, path) == ("2", "0")
    desk = school.submit(
        school.get(f"{learner.school}teacher/"), has="teacher_password", teacher_password="pengajar-demo"
    )
    school.submit(desk, has="notes", notes="Bagus, lanjutkan.")
    assert _settled(school, path, wanted=1) == ("2", "2")


def _settled(school: Browser, path: str, *, wanted: int = 0) -> tuple[str, str]:
    """Where assignment and feedback stand once the asked one is no longer pending."""

    def settled() -> tuple[str, str] | None:
        found = re.search(r'data-status="(\d)" data-feedback="(\d)"', school.get(path).html)
        assert found is not None
        return (found[1], found[2]) if found[1 + wanted] in "23" else None

    return wait_until(settled) or ("", "")
