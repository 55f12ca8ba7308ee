"""Registering at the portal's door, with the real registry of the example world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from examples.world.testing import RunningWorld, running_world
from prakerja.registrations.registry.dukcapil import Dukcapil
from tests.portal.conftest import move, portal
from tests.waiting import LIMIT

__all__ = ["move", "portal"]


@pytest.fixture(scope="session")
def world_program() -> Iterator[RunningWorld]:
    """The registry, answering; it keeps silent longer than anybody waits."""
    with running_world(REGISTRY_SILENCE_SECONDS=str(LIMIT)) as running:
        yield running


@pytest.fixture
def registry(world_program: RunningWorld, settings: object) -> Dukcapil:
    """The registry that the settings name from now on."""
    values = {
        "CIVIL_REGISTRY": "dukcapil",
        "REGISTRY_URL": world_program.url + "/registry",
        "REGISTRY_USER": "sim",
        "REGISTRY_PASSWORD": "sim",
        "REGISTRY_ADDRESS": "10.0.0.5",
    }
    for name, value in values.items():
        setattr(settings, name, value)
    return Dukcapil.from_settings()
