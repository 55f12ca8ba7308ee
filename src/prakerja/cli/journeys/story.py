"""Three people of wave 21: one goes all the way, one buys nothing, one is paid after a hold; a fourth comes in 2023.

Wave 21 is drawn: the first and the second win, the fifth does not. The third is of wave 20, whose results come as a list.
"""

from __future__ import annotations

import uuid
from contextlib import closing
from datetime import datetime
from pathlib import Path

from prakerja.cli.journeys.applying import PROVINCE
from prakerja.cli.journeys.browser import Browser, Page, UnexpectedPage
from prakerja.cli.journeys.people import Participant, Phone
from prakerja.cli.journeys.story_2023 import FOURTH, Story2023
from prakerja.cli.journeys.story_of_joining import StoryOfJoining
from prakerja.cli.journeys.story_of_the_draw import OTHER_PROVINCE, StoryOfTheDraw
from prakerja.cli.journeys.timeline import Timeline
from prakerja.cli.journeys.tools import Person, award, wib
from prakerja.cli.journeys.watching import watch_videos
from prakerja.kernel.clock import now
from prakerja.sandbox import clock
from prakerja.sandbox.worlds.catalogue import EXAMPLE_COURSES
from prakerja.supervisor.plan import Addresses

ANNOUNCED = wib(2021, 9, 22, 20)
# Invented people. Their phones end in digits that the bank has no surprise for.
PEOPLE = (
    Person("first", "Ratna Kusumawati", "9901015503950011", "1995-03-15", "081290001011", "SK-21-A", PROVINCE),
    Person("second", "Bagas Prakoso", "9901011204960012", "1996-04-12", "081290001012", "SK-21-A", PROVINCE),
    Person("third", "Sari Wulandari", "9901016005970013", "1997-05-20", "081290001013", "SK-21-B"),
)
FIFTH = Person("fifth", "Rudi Hartanto", "9901010907940015", "1994-07-09", "081290001015", "", OTHER_PROVINCE)


