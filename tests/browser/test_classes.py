"""A complete webinar and a complete self-paced class under the rules of 2023, on a cheap phone and in Indonesian.

The code stands on the dashboard alone, every attendance is proved on Prakerja's page with the face, and completion follows
from attendance and assignments: the institution reports nothing but the score and the certificate's number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.checks import problems_of
from tests.browser.citizen import Citizen
from tests.browser.clicking import follow
from tests.browser.system import RunningSystem
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
# Wave 51 is the first that lives by the rules of 2023; it was announced on 28 April.
ANNOUNCED = "2023-04-28T20:00+07:00"
TEACHER = "pengajar-demo"


@pytest.fixture(scope="module")
def later(empty_system: RunningSystem) -> Iterator[RunningSystem]:
    """A system two years later than that of the other tests."""
    empty_system.process.json("clock", "set", ANNOUNCED)
    yield empty_system
    # Nobody needs it any more.
    empty_system.process.stop()


class Student(Citizen):
    """A participant of 2023 who goes through one class, and whoever teaches it."""

    course: dict[str, Any]
    problems: list[str]

    def look(self) -> None:
        """Note what is wrong with the page that is shown now."""
        self.page.wait_for_load_state()
        self.problems += problems_of(self.page)

    def move_to(self, moment: datetime) -> None:
        self.system.process.json("clock", "set", moment.isoformat())

    def buys(self) -> str:
        """With card number and OTP; the shop may not show the code, the dashboard does."""
        number = self.card_number()
        self.checkout(course=self.course["course_code"])
        self.look()
        self.page.fill("#card_number", number)
        self.page.click("main button.main")
        self.page.fill("#otp", self.otp("membeli pelatihan"))
        self.look()
        self.page.click("main form:has(#otp) button.main")
        expect(self.page.locator("[data-testid=code-on-dashboard]")).to_be_visible()
        expect(self.page.locator("main")).not_to_contain_text("Salin kode di atas")
        self.look()
        follow(self.page.locator("[data-testid=code-on-dashboard] a"))
        follow(self.visit("/transaksi").locator("main h2 a").first)
        code = self.page.locator("#voucher-code").inner_text()
        return code.replace(" ", "")

    def opens_the_class_site(self) -> None:
        site = f"{self.system.institution}/{self.course['institution']}"
        self.page.goto(f"{site}/class/{self.course['course_code']}/{self.course['schedule_code']}")
        self.look()
        self.page.locator("section.panel a", has_text="Daftar").click()
        self.open_account()
        expect(self.page.locator("#code")).to_be_visible()
        self.look()

    def enters(self, code: str) -> None:
        self.page.fill("#code", code)
        self.page.click("text=Mulai kelas")

    def prove(self) -> None:
        """On Prakerja's page, with the face, and back to the institution."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Verifikasi kehadiran")
        self.look()
        follow(self.page.get_by_role("link", name="Ke verifikasi wajah"))
        self.look()
        self.page.get_by_role("button", name="Wajah cocok", exact=True).click()
        self.page.wait_for_url(f"{self.system.institution}/**")

    def attends(self, sequence: int) -> None:
        """Press the button of one meeting, or of the post-test (999)."""
        row = self.page.locator(f"[data-testid=attendance-{sequence}]")
        row.get_by_role("button", name="Verifikasi kehadiran").click()
        self.prove()
        expect(self.page.locator(f"[data-testid=attendance-{sequence}]")).to_have_attribute("data-attended", "yes")

    def attended(self) -> list[str]:
        rows = self.page.locator("[data-attended=yes]").all()
        return [str(row.get_attribute("data-testid")).removeprefix("attendance-") for row in rows]

    def reads_every_lesson(self) -> None:
        follow(self.page.locator("ol.lessons a").first)
        while "/lessons/" in self.page.url:
            self.look()
            follow(self.page.locator("main button.main"))

    def hands_in(self, words: str) -> None:
        """From the class to the assignment's page and back, once Prakerja has fetched the file."""
        opened = self.page.url
        self.page.click("text=Tugas dan umpan balik")
        self.look()
        self.page.fill("#words-tpm-1", words)
        follow(self.page.get_by_role("button", name="Kirim tugas"))
        self.waits_until(self.page, "[data-testid=assignment][data-status='2'][data-feedback='0']")
        self.look()
        self.page.goto(opened)

    def is_judged_by(self, teacher: Page, notes: str) -> None:
        """A teacher's feedback, until Prakerja has it; ends at the class."""
        opened = self.page.url
        handed_in = teacher.locator("[data-testid=handed-in]", has_text=self.name)
        handed_in.locator("textarea").fill(notes)
        handed_in.get_by_role("button", name="Kirim umpan balik").click()
        expect(teacher.get_by_role("status")).to_contain_text("Umpan balik sudah dikirim.")
        follow(self.page.locator("text=Tugas dan umpan balik"))
        self.waits_until(self.page, "[data-testid=assignment][data-status='2'][data-feedback='2']")
        expect(self.page.locator("main")).to_contain_text(notes)
        expect(self.page.locator("[data-testid=assignments-done]")).to_contain_text("Selesai: 1.")
        self.look()
        self.page.goto(opened)

    @staticmethod
    def waits_until(page: Page, selector: str) -> None:
        # Only a page that has come can be loaded again: whoever calls this waits for the page that a click leads to.
        def is_there() -> bool:
            page.reload()
            return page.locator(selector).count() > 0

        wait_until(is_there, what=selector, every=0.25)

    def answers_the_quiz(self) -> str:
        """Returns the certificate's number."""
        follow(self.page.locator("text=Kerjakan tes akhir"))
        self.look()
        for question in self.page.locator("main fieldset").all():
            question.locator("input").first.check()
        self.page.click("text=Kirim jawaban dan selesaikan kelas")
        number = self.page.locator("[data-testid=certificate-number]")
        expect(number).to_have_text(re.compile(r"^RASAKATA-\w+$"))
        self.look()
        return number.inner_text()

    def sees_the_certificate(self, number: str) -> None:
        """On the dashboard, which now asks for a review."""
        expect(self.visit("/dashboard").locator("main a.govuk-button")).to_contain_text("Beri ulasan")
        follow(self.visit("/transaksi").locator("main h2 a").first)
        expect(self.page.locator("main")).to_contain_text(number)
        self.look()


