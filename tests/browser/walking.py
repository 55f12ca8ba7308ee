"""Somebody who goes the whole way with a browser, whatever they use it with: no scripts, or no mouse.

What is pressed and answered is named by forms and fields, so that the way is the same in every language.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.applicant import SEND, Answer, Applicant
from tests.browser.clicking import follow

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ElementHandle, Locator, Page

    from tests.browser.system import RunningSystem

# A focused element that is in sight and looks other than before: an outline, or a shadow, or another background.
LOOK = """
(wanted) => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  // A box to tick is drawn by its label.
  const drawn = one.matches("[type=checkbox], [type=radio]") && one.labels[0] && getComputedStyle(one.labels[0], "::before");
  const marks = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  return {
    text: (one.textContent || one.value || "").trim().slice(0, 80),
    in_sight: box.width > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
    // A film's controls are the browser's own, and so is the mark on them.
    marked: one.matches("video") || marks(style) || Boolean(drawn && marks(drawn)),
    is_wanted: one === wanted,
  };
}
"""
# Where nobody has gone anywhere on a page yet and what is wanted stands in its main part: what stands before that part.
BEFORE_MAIN = """
(wanted) => {
  const main = document.querySelector("main");
  if (document.activeElement !== document.body || !main.contains(wanted)) return "";
  const before = [...document.querySelectorAll("a[href], button, input, summary")].filter((one) =>
    main.compareDocumentPosition(one) === Node.DOCUMENT_POSITION_PRECEDING);
  return [location.host, ...before.map((one) => `${one.localName} ${one.textContent.trim()}`)].join();
}
"""
# No page has more stops before what is wanted on it.
MOST_STOPS = 80
CODE_FORM = "main form:has(#otp) button"


class Walker(Applicant):
    """One person and one browser; what begins in one language goes on in the other."""

    language = "id"

    def press(self, where: Locator) -> None:
        """Press what leads to another page, and wait for that page."""
        raise NotImplementedError

    def answer(self, field: str, value: str = "") -> None:
        """Answer one field: what is typed, or the value that is chosen."""
        raise NotImplementedError

    def press_on(self, selector: str) -> None:
        self.press(self.page.locator(selector).first)
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def code(self) -> str:
        """The six digits of the newest message with a one-time password, in the language that the person reads."""
        return self.otp("OTP")

    def is_at(self, path: str) -> None:
        expect(self.page).to_have_url(re.compile(re.escape(path) + r"(?:[?#]|$)"))

    def arrive(self, path: str) -> Page:
        """Open a page of the portal, signing in again where too much time has passed."""
        self.visit(path)
        if urlsplit(self.page.url).path == "/masuk":
            self.answer("phone", self.number)
            self.press_on(SEND)
            self.answer("otp", self.code())
            self.press_on(CODE_FORM)
            self.visit(path)
        self.is_at(path)
        return self.page

    def speak(self) -> None:
        """Choose the language on a site that this browser sees for the first time."""
        if self.language != "id":
            self.press(self.page.locator(f"a[lang={self.language}]").first)
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def speak_the_other(self) -> None:
        """Go on in the other language, by the link that every page of every site has."""
        other = "en" if self.language == "id" else "id"
        self.press(self.page.locator(f"header a[lang={other}]").first)
        self.language = other
        expect(self.page.locator("html")).to_have_attribute("lang", other)

    def answers_every_question(self) -> None:
        """The first choice of each question on the page, and a number or a sentence where one is typed."""
        fields = self.page.locator("main form").last.evaluate(
            """form => [...new Map([...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "submit")
                 .map((one) => [one.name, one.inputMode === "numeric" ? "3" : one.type === "radio" ? one.value
                   : one.type === "checkbox" ? one.value : "Cukup membantu."]).reverse())].reverse()"""
        )
        for field, value in fields:
            self.answer(field, value)


class WithoutScripts(Walker):
    """An old phone or a thrifty browser, in English first."""

    language = "en"

    def press(self, where: Locator) -> None:
        follow(where)

    def answer(self, field: str, value: str = "") -> None:
        self.fill(Answer(field, value))


class WithoutMouse(Walker):
    """Tab, letters, Space, arrows and Enter, in Indonesian first; every stop of the focus must be seen.

    Whoever went through the head of a site's pages once takes the skip link on the next one.
    """

    def __init__(self, context: BrowserContext, system: RunningSystem) -> None:
        super().__init__(context, system)
        self._gone_through: set[str] = set()

    def press(self, where: Locator) -> None:
        self.tab_to(where)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def answer(self, field: str, value: str = "") -> None:
        one = self.page.locator(f"main [name='{field}']")
        kind = one.first.evaluate("field => field.type")
        keyboard = self.page.keyboard
        self.tab_to(one.first)
        if kind == "checkbox":
            keyboard.press("Space")
        elif kind == "radio":
            keyboard.press("Space")
            values: list[str] = one.evaluate_all("radios => radios.map((radio) => radio.value)")
            for _ in range(values.index(value)):
                keyboard.press("ArrowDown")
        elif kind == "select-one":
            keyboard.type(one.locator(f"option[value='{value}']").inner_text())
            expect(one).to_have_value(value)
        elif kind == "file":
            # The window that Enter opens is the browser's own; on a busy machine Playwright sometimes never hears of it.
            self.fill(Answer(field))
        else:
            keyboard.type(value)

    def tab_to(self, where: Locator, *, most: int = MOST_STOPS) -> None:
        """Press Tab until this element has the focus."""
        wanted: ElementHandle | None = where.element_handle()
        before: str = self.page.evaluate(BEFORE_MAIN, wanted)
        is_skipped = before in self._gone_through
        for _ in range(most):
            self.page.keyboard.press("Tab")
            seen = self.page.evaluate(LOOK, wanted)
            assert seen["in_sight"], seen
            assert seen["marked"], seen
            if seen["is_wanted"]:
                if before:
                    self._gone_through.add(before)
                return
            if is_skipped:
                is_skipped = False
                self._skip()
        raise AssertionError(f"{self.page.url}: Tab does not reach {where}")

    def _skip(self) -> None:
        self.page.keyboard.press("Enter")
        expect(self.page).to_have_url(re.compile(r"#main"))

    def skip_to_content(self) -> None:
        """The first stop is the skip link; Enter on it brings the focus behind the menu."""
        self.tab_to(self.page.get_by_role("link", name="Langsung ke isi"), most=1)
        self._skip()

    def is_led_to_the_mistake(self) -> None:
        """A mistake brings the reader to the sentence that says what is wrong."""
        expect(self.page.locator(".govuk-error-summary, [data-testid=error-summary]")).to_be_focused()
