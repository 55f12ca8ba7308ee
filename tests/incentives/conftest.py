from __future__ import annotations

from collections.abc import Iterator

import pytest

from examples.world.testing import RunningWorld
from tests.builders import World, world
from tests.money import running_bank, use_bank


@pytest.fixture(scope="session")
def bank_program() -> Iterator[RunningWorld]:
    with running_bank() as running:
        yield running


@pytest.fixture(autouse=True)
def bank(bank_program: RunningWorld) -> RunningWorld:
    use_bank(bank_program)
    return bank_program


@pytest.fixture
def g21(db: None) -> World:
    return world()
