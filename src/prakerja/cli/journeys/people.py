"""What a participant does at each site, as pages and forms: portal, phone, shop, institution."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from prakerja.cli.journeys.browser import Browser, Form, Page, UnexpectedPage, certificates

PASSWORD = "sandi-peserta-2021"  # noqa: S105 - of an invented account at an invented shop
_OTP = re.compile(r"\b(\d{6})\b")
_CARD = re.compile(r"\b\d{4} \d{4} \d{4} \d{4}\b")


class Phone:
    """The phone that the programme knows: reads what it has received, from its own page."""

    def __init__(self, base: str, number: str) -> None:
        self._url = f"{base}/phone/{quote(number)}/messages.json"
        self._seen = 0

    def messages(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = httpx.get(self._url, timeout=60, trust_env=False, verify=certificates()).json()
        return found

    def skip(self) -> None:
        """What has arrived so far is not waited for."""
        self._seen = max((int(str(message["id"])) for message in self.messages()), default=0)

    def wait_for(self, words: str, *, seconds: float = 60) -> str:
        """The text of the newest unread message that says `words`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message in self.messages():
                if int(str(message["id"])) > self._seen and words in str(message["text"]):
                    self._seen = int(str(message["id"]))
                    return str(message["text"])
            time.sleep(0.1)
        raise UnexpectedPage(f"no message that says “{words}” arrived within {seconds:.0f} s")

    def otp(self) -> str:
        found = _OTP.search(self.wait_for("kode"))
        if found is None:
            raise UnexpectedPage("the message holds no six digits")
        return found.group(1)


