"""Collects every Indonesian sentence that the example programs show, to check that each has an English one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from examples.institution import pages as institution_pages
from examples.institution import views_assignments, views_attendance
from examples.institution.dresses import dresses
from examples.platform import views_orders, views_shop
from examples.platform.brands import read_brands
from examples.shared import advice, web

EXAMPLES = Path(__file__).parents[1]
IN_TEMPLATES = re.compile(r"""\b_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
SAYING = {"say", "notice"}


def _of_templates(folder: Path) -> set[str]:
    found = set()
    for template in folder.rglob("*.html"):
        for double, single in IN_TEMPLATES.findall(template.read_text(encoding="utf-8")):
            found.add(double or single)
    return found


def _of_code(folder: Path) -> set[str]:
    found = set()
    for module in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SAYING:
                words = [one.value for one in node.args if isinstance(one, ast.Constant)]
                found.update(one for one in words if isinstance(one, str))
    return found


def of_shared() -> set[str]:
    """Return the sentences of the shared pages."""
    folder = EXAMPLES / "shared"
    errors = {text for pair in (*web.HTTP_ERRORS.values(), web.UNREADABLE) for text in pair}
    return (
        _of_templates(folder)
        | _of_code(folder)
        | errors
        | set(advice.NEXT_STEP.values())
        | set(advice.PLAIN.values())
        | {advice.ANY, advice.OUR_FAULT, advice.WAIT}
    )


def of_platform() -> set[str]:
    """Return the sentences of the shop alone."""
    folder = EXAMPLES / "platform"
    data = {*views_shop.LABELS.values(), *views_orders.STATUS_LABELS.values(), *views_orders.CODE_LABELS.values()}
    return (
        _of_templates(folder)
        | _of_code(folder)
        | data
        | {text for brand in read_brands() for text in (brand.tagline, brand.promise, brand.buy)}
    )


def of_institution() -> set[str]:
    """Return the sentences of the class sites alone."""
    folder = EXAMPLES / "institution"
    data = {
        *institution_pages.LABELS.values(),
        *views_attendance.REASONS.values(),
        views_attendance.UNVERIFIED,
        *views_assignments.STATES,
        *(dress.code_heading for dress in dresses().values()),
    }
    return _of_templates(folder) | _of_code(folder) | data
