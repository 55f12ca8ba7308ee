"""The operators' console: password and code, then pages that only show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.checks import problems_of
from tests.browser.clicking import follow
from tests.browser.operators import console_sign_in
from tests.browser.system import RunningSystem

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

LISTS = ("/people/person/", "/awards/award/", "/purchases/purchase/", "/ledger/transfer/", "/audit/record/")


def test_the_password_alone_opens_nothing(context: BrowserContext, system: RunningSystem) -> None:
    operator = system.accounts["operators"][0]
    page = context.new_page()
    page.goto(f"{system.console}/people/person/")
    problems = problems_of(page)
    page.fill("input[name=login]", operator["email"])
    page.fill("input[name=password]", operator["password"])
    page.click("button[type=submit]")
    expect(page.locator("input[name=code]")).to_be_visible()
    problems += problems_of(page)
    page.goto(f"{system.console}/people/person/")
    expect(page.locator("input[name=code]")).to_be_visible()
    assert page.locator("#result_list").count() == 0
    assert problems == []


def test_an_operator_reads_and_cannot_change(context: BrowserContext, system: RunningSystem) -> None:
    page = console_sign_in(context, system, role="viewer")
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    for path in LISTS:
        page.goto(system.console + path)
        rows = page.locator("#result_list tbody tr")
        assert rows.count() > 0, path
        assert page.locator("a[href$='/add/']").count() == 0, path
    page.goto(system.console + LISTS[0])
    follow(page.locator("#result_list tbody a").first)
    expect(page.locator("body")).to_contain_text("person", ignore_case=True)
    assert page.locator("main input:not([type=hidden]):not([type=search]), main textarea, main select").count() == 0
    assert page.locator("[name=_save], [name=_continue], a.deletelink").count() == 0
    assert refused == []
    # Nor by typing the addresses, nor by sending the form that is not there.
    one = page.url
    for path in ("/people/person/add/", one.removeprefix(system.console).replace("/change/", "/delete/")):
        answer = page.goto(system.console + path)
        assert answer is not None
        assert answer.status == 403, path
    token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "console_csrf")
    sent = context.request.post(one, form={"name": "Lain", "csrfmiddlewaretoken": token}, headers={"referer": one})
    assert sent.status == 403


def test_no_list_shows_what_must_stay_sealed(context: BrowserContext, system: RunningSystem) -> None:
    """No NIK, phone or card number of anybody is on the pages of people, awards and messages."""
    page = console_sign_in(context, system, role="approver")
    for path in ("/people/person/", "/people/contactpoint/", "/awards/award/", "/notifications/message/"):
        page.goto(system.console + path)
        text = page.content()
        for person in system.accounts["participants"]:
            assert person["phone"] not in text, path
            assert person["phone"].replace("+62", "0") not in text, path
        # The number of a card, however it is written; four digits alone stand in some identifiers.
        assert not re.search(r"9360(?:\W?\d){12}", page.locator("body").inner_text()), path
