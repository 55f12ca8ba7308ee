"""Somebody who registers with a browser: what they answer on each page, and whom they are."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from prakerja.sandbox.demo_registrations import card_picture
from tests.browser.citizen import Citizen
from tests.browser.clicking import follow
from tests.browser.system import RunningSystem

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

PHOTO: Any = {"name": "ktp.jpg", "mimeType": "image/jpeg", "buffer": card_picture(name="Siti Rekaan")}


@dataclass(frozen=True)
class Answer:
    """One field of a page: what is typed, the value that is chosen, or the word that a list is searched for by keyboard."""

    field: str
    value: str = ""


def stranger() -> dict[str, str]:
    """Nobody's name and phone yet, and another one each time."""
    number = secrets.randbelow(10**5)
    return {"name": "Siti Rekaan", "phone": f"0813 77{number // 1000:02d} {number % 1000:03d}1"}


def answers(number: str) -> list[tuple[str, tuple[Answer, ...]]]:
    """Page by page in their order; `number` is the phone, which makes the NIK another one each time.

    The last digits of a NIK choose what the demo's registry says: one that begins with 1 is known to it.
    """
    digits = "".join(filter(str.isdigit, number))
    return [
        ("persetujuan", (Answer("agree_identity", "yes"),)),
        ("nik", (Answer("nik", f"99{digits[-7:-3]}1708901{digits[-3:]}"),)),
        ("kartu-keluarga", (Answer("family_card_number", f"9900 00{digits[-6:-4]} {digits[-4:]} 0002"),)),
        ("nama", (Answer("name", "Siti Rekaan"),)),
        (
            "tanggal-lahir",
            (Answer("birth_day", "17"), Answer("birth_month", "8"), Answer("birth_year", "1990")),
        ),
        ("email", (Answer("has_email", "no"),)),
        ("provinsi", (Answer("province_code", "33"),)),
        ("kabupaten", (Answer("regency_code", "3374"),)),
        (
            "alamat",
            (Answer("district", "Candisari"), Answer("village", "Jatingaleh"), Answer("street", "Jalan Rekaan 7")),
        ),
        ("pendidikan", (Answer("education", "sma"),)),
        ("sekolah", (Answer("is_enrolled", "no"),)),
        ("pekerjaan", (Answer("work_status", "seeking"),)),
        ("jabatan", (Answer("holds_excluded_post", "no"),)),
        ("foto-ktp", (Answer("photo"),)),
        ("kebutuhan", ()),
        (
            "pernyataan",
            tuple(Answer(f"declare_{what}", "yes") for what in ("truth", "own", "repay")),
        ),
    ]


# The form of a page itself: above it may stand the button that keeps the session.
SEND = "main form[novalidate] button"


class Applicant(Citizen):
    """A stranger with a browser that runs no scripts, or with a mouse."""

    def __init__(self, context: BrowserContext, system: RunningSystem) -> None:
        super().__init__(context, system, stranger())

    def begin(self) -> None:
        """On the page that asks for the phone, in any language: phone and code; ends on the task list."""
        self.page.fill("#phone", self.number)
        follow(self.page.locator(SEND))
        self.page.fill("#otp", self.otp("OTP"))
        follow(self.page.locator("main form:has(#otp) button").first)
        expect(self.page).to_have_url(f"{self.system.portal}/daftar/langkah")

    def fill(self, one: Answer) -> None:
        field = self.page.locator(f"main [name={one.field}]")
        kind = field.first.evaluate("field => field.type")
        if kind in ("radio", "checkbox"):
            self.page.locator(f"main [name={one.field}][value='{one.value}']").check()
        elif kind == "file":
            field.set_input_files(PHOTO)
        elif kind == "select-one":
            field.select_option(one.value)
        else:
            field.fill(one.value)
