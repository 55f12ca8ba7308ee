"""One running system and one Chromium for all browser tests. Without Chromium they are skipped, and loudly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.chromium import chromium_path, launch, new_context
from tests.browser.system import RunningSystem, running_system

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

SKIPPED = "!!! NO CHROMIUM ON THIS MACHINE: THE BROWSER TESTS ARE SKIPPED (Debian: apt install chromium libatomic1) !!!"


@pytest.fixture(scope="package")
def system() -> Iterator[RunningSystem]:
    """The whole programme with the demo world of wave 21; not the one of tests/conftest.py: its clock is moved here.

    Ends with these tests: a system that nobody looks at still takes a tenth of a processor.
    """
    if chromium_path() is None:
        pytest.skip(SKIPPED)
    with running_system() as running:
        yield running


@pytest.fixture(scope="package")
def empty_system() -> Iterator[RunningSystem]:
    """The programme of 17 September 2021 without people. Its clock goes on from test to test: test_by_keyboard… needs 2021.

    test_classes.py goes on to 2023 and ends it.
    """
    if chromium_path() is None:
        pytest.skip(SKIPPED)
    with running_system(is_empty=True) as running:
        yield running


# Not for the session: while Playwright runs, this thread has an event loop, and Django refuses the database to such a
# thread; the tests of other folders must find it gone.
@pytest.fixture(scope="package")
def chromium(system: RunningSystem) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def new_person(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens another browser without cookies; all are closed after the test."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        opened.append(new_context(chromium, **options))
        return opened[-1]

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def context(new_person: Callable[..., BrowserContext]) -> BrowserContext:
    """The browser of one person on a cheap phone."""
    return new_person()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if chromium_path() is None:
        terminalreporter.write_line(SKIPPED, red=True, bold=True)
