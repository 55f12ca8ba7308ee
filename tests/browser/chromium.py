"""Debian's Chromium, driven by Playwright: which one, with which switches, and what a cheap phone looks like."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from tests.waiting import LIMIT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Playwright

# A cheap Android phone, upright.
PHONE = {"width": 360, "height": 740}
# The smallest that is still sold, and a desk's 1280 pixels at 400 % (WCAG 1.4.10).
SMALLEST = {"width": 320, "height": 640}
MILLISECONDS = LIMIT * 1000
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    # Nothing but this machine exists: a page that loads anything from elsewhere shows it by failing.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@cache
def chromium_path() -> str | None:
    """Where Chromium is; None also where Playwright cannot drive it: its Node needs a library that a bare Debian has not."""
    # The first has no window: it draws the same pages for half of what the others cost.
    path = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
    if path is None:
        return None
    driver = subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True)
    return path if driver.returncode == 0 else None


def launch(playwright: Playwright) -> Browser:
    """Start Chromium without a window. Raises RuntimeError where there is none."""
    from playwright.sync_api import expect

    # What a page shows is waited for, here and by every `expect`.
    expect.set_options(timeout=MILLISECONDS)
    path = chromium_path()
    if path is None:
        raise RuntimeError("there is no Chromium on this machine (Debian: apt install chromium libatomic1)")
    return playwright.chromium.launch(executable_path=path, args=SWITCHES)


def new_context(
    browser: Browser, *, scripts: bool = True, density: float = 1, size: Mapping[str, int] = PHONE
) -> BrowserContext:
    """A browser of one person on a cheap phone: own cookies, Indonesian, in Jakarta."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        device_scale_factor=density,
        locale="id-ID",
        timezone_id="Asia/Jakarta",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(MILLISECONDS)
    return context
