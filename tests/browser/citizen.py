"""What a person does with a browser, as the pages lead: portal, phone page, shops, institutions, the sandbox's clock."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import httpx
from playwright.sync_api import expect

from examples.world.phone import codes_in
from tests.browser.clicking import follow
from tests.browser.system import RunningSystem
from tests.waiting import LIMIT, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PASSWORD = "sandi-peserta-2021"
COURSE = "rasakata-barista-dasar"
RUN = f"{COURSE}-mandiri"


class Citizen:
    """One participant with one browser: a tab for the sites, and a phone, whose page opens in a second tab when somebody looks."""

    def __init__(self, context: BrowserContext, system: RunningSystem, person: dict[str, Any]) -> None:
        self.system = system
        self.context = context
        self.name = str(person["name"])
        self.number = str(person["phone"])
        # Another address each time: a shop opens one account for an address.
        self.email = f"{self.name.lower().replace(' ', '.')}.{uuid.uuid4().hex[:6]}@contoh.example"
        self.page: Page = context.new_page()
        self._phone: Page | None = None
        self._read: set[int] = set()
        self.shop = system.platforms["tokopedia"]

    # -- the phone ---------------------------------------------------------------------------------------------------

    def phone(self) -> Page:
        """The second tab: the phone page, opened by typing the number as the page asks."""
        if self._phone is None:
            self._phone = self.context.new_page()
            self._phone.goto(f"{self.system.phone}/phone/")
            self._phone.fill("#address", self.number)
            self._phone.click("main form button")
            expect(self._phone.locator("#inbox")).to_be_attached()
        return self._phone

    def otp(self, purpose: str) -> str:
        """The six digits of the newest unread message that says `purpose`, from the list that the phone page asks for itself."""
        address = f"{self.system.phone}/phone/{quote(self.number)}/messages.json"

        def unread() -> str:
            received = httpx.get(address, trust_env=False, timeout=LIMIT).json()
            newest = next((one for one in received if purpose.casefold() in one["text"].casefold()), None)
            if newest is None or newest["id"] in self._read:
                return ""
            self._read.add(newest["id"])
            return codes_in(newest["text"])[0]

        return wait_until(unread, what=f"a message that says “{purpose}”")

    # -- the portal --------------------------------------------------------------------------------------------------

    def sign_in(self, *, lands: str = "/dashboard") -> None:
        """By phone number and the code from the SMS; ends on the dashboard, or on the list of a registration's questions."""
        self.page.goto(f"{self.system.portal}/masuk")
        self.page.fill("#phone", self.number)
        self.page.click("main button[type=submit]")
        # Who is nobody yet only shows that the phone is theirs.
        purpose = "masuk ke dashboard" if lands == "/dashboard" else "memastikan nomor ponsel"
        self.page.fill("#otp", self.otp(purpose))
        self.page.click("main form:has(#otp) button")
        expect(self.page).to_have_url(f"{self.system.portal}{lands}")

    def visit(self, path: str) -> Page:
        self.page.goto(self.system.portal + path)
        return self.page

    def card_number(self) -> str:
        return self.visit("/dashboard").locator("#card-number").inner_text()

    # -- the shops ---------------------------------------------------------------------------------------------------

    def open_account(self) -> None:
        """Fill the sign-up page that a shop or an institution is showing."""
        self.page.fill("#name", self.name)
        self.page.fill("#email", self.email)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button.main")

    def checkout(self, *, course: str = COURSE) -> None:
        """From the course's page to the one that asks for the card number, opening an account on the way."""
        self.page.goto(f"{self.shop}/course/{course}")
        follow(self.page.locator("main form:has([name=schedule]) button.main"))
        if urlsplit(self.page.url).path == "/signin":
            self.page.click("main >> text=Buka akun")
            self.open_account()
        expect(self.page.locator("#card_number")).to_be_visible()

    def buy(self, *, course: str = COURSE) -> str:
        """With card number and OTP; returns the code that the shop shows."""
        number = self.card_number()
        self.checkout(course=course)
        self.page.fill("#card_number", number)
        self.page.click("main button.main")
        self.page.fill("#otp", self.otp("membeli pelatihan"))
        self.page.click("main form:has(#otp) button.main")
        return self.page.locator("[data-testid=voucher-code]").inner_text()

    def redeem(self, code: str) -> None:
        """On the class's page: type the code, and say on Prakerja's page that one is there; ends in the opened class."""
        self.page.fill("#code", code)
        follow(self.page.locator("text=Mulai kelas"))
        self.prove()
        expect(self.page.locator("[data-testid=class-status]")).to_have_attribute("data-status", "open")

    def prove(self) -> None:
        """Where an institution leads to Prakerja's page of attendance: confirm, and come back to the institution."""
        if "/verifikasi/" in self.page.url:
            self.page.get_by_role("button", name="Ya, saya hadir").click()
            self.page.wait_for_url(f"{self.system.institution}/**")


def move_clock(page: Page, system: RunningSystem, button: str) -> None:
    """Press one of the sandbox clock's buttons: “+1 jam”, “+1 hari”, “+1 minggu”."""
    page.goto(f"{system.sandbox}/clock")
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("h2", has_text="Yang terjadi di perjalanan")).to_be_visible()
