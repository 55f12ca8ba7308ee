"""What every page owes its readers: it fits the phone, it says its language, and axe finds nothing against it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tests.browser.system import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = ROOT / "node_modules/axe-core/axe.min.js"
# WCAG 2.2 A and AA, which the portal and its neighbours promise.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOK = """
() => {
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  const nameless = [...document.querySelectorAll("input, select, textarea")].filter((field) =>
    field.type !== "hidden" && !field.labels?.length && !field.ariaLabel && !field.getAttribute("aria-labelledby"));
  return {
    wide,
    language: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    title: document.title.trim(),
    nameless: nameless.map((field) => field.name || field.id),
    pictures: [...document.images].filter((image) => !image.hasAttribute("alt")).length,
  };
}
"""
RUN_AXE = """
async (rules) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}
"""


@cache
def _axe() -> str:
    return AXE.read_text()


def problems_of(page: Page, *, language: str = "id", allowed: tuple[str, ...] = ()) -> list[str]:
    """Everything wrong with the page that is shown now, as sentences; an empty list is a good page.

    `allowed` names the rules of axe that this page may break.
    """
    # After a click the old page is gone before the new one has anything to measure.
    page.wait_for_function("() => document.body && document.readyState === 'complete'")
    seen = page.evaluate(LOOK)
    found = []
    if seen["wide"] > 0:
        found.append(f"{seen['wide']} pixels too wide")
    if seen["language"] != language:
        found.append(f"says language {seen['language']!r}")
    if seen["headings"] != 1:
        found.append(f"has {seen['headings']} main headings")
    if not seen["title"]:
        found.append("has no title")
    found += [f"field without a label: {name}" for name in seen["nameless"]]
    if seen["pictures"]:
        found.append(f"{seen['pictures']} pictures without a text")
    if AXE.is_file():
        page.evaluate(_axe())
        found += [one for one in page.evaluate(RUN_AXE, RULES) if one.split(":")[0] not in allowed]
    return [f"{page.url}: {problem}" for problem in found]
