"""September 2021 before the results: the wave opens, strangers register, take the test and join (rules.md 14.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prakerja.cli.journeys.applying import Applicant
from prakerja.cli.journeys.browser import Browser, UnexpectedPage
from prakerja.cli.journeys.tools import wib

OPENS, CLOSES = wib(2021, 9, 16, 12), wib(2021, 9, 20)
EARLIER = wib(2021, 9, 16, 10), wib(2021, 9, 16, 11)
# So few that somebody of the story is not drawn.
QUOTA = 2


class StoryOfJoining:
    """The first goes through everything step by step, on two phones; the second and the fifth do the same at one go."""

    def __init__(self, story: Any) -> None:
        self.story = story
        self.timeline = story.timeline
        self.applicants = {
            one.short: Applicant(one=one, participant=story.people[one.short], world=story.addresses.url("world"))
            for one in story.registers
        }

    def tell(self) -> None:
        self.wave_opens()
        self.first_registers()
        for name in self.applicants:
            if name != "first":
                self.registers_at_one_go(name)
        for name in self.applicants:
            self.takes_the_test(name)
            self.joins(name)
        self.wave_closes()

    def at(self, moment: datetime) -> datetime:
        moved: datetime = self.story.at(moment)
        return moved

    def wave_opens(self) -> None:
        at = self.at(wib(2021, 9, 16, 9))
        with self.timeline.step(at, "operators", "announce wave 21 by two: open from noon to the end of 19 September"):
            self.story.draw.opens(21, OPENS, CLOSES, QUOTA, at=at)
            # Before it, one whose results come as a list: a wave that is drawn takes none.
            self.story.draw.opens(20, *EARLIER, 1, at=at)
        self.story.draw.rules()
        first = self.applicants["first"].participant
        at = self.at(OPENS)
        with self.timeline.step(at, "first", "a stranger yet, reads on the home page that wave 21 is open"):
            first.portal.get("/").must_say("Gelombang 21 sedang dibuka", "19 September 2021 pukul 23.59 WIB")

    def first_registers(self) -> None:
        first = self.applicants["first"]
        at = self.at(wib(2021, 9, 16, 19))
        with self.timeline.step(at, "first", "registers: phone and code, consent, NIK, family card, name, birth date"):
            first.identify(first.enter())
        at = self.at(wib(2021, 9, 16, 20, 30))
        with self.timeline.step(
            at, "first", "goes on with another phone: e-mail and its code, address, work, KTP photo"
        ):
            first.participant.portal.close()
            first.participant.portal = Browser(self.story.addresses.url("portal"))
            first.finish(first.enter().must_say("5 dari 16 pertanyaan selesai"))

    def registers_at_one_go(self, name: str) -> None:
        at = self.at(wib(2021, 9, 16, 20, 40))
        with self.timeline.step(at, name, "registers at one go; Dukcapil knows them"):
            applicant = self.applicants[name]
            applicant.finish(applicant.identify(applicant.enter()))

    def takes_the_test(self, name: str) -> None:
        at = self.at(wib(2021, 9, 17, 9))
        with self.timeline.step(at, name, "takes the test of motivation and basic abilities"):
            self.applicants[name].take_test()

    def joins(self, name: str) -> None:
        at = self.at(wib(2021, 9, 17, 9))
        with self.timeline.step(at, name, "joins wave 21 by one tap; the ticket comes by SMS too"):
            self.applicants[name].join(21)

    def wave_closes(self) -> None:
        at = self.at(CLOSES)
        for name, applicant in self.applicants.items():
            with self.timeline.step(at, name, "the wave has closed: Sedang diproses; signs out"):
                applicant.participant.portal.get("/gelombang/21").must_say("Sedang diproses", applicant.ticket)
                applicant.participant.sign_out()

    def fifth_is_told(self, at: datetime) -> None:
        """Whoever joined and was not drawn (rules.md 4.4)."""
        fifth = self.applicants["fifth"].participant
        with self.timeline.step(
            at, "fifth", "was not drawn: an SMS says so, with the place in line; the page says why"
        ):
            text = fifth.phone.wait_for("belum terpilih di Gelombang 21")
            if "dari 3" not in text:
                raise UnexpectedPage(f"the SMS does not say the place: {text}")
            fifth.sign_in().must_say("Kamu Belum Berhasil di Gelombang 21")
            fifth.portal.get("/gelombang/21").must_say("Kuota gelombang ini penuh", "Ikuti gelombang berikutnya")

    def second_wants_to_join_again(self) -> None:
        """rules.md 14.2: the next wave is closed to whoever was revoked."""
        second = self.applicants["second"].participant
        at = self.at(wib(2021, 10, 25, 13))
        with self.timeline.step(at, "second", "wants to join wave 22: the page says why not, and offers no button"):
            page = second.portal.get("/gelombang").must_say("Gelombang 22", "Kepesertaan Anda pernah dicabut")
            if any("/gabung" in form.action for form in page.forms):
                raise UnexpectedPage("the page offers to join in spite of the blacklist")
