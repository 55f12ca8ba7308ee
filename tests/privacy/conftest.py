"""A real bank for those whose accounts are linked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from examples.world.testing import RunningWorld
from tests.money import running_bank


@pytest.fixture(scope="package")
def bank_program() -> Iterator[RunningWorld]:
    with running_bank() as running:
        yield running


@pytest.fixture
def bank(bank_program: RunningWorld, db: None, settings: Settings) -> RunningWorld:
    settings.BANK_URL, settings.BANK_KEY = bank_program.url, bank_program.bank_key
    bank_program.forget_owners()
    return bank_program