@pytest.fixture
def student(context: BrowserContext, later: RunningSystem) -> Student:
    """Somebody of wave 51 who has watched the induction videos, signed in at the portal."""
    made = later.process.json("sandbox", "participant", "--wave", "51", "--stage", "ready")
    me = Student(context, later, made)
    me.problems = []
    me.sign_in()
    return me


def teacher_of(student: Student, context: BrowserContext) -> Page:
    """The teacher's desk in a browser of its own."""
    page = context.new_page()
    page.goto(f"{student.system.institution}/{student.course['institution']}/signup")
    page.fill("#name", "Bu Guru")
    page.fill("#email", f"guru-{student.course['course_code']}@contoh.example")
    page.fill("#password", "sandi-pengajar-2023")
    follow(page.locator("main button.main"))
    page.goto(f"{student.system.institution}/{student.course['institution']}/teacher/")
    page.get_by_label("Kata sandi pengajar").fill(TEACHER)
    page.get_by_role("button", name="Masuk sebagai pengajar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Meja pengajar")
    student.problems += problems_of(page)
    return page


def test_a_webinar_of_three_meetings(student: Student, new_person: Any) -> None:
    me = student
    now = datetime.fromisoformat(me.system.process.json("clock", "show")["now"])
    first = (now + timedelta(days=3)).replace(hour=9, minute=0, second=0)
    class_of = ("--starts", first.isoformat(), "--sessions", "3", "--post-test", "--assignments", "1")
    me.course = me.system.process.json("sandbox", "course", "--price", "1500000", *class_of)
    code = me.buys()
    me.opens_the_class_site()
    expect(me.page.locator("[data-testid=sessions] li")).to_have_count(3)

    me.move_to(first - timedelta(minutes=61))
    me.enters(code)
    expect(me.page.locator("[data-testid=error-message]")).to_contain_text("Kelas ini belum dimulai")
    me.look()
    me.move_to(first - timedelta(hours=1))
    me.enters(code)
    me.prove()
    expect(me.page.locator("[data-testid=class-status]")).to_have_attribute("data-status", "open")
    assert me.attended() == ["1"]
    expect(me.page.locator("[data-testid=attendance-2]")).to_contain_text(f"{first.day + 1} Mei 2023 pukul 09.00 WIB")
    me.look()

    # Tomorrow's meeting cannot be proved today.
    me.page.locator("[data-testid=attendance-2]").get_by_role("button").click()
    expect(me.page.locator("[data-testid=error-message]")).to_contain_text("Kelas ini belum dimulai")
    me.look()
    me.move_to(first + timedelta(days=1))
    me.attends(2)
    me.hands_in("Resep dan hitungan harga pokok saya.")
    me.move_to(first + timedelta(days=2))
    me.attends(3)
    me.reads_every_lesson()
    me.attends(999)
    assert me.attended() == ["1", "2", "3", "999"]
    # Every attendance is proved, but the assignment has no feedback yet: the class is not completed.
    expect(me.visit("/dashboard").locator("#next-heading")).to_have_text("Ikuti pelatihan sampai selesai")
    me.page.go_back()
    me.is_judged_by(teacher_of(me, new_person()), "Hitungannya tepat, teruskan.")
    me.move_to(first + timedelta(days=2, hours=3))
    expect(me.visit("/dashboard").locator("main a.govuk-button")).to_contain_text("Beri ulasan")
    me.page.go_back()
    me.sees_the_certificate(me.answers_the_quiz())
    assert me.problems == []


def test_a_self_paced_class(student: Student, new_person: Any) -> None:
    me = student
    me.course = me.system.process.json("sandbox", "course", "--price", "900000", "--post-test", "--assignments", "1")
    code = me.buys()
    me.opens_the_class_site()
    me.enters(f" {code[:4].lower()} {code[4:]} ")
    me.prove()
    expect(me.page.locator("[data-testid=class-status]")).to_have_attribute("data-status", "open")
    me.look()
    me.reads_every_lesson()
    # No quiz before the attendance of the post-test.
    expect(me.page.locator("main")).to_contain_text("Tes akhir terbuka setelah kehadirannya terverifikasi.")
    me.hands_in("Jawaban saya.")
    me.attends(999)
    me.is_judged_by(teacher_of(me, new_person()), "Rapi.")
    me.sees_the_certificate(me.answers_the_quiz())
    assert me.problems == []
