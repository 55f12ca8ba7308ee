"""Where people of `life` who are nobody of ours yet are asked about, and told something."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from examples.world.testing import RunningWorld


@pytest.fixture(autouse=True)
def strangers(bank: RunningWorld, settings: Settings) -> None:
    """The registry and the phones of the example world, for those who are nobody of ours yet."""
    settings.CIVIL_REGISTRY = "none"
    settings.REGISTRY_URL, settings.REGISTRY_USER, settings.REGISTRY_PASSWORD = f"{bank.url}/registry", "sim", "sim"
    settings.REGISTRY_ADDRESS = "10.0.0.5"
    settings.MESSAGE_GATEWAY, settings.PHONE_URL = "sandbox_phone", bank.url
    settings.GATEWAY_KEY = bank.gateway_key
