"""One institution, one participant in front of a browser, both doors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from prakerja.partner_api import clients
from tests.grants.sign_in import PORTAL, SignIn
from tests.portal.conftest import portal

__all__ = ["portal"]


@pytest.fixture
def sign_in(portal: Client, settings: Any) -> Iterator[SignIn]:
    settings.PORTAL_URL = PORTAL
    clients.forget_clients()
    yield SignIn(browser=portal)
    clients.forget_clients()
