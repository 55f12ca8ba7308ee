"""Old phones and thrifty browsers run no scripts: signing in, a film and a purchase work without."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import Citizen
from tests.browser.system import RunningSystem

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


def test_signing_in_and_buying(new_person: Callable[..., BrowserContext], system: RunningSystem) -> None:
    me = Citizen(new_person(scripts=False), system, system.participant("ready"))
    me.sign_in()
    # What only a script can do is not offered.
    expect(me.page.get_by_role("button", name="Salin")).to_have_count(0)
    code = me.buy()
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{12}", code)
    expect(me.page.get_by_role("button", name="Salin kode")).to_have_count(0)
    expect(me.visit("/dashboard").locator("#next-heading")).to_have_text("Tukarkan kode voucher Anda")


def test_a_film_starts_and_says_how_long_it_lasts(
    new_person: Callable[..., BrowserContext], system: RunningSystem
) -> None:
    me = Citizen(new_person(scripts=False), system, system.new_participant(stage="awarded"))
    me.sign_in()
    me.visit("/video").click("text=Mulai video 1")
    expect(me.page.locator("main")).to_contain_text(re.compile(r"Sisa waktu:\s*\d+\s*detik"))
    # Too early: the page says what remains, and the film stands where the server's clock does.
    me.page.click("text=Saya sudah selesai menonton")
    expect(me.page.locator("main")).to_contain_text(re.compile(r"Video belum selesai. Sisa \d+ detik"))
    source = me.page.locator("#video-1 source")
    expect(source).to_have_attribute("src", re.compile(r"induction-1\.id\.webm(#t=\d+)?$"))