@dataclass
class Participant:
    name: str
    phone_number: str
    email: str
    portal: Browser
    phone: Phone
    shops: dict[str, Browser] = field(default_factory=dict)
    schools: dict[str, Browser] = field(default_factory=dict)
    card_number: str = ""
    codes: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> Page:
        page = self.portal.get("/masuk")
        page = self.portal.submit(page, has="phone", phone=self.phone_number)
        return self.portal.submit(page, has="otp", otp=self.phone.otp())

    def sign_out(self) -> Page:
        return self.portal.submit(self.portal.get("/dashboard"), action="/keluar")

    def dashboard(self) -> Page:
        page = self.portal.get("/dashboard")
        if "/masuk" in page.path:
            page = self.sign_in()
        return page

    def read_card_number(self) -> str:
        found = _CARD.search(self.dashboard().text)
        if found is None:
            raise UnexpectedPage("the dashboard shows no card number")
        self.card_number = found.group(0).replace(" ", "")
        return self.card_number

    def start_video(self, number: int) -> Page:
        return self.portal.submit(self.portal.get("/video"), action=f"/video/{number}/mulai")

    def finish_video(self, number: int) -> Page:
        return self.portal.submit(self.portal.get("/video"), action=f"/video/{number}/selesai")

    def link(self, *, provider: str, number: str) -> Page:
        page = self.portal.submit(self.portal.get("/rekening"), has="provider", provider=provider, number=number)
        return self.portal.submit(page, has="otp", otp=self.phone.otp())

    def unlink(self) -> Page:
        return self.portal.submit(self.portal.get("/rekening/putuskan"), action="/rekening/putuskan")

    def shop(self, base: str) -> Browser:
        """The shop with an account of this person, opened at the first visit."""
        if base not in self.shops:
            self.shops[base] = Browser(base)
            _open_account(self.shops[base], "/signup", name=self.name, email=self.email)
        return self.shops[base]

    def order(self, base: str, course_code: str) -> Page:
        """Choose a course, type the card number: the page that asks for the OTP."""
        shop = self.shop(base)
        course = shop.get(f"/course/{course_code}")
        checkout = shop.submit(course, has="schedule")
        return shop.submit(checkout, has="card_number", card_number=self.card_number)

    def pay(self, base: str, page: Page, otp: str) -> Page:
        return self.shop(base).submit(page, has="otp", otp=otp)

    def buy(self, base: str, course_code: str) -> str:
        """Buy with card number and OTP; returns the code of random letters and digits."""
        page = self.order(base, course_code)
        page.form(has="otp")
        paid = self.pay(base, page, self.phone.otp())
        return paid.marked_text("voucher-code")

    def join(self, base: str) -> Browser:
        """The institution's site with an account of this person, opened at the first visit."""
        if base not in self.schools:
            self.schools[base] = Browser(base)
            _open_account(self.schools[base], "signup", name=self.name, email=self.email)
        return self.schools[base]

    def redeem(self, base: str, course_code: str, schedule_code: str, code: str) -> Page:
        """Sign up at the institution, find the class, enter the code."""
        school = self.join(base)
        page = school.get(f"class/{course_code}/{schedule_code}")
        return self.prove(base, school.submit(page, has="code", code=code))

    def attend(self, base: str, class_page: Page, sequence: int) -> Page:
        """Press the button of one meeting, or of the post-test (999), and prove to be there."""
        page = self.schools[base].get(class_page.url)
        return self.prove(base, self.schools[base].submit(page, action=f"/attend/{sequence}"))

    def prove(self, base: str, page: Page) -> Page:
        """Follow the institution to Prakerja's page when it leads there: sign in, show the face, come back."""
        if "/verifikasi/" not in page.path:
            return page
        there = self.portal.get(page.url)
        if not any(_presses(form, "confirm") for form in there.forms) and "?langkah=wajah" not in there.html:
            self.sign_in()
            there = self.portal.get(page.url)
        if "?langkah=wajah" in there.html:
            there = self.portal.get(f"{page.url}?langkah=wajah")
        confirm = next((form for form in there.forms if _presses(form, "confirm")), None)
        if confirm is None:
            raise UnexpectedPage(f"{there.path} ({there.status}) lets nobody confirm: …{there.text[:600]}…")
        return self.schools[base].get(self.portal.leave(there, confirm))

    def study(self, base: str, class_page: Page) -> Page:
        """Read every lesson; the page from which the quiz opens."""
        school, page, number = self.schools[base], class_page, 1
        while True:
            lesson = school.get(f"{class_page.url}/lessons/{number}")
            if lesson.status == 404:
                return school.get(class_page.url)
            page = lesson
            # A lesson may have several pages to turn.
            while page.path.endswith(f"/lessons/{number}"):
                page = school.submit(page, action=f"/lessons/{number}")
            if "/lessons/" not in page.path:
                return page
            number += 1

    def finish(self, base: str, class_page: Page) -> Page:
        """Answer the quiz: the institution reports the completion; the page shows the certificate's number."""
        page = self.schools[base].get(class_page.url)
        if any("/attend/999" in form.action for form in page.forms):
            self.attend(base, class_page, 999)
        quiz = self.schools[base].get(f"{class_page.url}/finish")
        form = quiz.form(action="/finish")
        answers = {name: choices[0] for name, choices in form.choices.items()}
        return self.schools[base].submit(quiz, action="/finish", **answers)

    def latest_transaction(self) -> Page:
        """The page of the newest purchase: its code, its class, its certificate."""
        link = re.search(r'href="(/transaksi/[0-9a-f-]+)"', self.portal.get("/transaksi").html)
        if link is None:
            raise UnexpectedPage("there is no transaction")
        return self.portal.get(link.group(1))

    def rate(self, *, stars: int, review: str) -> Page:
        link = re.search(r'href="(/ulasan/[0-9a-f-]+)"', self.dashboard().html + self.latest_transaction().html)
        if link is None:
            raise UnexpectedPage("no training waits for a review")
        page = self.portal.get(link.group(1))
        return self.portal.submit(page, has="stars", stars=str(stars), review=review)

    def answer_survey(self) -> Page:
        """Answer the first open survey: consent, every question."""
        link = re.search(r'href="(/survei/[0-9a-f-]+)"', self.portal.get("/survei").html)
        if link is None:
            raise UnexpectedPage("no survey is open")
        page = self.portal.get(link.group(1))
        form = page.form(has="consent")
        answers = {name: choices[0] for name, choices in form.choices.items()}
        answers |= {name: "3" for name in form.texts if name not in answers}
        return self.portal.submit(page, has="consent", **answers)

    def close(self) -> None:
        for browser in (self.portal, *self.shops.values(), *self.schools.values()):
            browser.close()


def _presses(form: Form, action: str) -> bool:
    """Whether this form is the button; where a face is compared, the one that says that it matches."""
    return form.values.get("action") == [action] and form.values.get("face", ["match"]) == ["match"]


def _open_account(site: Browser, path: str, *, name: str, email: str) -> None:
    page = site.submit(site.get(path), has="email", name=name, email=email, password=PASSWORD)
    if page.status != 200 or any("password" in form.names for form in page.forms):
        raise UnexpectedPage(f"{page.path}: no account was opened: …{page.text[:400]}…")
