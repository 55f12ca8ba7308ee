"""How an operator signs in: password, then the code that the sandbox's authenticator page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.clicking import follow
from tests.browser.system import RunningSystem
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


def console_sign_in(context: BrowserContext, system: RunningSystem, *, role: str = "viewer") -> Page:
    """The console's first page, after password and code. A code serves once: whoever signs in again waits for the next."""
    operator = next(one for one in system.accounts["operators"] if one["role"] == role)
    page = context.new_page()
    page.goto(system.console)
    page.fill("input[name=login]", operator["email"])
    page.fill("input[name=password]", operator["password"])
    page.click("button[type=submit]")
    expect(page.locator("input[name=code]")).to_be_visible()

    def is_in() -> bool:
        page.fill("input[name=code]", authenticator_code(context, system, email=operator["email"]))
        follow(page.locator("button[type=submit]").first)
        if page.url == f"{system.console}/":
            return True
        expect(page.locator(".errorlist")).to_contain_text("sudah dipakai")
        return False

    wait_until(is_in, what=f"a code of {operator['email']} that was not used yet", every=1)
    return page


def authenticator_code(context: BrowserContext, system: RunningSystem, *, email: str) -> str:
    page = context.new_page()
    page.goto(f"{system.sandbox}/authenticator")
    code = page.locator(".govuk-summary-list__row", has_text=email).locator("strong").inner_text()
    page.close()
    return code
