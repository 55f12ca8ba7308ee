"""What pages may load and run, door by door."""

from __future__ import annotations

import importlib

import pytest

# ADR 0028 says what stops it.
ALLOWED = {"console": {"'unsafe-eval'"}, "portal": set[str](), "sandbox": set[str]()}


@pytest.mark.parametrize("door", ALLOWED)
def test_nothing_that_is_written_into_a_page_runs(door: str) -> None:
    policy = importlib.import_module(f"prakerja.config.settings.{door}").CONTENT_SECURITY_POLICY["DIRECTIVES"]
    words = {str(word) for values in policy.values() for word in values}
    assert {word for word in words if "unsafe" in word} == ALLOWED[door]
    assert "*" not in words
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]


def test_no_page_of_ours_on_the_console_runs_anything() -> None:
    """Those that act and reveal; unfold's only show."""
    from prakerja.config.settings.base import PACKAGE

    for page in (PACKAGE / "console/templates/console").glob("*.html"):
        text = page.read_text()
        assert "<script" not in text, page.name
        assert "<style" not in text, page.name
        assert ' style="' not in text, page.name
