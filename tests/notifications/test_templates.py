"""Every reason for which something is told has its sentence, and each sentence is written as its name says."""

from __future__ import annotations

import re

import pytest

from prakerja.notifications.retrying import DECISIONS
from prakerja.notifications.templates import POINTLESS_AFTER_DEADLINE, TEMPLATES, URGENT
from prakerja.portal.texts import HOLD_REASONS
from tests.house.source import PACKAGE, python


def test_every_reason_to_hold_has_its_own_sentence() -> None:
    # What the rail itself says has its own names beside the reasons of `hold_reason`.
    reasons = (HOLD_REASONS.keys() - {"held_by_provider"}) | {"held", "failed", "returned"}
    assert {f"payment_held_{reason}" for reason in reasons} == {
        name for name in TEMPLATES if name.startswith("payment_held_")
    }


@pytest.mark.parametrize("names", [URGENT, POINTLESS_AFTER_DEADLINE, sorted(DECISIONS)])
def test_lists_of_templates_name_templates(names: list[str]) -> None:
    assert [name for name in names if name not in TEMPLATES] == []


def test_what_ends_with_a_deadline_says_it() -> None:
    assert [name for name in POINTLESS_AFTER_DEADLINE if "{deadline}" not in TEMPLATES[name].text] == []


def test_every_template_that_code_names_exists() -> None:
    named = {
        name
        for path in python(below=PACKAGE)
        for name in re.findall(r'template(?:: str)?\s*=\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert named - TEMPLATES.keys() == set()
    assert len(named) > 20


def test_a_wave_without_films_is_not_sent_to_watch_them() -> None:
    assert "video" in TEMPLATES["result_pass"].text
    assert "video" not in TEMPLATES["result_pass_without_videos"].text
