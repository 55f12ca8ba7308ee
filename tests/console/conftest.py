"""The console's tests have a demo world of their own: one of them moves its clock to a day on which money is paid."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import running


@pytest.fixture(scope="package")
def system() -> Iterator[running.System]:
    with running.folder() as folder, running.system(folder) as started:
        yield started
