"""What every page owes its readers: it fits the phone, it says its language, it can be pressed, and axe finds nothing against it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.browser.system import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = ROOT / "node_modules/axe-core/axe.min.js"
# WCAG 2.2 A and AA, which the portal and its neighbours promise, and what axe calls good practice: landmarks, order of headings.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# CSS pixels of what looks like a button; of everything else that is pressed and stands alone, 24 (WCAG 2.2, 2.5.8).
LEAST_HEIGHT = 44


RUN_AXE = """
async (rules) => {
  const told = await axe.run(document, {
    runOnly: { type: "tag", values: rules }, resultTypes: ["violations"], preload: false, elementRef: false,
  });
  const where = (one) => one.nodes.map((node) => node.target.join(" ")).join(", ").slice(0, 300);
  return told.violations.map((one) => `${one.id}: ${where(one)}`);
}
"""


@dataclass(frozen=True)
class Look:
    """What one look at a page found."""

    problems: list[str]
    links: list[str]
    # What it is made of (look.js).
    pieces: frozenset[int]


# What axe has looked at in this run: the pieces of pages, each in its place on its site. Axe costs more than all else of a look.
KNOWN: set[int] = set()
# A folder for a picture of each page that is looked at (tools/contact_sheet.py); a run of the tests makes none.
PICTURES = os.environ.get("PRAKERJA_TEST_PICTURES", "")
# Of a long page the beginning says enough.
MOST_HEIGHT = 1100
_OPAQUE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]{4,}")


@cache
def _axe() -> str:
    return AXE.read_text()


@cache
def _look() -> str:
    return (Path(__file__).parent / "look.js").read_text()


def look_at(
    page: Page, *, language: str = "id", least_height: int = LEAST_HEIGHT, known: set[int] | None = KNOWN
) -> Look:
    """Look at the page that is shown now, at its own width and with larger letters.

    Axe leaves out a page of which it saw every piece in its place before, whatever page and language that was in, and what it
    looks at is added to `known`; with None it looks at everything.
    """
    if PICTURES:
        photograph(page, language=language)
    seen = page.evaluate(_look(), {"language": language, "least": least_height})
    problems, pieces = seen["problems"], frozenset(seen["pieces"])
    if AXE.is_file() and (known is None or not pieces <= known):
        page.evaluate(_axe())
        problems += page.evaluate(RUN_AXE, RULES)
        if known is not None:
            known |= pieces
    return Look([f"{page.url}: {problem}" for problem in problems], seen["links"], pieces)


def photograph(page: Page, *, language: str) -> None:
    """Keep a picture of the page, and of the first one at an address another with letters twice as large."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "page").split("::")[-1].split(" ")[0]
    folder = Path(PICTURES) / re.sub(r"\W", "_", test)
    folder.mkdir(parents=True, exist_ok=True)
    path = _OPAQUE.sub("…", urlsplit(page.url).path).strip("/").replace("/", "›") or "›"
    size = page.viewport_size or {"width": 360, "height": 740}
    wanted = [("", language)]
    if language == "id" and not any(folder.glob(f"* {path} large*")):
        wanted.append(("200%", "large"))
    for letters, kind in wanted:
        page.evaluate("letters => { document.documentElement.style.fontSize = letters; }", letters)
        clip = {"x": 0, "y": 0, "width": size["width"], "height": MOST_HEIGHT}
        name = f"{len(list(folder.iterdir())):04d} {path} {kind}.jpg"
        page.screenshot(path=folder / name, full_page=True, clip=clip, type="jpeg", quality=80)  # type: ignore[arg-type]
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")


def problems_of(page: Page, *, language: str = "id", known: set[int] | None = KNOWN) -> list[str]:
    """Everything wrong with the page that is shown now, as sentences; an empty list is a good page. `known`: see `look_at`."""
    return look_at(page, language=language, known=known).problems
