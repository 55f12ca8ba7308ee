"""Click what leads to another page, and wait for that page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def follow(where: Locator) -> None:
    """Click, and come back when the page that this leads to has loaded.

    `expect` waits by itself. Whatever only looks once (`count`, `all`, `url`) or leaves at once (`goto`, `reload`) would meet
    the old page on a busy machine.
    """
    with where.page.expect_navigation():
        where.click()
