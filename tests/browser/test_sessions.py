"""Cookies do not know ports: portal, shop, institution and console share 127.0.0.1 and must not sign each other out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import Citizen
from tests.browser.operators import console_sign_in
from tests.browser.system import RunningSystem

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


def test_portal_shop_institution_and_console_stay_signed_in(context: BrowserContext, system: RunningSystem) -> None:
    me = Citizen(context, system, system.participant("reviewed"))
    me.sign_in()
    for signup in (
        f"{me.shop}/signup",
        f"{system.platforms['pintaria']}/signup",
        f"{system.institution}/rasakata/signup",
    ):
        me.page.goto(signup)
        me.open_account()
    console_sign_in(context, system, role="authoriser")

    expect(me.visit("/dashboard").locator("h1")).to_contain_text(me.name)
    for site in (me.shop, system.platforms["pintaria"], f"{system.institution}/rasakata/"):
        me.page.goto(site)
        expect(me.page.locator("header")).to_contain_text(me.name)
    me.page.goto(f"{system.console}/people/person/")
    expect(me.page).to_have_url(f"{system.console}/people/person/")

    # Leaving one site leaves only that one.
    me.page.goto(me.shop)
    me.page.click("header >> text=Keluar")
    expect(me.page.locator("header")).not_to_contain_text(me.name)
    expect(me.visit("/dashboard").locator("h1")).to_contain_text(me.name)
    me.page.click("header >> text=Keluar")
    expect(me.page).to_have_url(f"{system.portal}/masuk?keluar=1")
    me.page.goto(system.platforms["pintaria"])
    expect(me.page.locator("header")).to_contain_text(me.name)
    me.page.goto(f"{system.console}/people/person/")
    expect(me.page).to_have_url(f"{system.console}/people/person/")

    sessions = [cookie["name"] for cookie in context.cookies() if "session" in cookie["name"]]
    assert len(sessions) == len(set(sessions))
    assert all(cookie["httpOnly"] for cookie in context.cookies() if "session" in cookie["name"])
