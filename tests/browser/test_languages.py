"""Indonesian first, English by one link, at the portal and at a shop; error pages in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.checks import problems_of
from tests.browser.citizen import Citizen
from tests.browser.clicking import follow
from tests.browser.system import RunningSystem

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


def test_portal_and_shop_speak_english_when_asked(context: BrowserContext, system: RunningSystem) -> None:
    me = Citizen(context, system, system.participant("awarded", nth=1))
    me.sign_in()
    expect(me.page.locator("html")).to_have_attribute("lang", "id")
    me.page.get_by_role("link", name="English").click()
    expect(me.page).to_have_url(f"{system.portal}/dashboard")
    expect(me.page.locator("html")).to_have_attribute("lang", "en")
    expect(me.page.locator("main")).to_contain_text("Card number", ignore_case=True)
    expect(me.page.locator("main")).to_contain_text("21 October 2021 at 23:59 WIB")
    for word in ("Saldo", "Rekening", "Dibayar", "Jadwal", "Pelatihan"):
        expect(me.page.locator("body")).not_to_contain_text(word)
    problems = problems_of(me.page, language="en")

    # Each site remembers its own choice: the shop is still Indonesian.
    me.page.goto(me.shop)
    expect(me.page.locator("html")).to_have_attribute("lang", "id")
    me.page.click("text=English")
    expect(me.page.locator("html")).to_have_attribute("lang", "en")
    expect(me.page.locator("main")).to_contain_text("Compare")
    expect(me.page.locator("main")).not_to_contain_text("Bandingkan")
    problems += problems_of(me.page, language="en")
    me.page.click("text=Bahasa Indonesia")
    expect(me.page.locator("main")).to_contain_text("Bandingkan")
    assert problems == []


def test_a_page_that_does_not_exist_says_so_in_both_languages(context: BrowserContext, system: RunningSystem) -> None:
    page = context.new_page()
    answer = page.goto(f"{system.portal}/tidak-ada")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("Halaman tidak ditemukan")
    expect(page.locator("main")).to_contain_text("mulai lagi dari beranda")
    problems = problems_of(page)
    follow(page.get_by_role("link", name="English"))
    answer = page.goto(f"{system.portal}/tidak-ada")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("Page not found")
    expect(page.locator("main")).not_to_contain_text("beranda")
    problems += problems_of(page, language="en")
    page.click("main a")
    expect(page).to_have_url(f"{system.portal}/")
    assert problems == []
