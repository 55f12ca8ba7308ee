"""What a stranger does until the result: registers page by page, takes the test, joins the wave."""

from __future__ import annotations

import re

from prakerja.cli.journeys.browser import Page, UnexpectedPage
from prakerja.cli.journeys.people import Participant, Phone
from prakerja.cli.journeys.tools import Person
from prakerja.sandbox.demo_registrations import card_picture

# Whoever registers lives in Semarang, or, by their province, in Yogyakarta.
PROVINCE = "33"
REGENCIES = {PROVINCE: "3374", "34": "3471"}
_BUTTON = re.compile(r'<a class="govuk-button" href="(/daftar/[a-z/-]+)"')


class Applicant:
    """A person of the story at the pages that come before the result."""

    def __init__(self, *, one: Person, participant: Participant, world: str) -> None:
        self.participant = participant
        self.ticket = ""
        self._one = one
        self._inbox = Phone(world, one.email)
        self._answers = _answers(one)

    def enter(self) -> Page:
        """By phone and code to the task list of the registration, begun now or before."""
        portal = self.participant.portal
        page = portal.submit(portal.get("/daftar"), has="phone", phone=self._one.phone)
        return portal.submit(page, has="otp", otp=self.participant.phone.otp())

    def identify(self, page: Page) -> Page:
        """From the task list up to the registry's word."""
        return self._answer(self._begin(page)).must_say("Data Anda cocok dengan Dukcapil")

    def finish(self, page: Page) -> Page:
        """From the task list on: everything that is left, the code from the e-mail, and send it; ends on the dashboard."""
        portal = self.participant.portal
        page = self._answer(self._begin(page))
        if "/daftar/email/kode" in page.path:
            page = self._answer(portal.submit(page, has="otp", otp=self._inbox.otp()))
        return portal.submit(page, action="/daftar/periksa").must_say("Selamat, Anda terdaftar")

    def take_test(self) -> Page:
        """Begin, answer every question, hand in."""
        portal = self.participant.portal
        page = portal.submit(portal.get("/tes"), has="extra_time")
        while re.fullmatch(r"/tes/[0-9]+", page.path) and page.status == 200:
            page = portal.submit(page, has="choice", choice=page.form(has="choice").choices["choice"][-1])
        return portal.submit(page, action="/tes/selesai").must_say("18 dari 18 pertanyaan terjawab")

    def join(self, wave: int) -> str:
        """One tap; returns the number of the ticket, which also comes by SMS."""
        portal = self.participant.portal
        page = portal.submit(portal.get("/gelombang"), action=f"/gelombang/{wave}/gabung")
        self.ticket = page.must_say("Anda sudah bergabung", "Menunggu gelombang ditutup").marked_text("ticket")
        self.participant.phone.wait_for(self.ticket)
        return self.ticket

    def _begin(self, page: Page) -> Page:
        """Where the task list's button leads."""
        found = _BUTTON.search(page.html)
        if found is None:
            raise UnexpectedPage(f"{page.path} ({page.status}) leads to no question: …{page.text[:600]}…")
        return self.participant.portal.get(found.group(1))

    def _answer(self, page: Page) -> Page:
        """Answer page after page, as each leads to the next; the first that is no question."""
        portal = self.participant.portal
        while "/daftar/isi/" in page.path:
            slug = page.path.rsplit("/", 1)[1]
            if slug == "foto-ktp":
                following = portal.submit_photo(page, field="photo", content=card_picture(name=self._one.name))
            else:
                following = portal.submit(page, action=page.path, **self._answers[slug])
            if following.path == page.path:
                raise UnexpectedPage(f"{page.path} ({following.status}) was not taken: …{following.text[:600]}…")
            page = following
        return page


def _answers(one: Person) -> dict[str, dict[str, str]]:
    """What is typed on each page, by its slug."""
    year, month, day = one.birth_date.split("-")
    return {
        "persetujuan": {"agree_identity": "yes"},
        "nik": {"nik": one.nik},
        "kartu-keluarga": {"family_card_number": one.family_card_number},
        "nama": {"name": one.name},
        "tanggal-lahir": {"birth_day": day, "birth_month": month, "birth_year": year},
        "email": {"has_email": "yes", "email": one.email},
        "provinsi": {"province_code": one.province_code},
        "kabupaten": {"regency_code": REGENCIES[one.province_code]},
        "alamat": {"district": "Candisari", "village": "Jatingaleh", "street": "Jalan Rekaan 7, RT 03/RW 05"},
        "pendidikan": {"education": "sma"},
        "sekolah": {"is_enrolled": "no"},
        "pekerjaan": {"work_status": "seeking"},
        "jabatan": {"holds_excluded_post": "no"},
        "kebutuhan": {},
        "pernyataan": {"declare_truth": "yes", "declare_own": "yes", "declare_repay": "yes"},
    }
