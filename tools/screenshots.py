#!/usr/bin/env python3
"""Make the pictures of docs/pictures: start a system of its own, walk through it in Chromium, photograph what matters.

Each picture exists twice: NAME-360.png as a cheap phone shows it (at double density, so that it can be read), and
NAME-1280.png. Everything on them is invented: people, codes, card numbers, prices.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from PIL import Image  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402

from tests.browser.chromium import chromium_path, launch, new_context  # noqa: E402
from tests.browser.citizen import COURSE, RUN, Citizen  # noqa: E402
from tests.browser.operators import console_sign_in  # noqa: E402
from tests.browser.system import RunningSystem, running_system  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

COLOURS = 96
MOST_BYTES = 150_000
MOST_BYTES_IN_ALL = 2_000_000
DESKTOP = {"width": 1280, "height": 860}


class Camera:
    """Photographs the page that a phone shows, and the same address on a desktop."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder
        self.sizes: dict[str, int] = {}

    def shoot(self, name: str, page: Page) -> None:
        self._save(f"{name}-360", _photograph(page))
        desktop = self._browser.new_context(
            viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]},
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            reduced_motion="reduce",
            storage_state=page.context.storage_state(),
        )
        copy = desktop.new_page()
        copy.goto(page.url)
        copy.wait_for_load_state("networkidle")
        self._save(f"{name}-1280", _photograph(copy))
        desktop.close()

    def _save(self, name: str, picture: bytes) -> None:
        few_colours = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        path = self._folder / f"{name}.png"
        few_colours.save(path, optimize=True)
        self.sizes[path.name] = path.stat().st_size


def _photograph(page: Page) -> bytes:
    return page.screenshot(animations="disabled", caret="hide")


def citizens(camera: Camera, phone: BrowserContext, system: RunningSystem) -> None:
    """Portal, shop, institution and phone, as people at different stages see them."""
    page = phone.new_page()
    page.goto(system.portal)
    camera.shoot("home", page)

    films = Citizen(phone, system, system.participant("awarded"))
    films.sign_in()
    films.visit("/video").click("text=Mulai video 1")
    films.visit("/video")
    expect(films.page.locator("video")).to_be_visible()
    camera.shoot("videos", films.page)

    code = Citizen(phone, system, system.participant("purchased"))
    phone.clear_cookies()
    code.sign_in()
    camera.shoot("dashboard", code.page)
    code.visit("/transaksi").locator("main a").first.click()
    camera.shoot("transaction", code.page)

    paid = Citizen(phone, system, system.participant("paying"))
    phone.clear_cookies()
    paid.sign_in()
    paid.visit("/insentif")
    camera.shoot("incentives", paid.page)


def purchase(camera: Camera, phone: BrowserContext, system: RunningSystem) -> None:
    """From the shop's list to the opened class."""
    me = Citizen(phone, system, system.participant("ready"))
    page = me.page
    page.goto(me.shop)
    camera.shoot("shop", page)
    page.goto(f"{me.shop}/compare?course={COURSE}&course=rapikantor-excel-kantor")
    camera.shoot("compare", page)
    me.sign_in()
    number = me.card_number()
    me.checkout()
    camera.shoot("checkout", page)
    page.fill("#card_number", number)
    page.click("main button.main")
    page.fill("#otp", me.otp("membeli pelatihan"))
    camera.shoot("phone", me.phone())
    page.bring_to_front()
    page.click("main form:has(#otp) button.main")
    voucher = page.locator("[data-testid=voucher-code]").inner_text()
    camera.shoot("order", page)
    page.goto(f"{system.institution}/rasakata/signup")
    me.open_account()
    page.goto(f"{system.institution}/rasakata/class/{COURSE}/{RUN}")
    me.redeem(voucher)
    camera.shoot("class", page)


def operators(camera: Camera, phone: BrowserContext, system: RunningSystem) -> None:
    """The sandbox's clock and a list of the console."""
    page = phone.new_page()
    page.goto(f"{system.sandbox}/clock")
    camera.shoot("clock", page)
    console = console_sign_in(phone, system, role="viewer")
    console.goto(f"{system.console}/incentives/incentive/")
    console.wait_for_load_state("networkidle")
    camera.shoot("console", console)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=ROOT / "docs/pictures", help="the folder (default: docs/pictures)")
    folder: Path = parser.parse_args().to
    if chromium_path() is None:
        print("There is no Chromium on this machine (Debian: apt install chromium).", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as shared:
        # Where a run of the tests keeps the world that it makes once (tests/running.py).
        os.environ["PRAKERJA_TEST_RUN"] = shared
        with running_system() as system, sync_playwright() as playwright:
            browser = launch(playwright)
            camera = Camera(browser, folder)
            for walk in (citizens, purchase, operators):
                phone = new_context(browser, density=2)
                walk(camera, phone, system)
                phone.close()
            browser.close()
    for name, size in camera.sizes.items():
        print(f"{size:>9,} bytes  {name}")
    total = sum(camera.sizes.values())
    print(f"{total:>9,} bytes in {len(camera.sizes)} pictures")
    too_large = [name for name, size in camera.sizes.items() if size > MOST_BYTES]
    if too_large or total > MOST_BYTES_IN_ALL:
        print(f"Too large: {', '.join(too_large) or 'all together'}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
