"""The sandbox's tests have a demo world of their own: they look at its first day, and others move the clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import running


@pytest.fixture(scope="package")
def system() -> Iterator[running.System]:
    with running.world() as folder, running.system(folder) as started:
        yield started
