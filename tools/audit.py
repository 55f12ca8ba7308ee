#!/usr/bin/env python3
"""What the pages owe their readers, in figures: axe, weight over the wire, Lighthouse, reading level. `make audit`.

Starts a demo of its own and looks at the main page of every kind, in both languages, at 360 and 1280 pixels. Weights are what
Chromium received, headers included, in a browser that has seen nothing and in one that has just seen the page. Axe on every page
of every site is a test of its own (tests/browser/test_every_page.py). Exit status 1: axe found something, a page weighs too much,
or Lighthouse gives it too little (tools/lighthouse.py). Lighthouse measures speed too: run it on a machine that does nothing else.

With a folder as its argument it leaves a picture of each page there.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "tools")]

import lighthouse  # noqa: E402
import reading  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.checks import problems_of  # noqa: E402
from tests.browser.chromium import PHONE, chromium_path, launch, new_context  # noqa: E402
from tests.browser.citizen import COURSE  # noqa: E402
from tests.browser.system import RunningSystem, running_system  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

DESK = {"width": 1280, "height": 860}
# Bytes over the wire, on a first visit and on a later one, of the two pages that everybody sees.
LIMITS = {"portal/": (60_000, 15_000), "portal/dashboard": (60_000, 15_000)}


def main() -> int:
    """Print everything; 1 when something is wrong."""
    wrong: list[str] = []
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as shared, ExitStack() as stack:
        # Where a run of the tests keeps the world that it makes once (tests/running.py).
        os.environ["PRAKERJA_TEST_RUN"] = shared
        system = stack.enter_context(running_system())
        playwright = stack.enter_context(sync_playwright())
        browser = launch(playwright)
        print(f"{'first visit':>12} {'later':>8}  axe  page")
        for name, address, person in addresses(system):
            first, later = weights(browser, system, address, person)
            problems = looked_at(browser, system, name, address, person, folder)
            print(f"{first:>12,} {later:>8,}  {len(problems):>3}  {name}", flush=True)
            wrong += problems
            most = LIMITS.get(name)
            if most and (first > most[0] or later > most[1]):
                wrong.append(f"{name}: {first} and {later} bytes, at most {most[0]} and {most[1]}")
        wrong += lighthouse_scores(browser, system)
        browser.close()
    print()
    print("\n".join(reading.table()[-len(reading.LIMITS) :]))
    hard = [f"{place} ({language}): {years} years of school" for place, language, years in reading.too_hard()]
    print("\n".join(["", "harder than its readers may have it:", *hard]))
    print("\n".join(["", *wrong]) if wrong else "\nNothing is wrong.")
    return 1 if wrong else 0


def addresses(system: RunningSystem) -> Iterator[tuple[str, str, str]]:
    """The pages to look at: a name, an address, and the phone of who is signed in at the portal."""
    for path in ("/", "/pelatihan", "/masuk", "/daftar", "/bantuan", "/privasi"):
        yield f"portal{path}", system.portal + path, ""
    paid = system.participant("paying")["phone"]
    for path in ("/dashboard", "/transaksi", "/rekening", "/insentif", "/survei", "/pesan"):
        yield f"portal{path}", system.portal + path, paid
    yield "portal/video", system.portal + "/video", system.participant("awarded")["phone"]
    yield "demo", system.sandbox, ""
    for code, url in system.platforms.items():
        yield code, url, ""
    yield "institutions", system.institution, ""
    yield "phone", system.phone, ""


def lighthouse_scores(browser: Browser, system: RunningSystem) -> list[str]:
    """Print Lighthouse's figures of the pages that everybody meets; what is too low, as sentences."""
    why_not, chromium = lighthouse.install(), chromium_path()
    if why_not or chromium is None:
        print(f"\n!!! LIGHTHOUSE IS MISSING, ITS FIGURES WERE NOT TAKEN: {why_not or 'no Chromium'} !!!")
        return []
    print(
        f"\n{'accessibility':>13} {'best practices':>14} {'performance':>11}  page (Lighthouse {lighthouse.VERSION}, mobile)"
    )
    wrong = []
    paid = system.participant("paying")["phone"]
    for path, person in (
        *((path, "") for path in ("/", "/pelatihan", f"/pelatihan/{COURSE}", "/masuk", "/daftar")),
        ("/dashboard", paid),
    ):
        context = _context(browser, system, person, PHONE)
        cookies = {str(one["name"]): str(one["value"]) for one in context.cookies(system.portal)}
        context.close()
        scores = lighthouse.measure_fairly(system.portal + path, chromium=chromium, cookies=cookies)
        print(
            "{accessibility:>13} {best-practices:>14} {performance:>11}".format(**scores.of),
            f" portal{path}",
            flush=True,
        )
        print("".join(f"{'':42}{words}\n" for words in scores.lost), end="")
        wrong += [f"portal{path}: Lighthouse gives {words}" for words in scores.too_low()]
    return wrong


def weights(browser: Browser, system: RunningSystem, address: str, person: str) -> tuple[int, int]:
    """Bytes that came over the wire: to a browser that has seen nothing, and to the same one again."""
    context = _context(browser, system, person, PHONE)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    got: list[int] = []

    def finished(event: dict[str, Any]) -> None:
        got.append(int(event["encodedDataLength"]))

    wire.on("Network.loadingFinished", finished)
    if person:
        # The press that signed in has fetched what the portal's pages share.
        wire.send("Network.clearBrowserCache")
    found = []
    for _visit in range(2):
        got.clear()
        page.goto(address, wait_until="networkidle")
        found.append(sum(got))
        page.goto("about:blank")
    context.close()
    return found[0], found[1]


def looked_at(
    browser: Browser, system: RunningSystem, name: str, address: str, person: str, folder: Path | None
) -> list[str]:
    """What axe and our own look find, on a phone and on a desk, in Indonesian and in English."""
    found: list[str] = []
    for size in (PHONE, DESK):
        context = _context(browser, system, person, size)
        page = context.new_page()
        for language in ("id", "en"):
            page.goto(address)
            if language == "en":
                _in_english(page, address)
            found += problems_of(page, language=language, known=None)
            if folder is not None:
                # The first screens of a long page say enough.
                picture = folder / f"{name.replace('/', '-')}-{size['width']}-{language}.png"
                clip = {"x": 0, "y": 0, "width": size["width"], "height": 1400}
                page.screenshot(path=picture, full_page=True, clip=clip)
        context.close()
    return found


def _context(browser: Browser, system: RunningSystem, person: str, size: dict[str, int]) -> BrowserContext:
    """A new browser, signed in by a press at the demo's front door."""
    context = new_context(browser, size=size)
    if person:
        page = context.new_page()
        page.goto(system.sandbox)
        page.locator(f"#people ~ ul form:has(input[value='{person}']) button").first.click()
        page.wait_for_url(f"{system.portal}/**")
        page.close()
    return context


def _in_english(page: Page, address: str) -> None:
    page.locator("[lang=en]:is(a, button)").first.click()
    page.wait_for_function("document.documentElement.lang === 'en'")
    if page.url.rstrip("/") != address.rstrip("/"):
        page.goto(address)


if __name__ == "__main__":
    raise SystemExit(main())
