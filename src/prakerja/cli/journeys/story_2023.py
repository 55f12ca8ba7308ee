"""The fourth participant lives by the rules of 2023: a webinar, attendance on Prakerja's page, one incentive."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from prakerja.cli.journeys.browser import Page, UnexpectedPage
from prakerja.cli.journeys.people import Participant
from prakerja.cli.journeys.tools import Person, award, prakerja, wib
from prakerja.cli.journeys.watching import watch_videos

ANNOUNCED = wib(2023, 4, 28, 20)
SESSION = wib(2023, 5, 15, 9)
PRICE = 1_500_000
FOURTH = Person("fourth", "Tirta Anggraini", "9901014408990014", "1999-08-04", "081290001014", "SK-51-A")


class Story2023:
    """rules.md 14.7 without its cancelled class: announced 28 April, bought on the last evening, reviewed 29 May."""

    def __init__(self, story: Any) -> None:
        self.story = story
        self.timeline = story.timeline
        self.shop = story.tokopedia
        self.school = story.school
        self.person: Participant = story.meet(FOURTH)
        self.course: dict[str, Any] = {}

    def tell(self) -> None:
        self.announcement()
        self.buys_on_the_last_evening()
        opened = self.attends()
        if opened is not None:
            self.finishes(opened)
        self.is_paid_once()

    def at(self, moment: datetime) -> datetime:
        moved: datetime = self.story.at(moment)
        return moved

    def announcement(self) -> None:
        at = self.at(ANNOUNCED)
        with self.timeline.step(at, "operator", "imports the results of wave 51, the first of the rules of 2023 here"):
            award([FOURTH], wave=51, announced_at=ANNOUNCED, data_dir=self.story.data_dir)
        with self.timeline.step(at, "fourth", "gets the SMS: 15 days, until 12 May"):
            text = self.person.phone.wait_for("Gelombang 51")
            if "12 Mei 2023 pukul 23.59 WIB" not in text:
                raise UnexpectedPage(f"the SMS does not say the deadline: {text}")
        at = self.at(wib(2023, 4, 29, 10))
        with self.timeline.step(at, "fourth", "signs in, sees the fund of 2023 and links an OVO wallet"):
            self.person.sign_in().must_say("Rp3.500.000")
            self.person.link(provider="ovo", number=self.person.phone_number).must_say("OVO")
        watch_videos(self.timeline, "fourth", self.person, self.at(wib(2023, 4, 29, 10, 10)))

    def buys_on_the_last_evening(self) -> None:
        at = self.at(wib(2023, 5, 12, 19, 50))
        with self.timeline.step(at, "institution", "schedules a webinar with a post-test for 15 May, 09:00"):
            words = ("sandbox", "course", "--price", str(PRICE), "--starts", SESSION.isoformat(), "--post-test")
            self.course = json.loads(prakerja(*words, data_dir=self.story.data_dir))
        at = self.at(wib(2023, 5, 12, 20))
        with self.timeline.step(at, "fourth", "buys the webinar with card number and OTP; the shop shows no code"):
            self.person.read_card_number()
            page = self.person.order(self.shop, self.course["course_code"])
            paid = self.person.pay(self.shop, page, self.person.phone.otp())
            paid.marked_text("code-on-dashboard")
            self.person.dashboard().must_say("Rp2.000.000")
        with self.timeline.step(at, "fourth", "finds the code on the dashboard"):
            code = self.person.latest_transaction().marked_text("voucher-code")
            self.person.codes[self.course["course_code"]] = code.replace(" ", "").replace("-", "")

    def attends(self) -> Page | None:
        """The class, once it is open."""
        at = self.at(wib(2023, 5, 15, 7, 58))
        with self.timeline.step(at, "fourth", "enters the code more than an hour early: not yet"):
            early = self._enter_code()
            if early.status != 422:
                raise UnexpectedPage(f"the class opened too early: …{early.text[:300]}…")
            early.must_say("Kelas ini belum dimulai")
        opened: Page | None = None
        at = self.at(wib(2023, 5, 15, 8))
        with self.timeline.step(at, "fourth", "an hour before: proves to be there on Prakerja's page, with the face"):
            opened = self._enter_code()
            if "/my/" not in opened.path or opened.status != 200:
                raise UnexpectedPage(f"the class did not open: …{opened.text[:300]}…")
            opened.must_say("Kehadiran terverifikasi")
        return opened

    def finishes(self, opened: Page) -> None:
        at = self.at(wib(2023, 5, 15, 11, 30))
        with self.timeline.step(at, "fourth", "reads the lessons and proves attendance at the post-test (999)"):
            self.person.study(self.school, opened)
            self.person.attend(self.school, opened, 999).must_say("Tes akhir sudah dapat dikerjakan")
        at = self.at(wib(2023, 5, 15, 12, 5))
        with self.timeline.step(at, "fourth", "has completed by attendance alone: nobody reported anything"):
            self.person.latest_transaction().must_say("Sertifikat")
        with self.timeline.step(at, "institution", "adds score and certificate number to what attendance has proved"):
            self.person.finish(self.school, opened).marked_text("certificate-number")
        at = self.at(wib(2023, 5, 29, 19))
        with self.timeline.step(at, "fourth", "gives stars and a written review"):
            self.person.rate(stars=5, review="Pengajarnya sabar dan contohnya dekat dengan pekerjaan saya.")

    def is_paid_once(self) -> None:
        at = self.at(wib(2023, 6, 12, 12))
        with self.timeline.step(at, "fourth", "the one incentive of 600,000 has arrived"):
            self.person.dashboard()
            self.person.portal.get("/insentif").must_say("Berhasil")
            self.story.expect_paid("fourth", incentive=600_000, survey=0)

    def _enter_code(self) -> Page:
        code = self.course["course_code"]
        return self.person.redeem(self.school, code, self.course["schedule_code"], self.person.codes[code])