class Story:
    def __init__(self, *, addresses: Addresses, timeline: Timeline, data_dir: Path) -> None:
        self.addresses = addresses
        self.timeline = timeline
        self.data_dir = data_dir
        self.people: dict[str, Participant] = {}
        for one in (*PEOPLE, FIFTH):
            self.meet(one)
        self.registers = (PEOPLE[0], PEOPLE[1], FIFTH)
        self.draw = StoryOfTheDraw(self)
        self.joining = StoryOfJoining(self)
        self.tokopedia = addresses.url("platform:tokopedia")
        self.pintaria = addresses.url("platform:pintaria")
        self.school = addresses.url("institution") + "/rasakata/"
        self.classes: dict[tuple[str, str], Page] = {}

    def meet(self, one: Person) -> Participant:
        """A person with a phone and a browser, from now on part of the story."""
        self.people[one.short] = Participant(
            name=one.name,
            phone_number=one.phone,
            email=one.email,
            portal=Browser(self.addresses.url("portal")),
            phone=Phone(self.addresses.url("world"), one.phone),
        )
        return self.people[one.short]

    def person_ids(self) -> dict[str, uuid.UUID | None]:
        from prakerja.people.queries import person_id_by_nik

        return {one.short: person_id_by_nik(nik=one.nik) for one in (*PEOPLE, FOURTH, FIFTH)}

    def close(self) -> None:
        for person in self.people.values():
            person.close()

    def at(self, moment: datetime) -> datetime:
        """Move the programme's clock; everything that falls due on the way is done, at its own instant."""
        if moment > now():
            clock.move_to(moment)
        return moment

    def tell(self) -> None:
        self.joining.tell()
        self.draw.tell(decree=PEOPLE[0].decree, announced_at=ANNOUNCED)
        self.announcement()
        self.first_buys()
        self.third_buys()
        self.classes_end()
        self.first_payments()
        self.second_is_revoked()
        self.surveys_and_year_end()
        Story2023(self).tell()

    # -- September: results, videos, first purchases ---------------------------------------------------------------

    def announcement(self) -> None:
        at = self.at(ANNOUNCED)
        with self.timeline.step(at, "programme", "announces wave 21: who was drawn is awarded, at this moment"):
            self.expect_awarded("first", "second")
        with self.timeline.step(
            at, "operator", "imports the list of wave 20, which was not drawn: the third is awarded"
        ):
            award(PEOPLE[2:], wave=20, announced_at=ANNOUNCED, data_dir=self.data_dir)
        for one in PEOPLE:
            with self.timeline.step(at, one.short, "gets the SMS with the exact deadline"):
                text = self.people[one.short].phone.wait_for("Gelombang 20" if one in PEOPLE[2:] else "Gelombang 21")
                if "21 Oktober 2021 pukul 23.59 WIB" not in text:
                    raise UnexpectedPage(f"the SMS does not say the deadline: {text}")
        self.joining.fifth_is_told(at)
        first = self.people["first"]
        with self.timeline.step(at, "first", "signs in by phone and sees fund and deadline, but no card number yet"):
            page = first.sign_in().must_say("Rp1.000.000", "21 Oktober 2021 pukul 23.59 WIB")
            if "9360 " in page.text:
                raise UnexpectedPage("the card number is shown before the videos")
        at = self.at(wib(2021, 9, 24, 10))
        with self.timeline.step(at, "first", "links an OVO wallet with an OTP"):
            first.link(provider="ovo", number=first.phone_number).must_say("OVO")

    def watch_videos(self, name: str, at: datetime) -> None:
        watch_videos(self.timeline, name, self.people[name], self.at(at))

    def first_buys(self) -> None:
        first = self.people["first"]
        self.watch_videos("first", wib(2021, 9, 25, 19, 5))
        at = self.at(wib(2021, 9, 25, 19, 30))
        with self.timeline.step(at, "first", "sees the 16-digit card number and the balance"):
            first.dashboard().must_say("Rp1.000.000")
            first.read_card_number()
        with self.timeline.step(at, "first", "compares training on Bukalapak, Pintaria and Tokopedia"):
            for code in ("bukalapak", "pintaria", "tokopedia"):
                with closing(Browser(self.addresses.url(f"platform:{code}"))) as shop:
                    shop.get(f"/compare?course={EXAMPLE_COURSES[0]}&course={EXAMPLE_COURSES[1]}").must_say("Rp")
        self.buy("first", self.tokopedia, EXAMPLE_COURSES[0], at=at, balance="Rp525.000")
        self.redeem("first", EXAMPLE_COURSES[0], at=wib(2021, 9, 26, 9))

    def buy(self, name: str, shop: str, course: str, *, at: datetime, balance: str) -> None:
        person = self.people[name]
        self.at(at)
        with self.timeline.step(at, name, f"buys {course} with card number and OTP, gets the code"):
            person.codes[course] = person.buy(shop, course)
            person.dashboard().must_say(balance)
        with self.timeline.step(at, name, "finds the same code on the dashboard"):
            if person.codes[course] not in person.latest_transaction().text.replace(" ", "").replace("-", ""):
                raise UnexpectedPage("the code is not among the transactions")

    def redeem(self, name: str, course: str, *, at: datetime) -> None:
        person = self.people[name]
        self.at(at)
        with self.timeline.step(at, name, "signs up at the institution, enters the code and starts the class"):
            opened = person.redeem(self.school, course, f"{course}-mandiri", person.codes[course])
            if opened.status != 200 or "/my/" not in opened.path:
                raise UnexpectedPage(f"the class did not open: …{opened.text[:300]}…")
            self.classes[(name, course)] = opened

    def finish(self, name: str, course: str, *, at: datetime) -> None:
        person = self.people[name]
        with self.timeline.step(at, "institution", f"reports that {name} finished {course}; certificate number"):
            page = self.classes[(name, course)]
            person.study(self.school, page)
            person.finish(self.school, page).marked_text("certificate-number")

    def third_buys(self) -> None:
        third = self.people["third"]
        at = self.at(wib(2021, 9, 27, 9))
        with self.timeline.step(at, "third", "signs in and links an OVO wallet"):
            third.sign_in()
            third.link(provider="ovo", number=third.phone_number).must_say("OVO")
        self.watch_videos("third", wib(2021, 9, 27, 9, 10))
        at = self.at(wib(2021, 9, 27, 9, 20))
        with self.timeline.step(at, "third", "mistypes the OTP once: it is counted, and the next try works"):
            third.read_card_number()
            page = third.order(self.pintaria, EXAMPLE_COURSES[0])
            otp = third.phone.otp()
            wrong = third.pay(self.pintaria, page, "000000" if otp != "000000" else "111111")
            wrong.must_say("Sisa percobaan 2")
            paid = third.pay(self.pintaria, wrong, otp)
            third.codes[EXAMPLE_COURSES[0]] = paid.marked_text("voucher-code")
        self.redeem("third", EXAMPLE_COURSES[0], at=wib(2021, 9, 27, 12))

    # -- October: completion, reviews, the first payments, the revocation -------------------------------------------

    def classes_end(self) -> None:
        at = self.at(wib(2021, 10, 4, 10))
        self.finish("first", EXAMPLE_COURSES[0], at=at)
        self.finish("third", EXAMPLE_COURSES[0], at=at)
        for name, hour in (("first", 19), ("third", 20)):
            at = self.at(wib(2021, 10, 6, hour))
            with self.timeline.step(at, name, "sees the certificate, gives stars and a written review"):
                self.people[name].rate(stars=5, review="Materinya jelas dan langsung dapat saya pakai bekerja.")
        self.at(wib(2021, 10, 7, 21))

    def first_payments(self) -> None:
        first, third = self.people["first"], self.people["third"]
        at = self.at(wib(2021, 10, 8, 9))
        with self.timeline.step(at, "first", "sees four scheduled incentives: 7 Oct, 8 Nov, 7 Dec, 7 Jan"):
            first.portal.get("/insentif").must_say(
                "7 Oktober 2021", "8 November 2021", "7 Desember 2021", "7 Januari 2022"
            )
        self.buy("first", self.tokopedia, EXAMPLE_COURSES[1], at=at, balance="Rp225.000")
        self.redeem("first", EXAMPLE_COURSES[1], at=wib(2021, 10, 9, 9))
        at = self.at(wib(2021, 10, 12, 8))
        with self.timeline.step(at, "third", "changes the account on the day of the payment"):
            third.unlink()
            third.link(provider="gopay", number=third.phone_number).must_say("GoPay")
        at = self.at(wib(2021, 10, 12, 12))
        with self.timeline.step(at, "first", "payment 1 of 600,000 has arrived"):
            first.portal.get("/insentif").must_say("Berhasil")
        with self.timeline.step(at, "third", "payment 1 is held: Dana tertahan"):
            third.portal.get("/insentif").must_say("Dana tertahan")
        at = self.at(wib(2021, 10, 15, 10))
        self.finish("first", EXAMPLE_COURSES[1], at=at)
        at = self.at(wib(2021, 10, 20, 19))
        with self.timeline.step(at, "first", "reviews the second training; it brings no incentive"):
            first.rate(stars=4, review="Cocok untuk pemula, latihannya banyak.")

    def second_is_revoked(self) -> None:
        second, third = self.people["second"], self.people["third"]
        at = self.at(wib(2021, 10, 22, 0, 6))
        with self.timeline.step(at, "second", "bought nothing in 30 days: participation is revoked, an SMS says so"):
            second.phone.wait_for("dicabut")
            second.sign_in().must_say("dicabut")
        self.joining.second_wants_to_join_again()
        at = self.at(wib(2021, 10, 26, 12))
        with self.timeline.step(at, "third", "after the re-check the held payment has arrived"):
            third.portal.get("/insentif").must_say("Berhasil")

    # -- November to January: surveys, cut-offs, the last payments --------------------------------------------------

    def surveys_and_year_end(self) -> None:
        first = self.people["first"]
        self.at(wib(2021, 11, 11, 12))
        at = self.at(wib(2021, 11, 12, 9))
        with self.timeline.step(at, "first", "answers survey 1, open since 11 November"):
            first.answer_survey()
        at = self.at(wib(2021, 11, 17, 12))
        with self.timeline.step(at, "first", "payment 2 and the first survey's 50,000 have arrived"):
            self.expect_paid("first", incentive=1_200_000, survey=50_000)
        self.buy("first", self.tokopedia, EXAMPLE_COURSES[2], at=wib(2021, 11, 29, 9), balance="Rp0")
        self.redeem("first", EXAMPLE_COURSES[2], at=wib(2021, 11, 30, 9))
        at = self.at(wib(2021, 12, 1, 0, 1))
        with self.timeline.step(at, "programme", "sweeps what is left of every balance at the cut-off"):
            self.people["third"].dashboard().must_say("Rp0")
        at = self.at(wib(2021, 12, 9, 22))
        with self.timeline.step(at, "first", "answers surveys 2 and 3, opened early before the year's cut-off"):
            first.answer_survey()
            first.answer_survey()
        at = self.at(wib(2021, 12, 10, 12))
        with self.timeline.step(at, "first", "payment 3 has arrived, the last one before the pause"):
            self.expect_paid("first", incentive=1_800_000, survey=50_000)
        at = self.at(wib(2022, 1, 4, 12))
        with self.timeline.step(at, "programme", "pays nobody during the pause of 11 December to 4 January"):
            self.expect_paid("first", incentive=1_800_000, survey=50_000)
        at = self.at(wib(2022, 1, 5, 12))
        with self.timeline.step(at, "first", "surveys 2 and 3 are paid after the pause"):
            self.expect_paid("first", incentive=1_800_000, survey=150_000)
        at = self.at(wib(2022, 1, 12, 12))
        with self.timeline.step(at, "first", "payment 4 has arrived: 3,550,000 in all, finished"):
            self.expect_paid("first", incentive=2_400_000, survey=150_000)
            first.portal.get("/insentif").must_say("Berhasil")
        self.at(wib(2022, 2, 1, 12))

    def expect_awarded(self, *names: str) -> None:
        """Who has an award, of those who joined."""
        from prakerja.awards.queries import current_award

        people = self.person_ids()
        found = {one.short for one in self.registers if (key := people[one.short]) and current_award(person_id=key)}
        if found != set(names):
            raise UnexpectedPage(f"awarded are {sorted(found)}, drawn were {sorted(names)}")

    def expect_paid(self, name: str, *, incentive: int, survey: int) -> None:
        """What reached the person's account until now, by the ledger."""
        from prakerja.reporting.totals import totals_of

        person_id = self.person_ids()[name]
        if person_id is None:
            raise UnexpectedPage(f"{name} is nobody")
        paid = totals_of(person_id=person_id)
        if (paid.incentive, paid.survey) != (incentive, survey):
            raise UnexpectedPage(f"paid {paid.incentive} + {paid.survey}, expected {incentive} + {survey}")
