"""Without a mouse: skip link first, every stop visible, forms sent with Enter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import Citizen
from tests.browser.system import RunningSystem

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

# A focused element that is in sight and looks other than before: an outline, or a shadow, or another background.
LOOK = """
() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  // A box to tick is drawn by its label.
  const drawn = one.matches("[type=checkbox], [type=radio]") && one.labels[0] && getComputedStyle(one.labels[0], "::before");
  const marks = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  return {
    id: one.id,
    text: (one.textContent || one.value || "").trim(),
    in_sight: box.width > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
    marked: marks(style) || Boolean(drawn && marks(drawn)),
  };
}
"""


def tab_to(page: Page, wanted: str, *, by: str = "id", most: int = 40) -> None:
    """Press Tab until the element with this id (or text) has the focus; every stop on the way must be visible."""
    for _ in range(most):
        page.keyboard.press("Tab")
        seen = page.evaluate(LOOK)
        assert seen["in_sight"], seen
        assert seen["marked"], seen
        if seen[by] == wanted:
            return
    raise AssertionError(f"{page.url}: Tab does not reach {wanted}")


def skip_to_content(page: Page) -> None:
    """The first stop is the skip link; Enter on it brings the focus behind the menu."""
    tab_to(page, "Langsung ke isi", by="text", most=1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#main"))


def test_signing_in(context: BrowserContext, system: RunningSystem) -> None:
    me = Citizen(context, system, system.participant("redeemed"))
    page = me.page
    page.goto(f"{system.portal}/masuk")
    skip_to_content(page)
    tab_to(page, "phone", most=1)
    page.keyboard.type(me.number)
    tab_to(page, "Kirim kode", by="text", most=1)
    page.keyboard.press("Enter")
    expect(page.locator("#otp")).to_be_visible()
    otp = me.otp("masuk ke dashboard")
    page.bring_to_front()
    tab_to(page, "otp")
    page.keyboard.type(otp)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{system.portal}/dashboard")
    tab_to(page, "Buka kelas", by="text")


def test_buying(context: BrowserContext, system: RunningSystem) -> None:
    me = Citizen(context, system, system.new_participant(stage="ready"))
    page = me.page
    me.sign_in()
    number = me.card_number()
    me.checkout()
    page.reload()
    skip_to_content(page)
    tab_to(page, "card_number")
    page.keyboard.type(number)
    tab_to(page, "Kirim OTP", by="text", most=1)
    page.keyboard.press("Enter")
    expect(page.locator("#otp")).to_be_visible()
    # A mistake brings the reader to the sentence that says what is wrong.
    tab_to(page, "otp")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=error-summary]")).to_be_focused()
    otp = me.otp("membeli pelatihan")
    page.bring_to_front()
    tab_to(page, "otp")
    page.keyboard.type(otp)
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=voucher-code]")).to_be_visible()
