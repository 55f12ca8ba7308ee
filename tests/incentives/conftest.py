from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.kernel.db import rows
from prakerja.notifications.models import Message
from prakerja.notifications.templates import render_message
from prakerja.reporting.proof_checks import CHECKS
from tests.builders import World, world
from tests.money import opened, running_bank


@pytest.fixture(scope="session")
def bank_program() -> Iterator[RunningWorld]:
    with running_bank() as running:
        yield running


@pytest.fixture(autouse=True)
def bank(bank_program: RunningWorld, settings: Settings) -> RunningWorld:
    settings.BANK_URL, settings.BANK_KEY = bank_program.url, bank_program.bank_key
    bank_program.forget_owners()
    return bank_program


@pytest.fixture(autouse=True)
def _money_is_proved(db: None) -> Iterator[None]:
    """Whatever a test of the paying side did, the books agree with the rows afterwards, and what was told has its words.

    The proof's own transaction cannot begin inside the one that a test rolls back, so its statements are run here.
    """
    yield
    assert {name: found for name, _, sql in CHECKS if (found := rows(sql.replace("%", "%%")))} == {}
    for message in Message.objects.exclude(parameters_enc=None):
        parameters = opened(message)
        for language in ("id", "en"):
            said = render_message(
                template=message.template, channel=message.channel, parameters=parameters, language=language
            )
            assert "{" not in said.title + said.text


@pytest.fixture
def g21(db: None) -> World:
    return world()
