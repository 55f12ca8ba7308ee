"""Partners with real keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.config.settings import partner_api as door
from prakerja.partner_api import clients
from prakerja.partners.operations import NewCredential, add_partner
from tests.partner_api import served
from tests.partner_api.partner import Scene
from tests.partner_api.signer import AT


@pytest.fixture(autouse=True)
def fresh_clients() -> Iterator[None]:
    """No test sees the credentials or the counts of another."""
    clients.forget_clients()
    yield
    clients.forget_clients()


@pytest.fixture
def let_pass(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The clock by which the door counts stands still; this lets seconds pass."""
    moment = [0.0]

    def let_pass(seconds: float) -> None:
        moment[0] += seconds

    monkeypatch.setattr(clients, "monotonic", lambda: moment[0])
    monkeypatch.setattr(clients.Leases, "seconds", staticmethod(lambda: moment[0]))
    clients.forget_clients()
    return let_pass


@pytest.fixture
def platform(db: None) -> NewCredential:
    return add_partner(actor=SYSTEM, kind="platform", code="tokopedia", name="Tokopedia", at=AT)


@pytest.fixture
def institution(db: None) -> NewCredential:
    return add_partner(
        actor=SYSTEM, kind="institution", code="lkpis", name="LKP Ilmu Sejahtera", at=AT, is_sandbox=True
    )


@pytest.fixture
def scene(db: None, settings: Any) -> Scene:
    """The door with its own URLs and settings, and everybody in place."""
    for name in ("ROOT_URLCONF", "MIDDLEWARE", "APPEND_SLASH"):
        setattr(settings, name, getattr(door, name))
    return Scene()


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    """The door under the real server."""
    with served.running() as number:
        yield number
