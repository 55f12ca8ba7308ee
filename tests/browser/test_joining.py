"""From a stranger to an application: registration, test and one tap, once without scripts in English, once without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.applicant import PHOTO, SEND, Answer, Applicant, answers
from tests.browser.clicking import follow
from tests.browser.system import RunningSystem
from tests.browser.test_keyboard import tab_to

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

pytestmark = pytest.mark.browser

TICKET = re.compile(r"[0-9]+-\w+")


def test_without_scripts_in_english(new_person: Callable[..., BrowserContext], system: RunningSystem) -> None:
    me = Applicant(new_person(scripts=False), system)
    page = me.page
    me.visit("/bahasa/en?next=/daftar")
    me.begin()
    for slug, fields in answers(me.number):
        if "/daftar/langkah" in page.url:
            follow(page.locator("main a.govuk-button"))
        expect(page).to_have_url(f"{system.portal}/daftar/isi/{slug}")
        for one in fields:
            me.fill(one)
        follow(page.locator(SEND))
    expect(page.locator("h1")).to_have_text("Check your answers")
    follow(page.locator(SEND))
    expect(page).to_have_url(f"{system.portal}/dashboard")
    follow(page.locator(".pk-next a.govuk-button"))
    follow(page.get_by_role("button", name="Take the test"))
    follow(page.get_by_role("button", name="Begin the test"))
    for number in range(1, 19):
        expect(page).to_have_url(f"{system.portal}/tes/{number}")
        page.locator("#choice-0").check()
        follow(page.locator(SEND))
    follow(page.locator(SEND))
    follow(page.locator("main a.govuk-button"))
    follow(page.get_by_role("button", name=re.compile("^Join wave")))
    expect(page.locator("#ticket")).to_have_text(TICKET)
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


def test_by_keyboard(context: BrowserContext, system: RunningSystem) -> None:
    me = Applicant(context, system)
    page = me.page
    me.visit("/daftar")
    types(page, Answer("phone", me.number))
    sends(page)
    otp = me.otp("memastikan nomor ponsel")
    page.bring_to_front()
    types(page, Answer("otp", otp))
    sends(page)
    for slug, fields in answers(me.number):
        if "/daftar/langkah" in page.url:
            tab_to(page, "Mulai" if slug == "persetujuan" else "Lanjutkan", by="text")
            sends(page)
        expect(page).to_have_url(f"{system.portal}/daftar/isi/{slug}")
        if slug == "nik":
            # A mistake brings the reader to the sentence that says what is wrong.
            tab_to(page, "Simpan dan lanjut", by="text")
            sends(page)
            expect(page.locator(".govuk-error-summary")).to_be_focused()
        for one in fields:
            types(page, one)
        tab_to(page, "Simpan dan lanjut", by="text")
        sends(page)
    tab_to(page, "Kirim pendaftaran", by="text", most=60)
    sends(page)
    expect(page).to_have_url(f"{system.portal}/dashboard")
    for button in ("Lihat gelombang", "Ikuti tes", "Mulai tes"):
        tab_to(page, button, by="text")
        sends(page)
    types(page, Answer("choice", "0"))
    sends(page)
    expect(page).to_have_url(f"{system.portal}/tes/2")
    # The rest is left open: nobody fails by it.
    for button in ("Lihat ringkasan atau akhiri", "Akhiri tes", "Lihat gelombang"):
        tab_to(page, button, by="text", most=60)
        sends(page)
    tab_to(page, page.get_by_role("button", name=re.compile("^Gabung Gelombang")).inner_text(), by="text")
    sends(page)
    expect(page.locator("#ticket")).to_have_text(TICKET)


def sends(page: Page) -> None:
    """Press Enter on what has the focus, and wait for the page that this leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def types(page: Page, one: Answer) -> None:
    """Tab to the field and answer it as a keyboard does: letters, Space, arrows."""
    field = page.locator(f"main [name={one.field}]")
    kind = field.first.evaluate("field => field.type")
    tab_to(page, str(field.first.get_attribute("id")))
    if kind == "checkbox":
        page.keyboard.press("Space")
    elif kind == "radio":
        page.keyboard.press("Space")
        for _ in range(_place(page.locator(f"main [name={one.field}]"), one.value)):
            page.keyboard.press("ArrowDown")
    elif kind == "select-one":
        page.keyboard.type(field.locator(f"option[value='{one.value}']").inner_text())
        expect(field).to_have_value(one.value)
    elif kind == "file":
        # The window that Enter opens is the browser's own; on a busy machine Playwright sometimes never hears of it.
        expect(field).to_be_focused()
        field.set_input_files(PHOTO)
    else:
        page.keyboard.type(one.value)


def _place(radios: Locator, value: str) -> int:
    values: list[str] = radios.evaluate_all("radios => radios.map((radio) => radio.value)")
    return values.index(value)
