"""The developer site at the partners' door, on a phone and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.checks import problems_of
from tests.browser.clicking import follow
from tests.browser.system import RunningSystem

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


def test_a_visitor_signs_a_request(context: BrowserContext, system: RunningSystem) -> None:
    """As the getting-started page leads there; the key is gone afterwards."""
    page = context.new_page()
    page.goto(f"{system.process.urls['partner_api']}/docs/en/")
    follow(page.get_by_role("link", name="Is the signature refused?"))
    page.get_by_label("sign_key").fill("my_sign_key")
    page.get_by_label("The signature that your program made").fill("943c20a8e36b6243f576404b00fffdc86411ce1f")
    follow(page.get_by_role("button", name="Sign"))
    assert page.get_by_text("matches yours").is_visible()
    assert page.get_by_label("sign_key").input_value() == ""
    assert problems_of(page, language="en") == []


def test_every_language_of_a_sample_opens_without_scripts(context: BrowserContext, system: RunningSystem) -> None:
    page = context.new_page()
    page.goto(f"{system.process.urls['partner_api']}/docs/endpoints/payment-send-otp")
    for language in ("Python", "JavaScript (Node)", "PHP", "Go", "Java", "curl"):
        page.locator("summary", has_text=language).filter(visible=True).get_by_text(language, exact=True).click()
        assert page.locator("details[open]", has_text="PRAKERJA_CLIENT_CODE").count() >= 1
