"""The console's tests have a demo world of their own: one of them moves its clock to a day on which money is paid."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests import running
from tests.console.signing_in import signed_in


@pytest.fixture(scope="package")
def system() -> Iterator[running.System]:
    with running.world() as folder, running.system(folder) as started:
        yield started


@pytest.fixture(scope="package")
def approver(system: running.System) -> Iterator[httpx.Client]:
    """An operator who may decide about payments and reports."""
    yield from signed_in(system, "approver")


@pytest.fixture(scope="package")
def viewer(system: running.System) -> Iterator[httpx.Client]:
    """An operator who may only look."""
    yield from signed_in(system, "viewer")
