"""Migrations: complete, in one line, and named after what they do."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader


def _ours() -> dict[tuple[str, str], object]:
    loader = MigrationLoader(None)
    return {key: found for key, found in loader.disk_migrations.items() if found.__module__.startswith("prakerja.")}


@pytest.mark.django_db
def test_the_models_are_what_the_migrations_make() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_no_two_migrations_continue_the_same_one() -> None:
    assert MigrationLoader(None).detect_conflicts() == {}


def test_migrations_are_numbered_without_gaps() -> None:
    numbers: dict[str, list[int]] = {}
    for app, name in sorted(_ours()):
        numbers.setdefault(app, []).append(int(name[:4]))
    assert {app: found for app, found in numbers.items() if found != list(range(1, len(found) + 1))} == {}


def test_migrations_say_what_they_do() -> None:
    """`0002_auto_20210917` or `0002_alter_award_x_and_more` tells a reader nothing."""
    silent = [f"{app}.{name}" for app, name in _ours() if re.search(r"_auto_|_and_more|_migration$", name)]
    assert silent == []
