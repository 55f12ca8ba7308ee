from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import running


@pytest.fixture(scope="session")
def system() -> Iterator[running.System]:
    """One running demo world for every test of the commands."""
    with running.folder() as folder, running.system(folder) as started:
        yield started
