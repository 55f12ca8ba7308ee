"""Fixtures for every test. The database server itself is started by tests/server.py."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections
from hypothesis import Phase, settings
from psycopg import sql

from prakerja.kernel import clock
from tests import door_roles, emptying, hanging, owner_guard, put_back, running

# What is thrown away on the way goes with the process.
MIGRATE = """
import gc
gc.disable()
from django.core.management import execute_from_command_line
execute_from_command_line(["django", "migrate", "--verbosity", "0"])
"""


# The same questions each time, a finding is a finding for everybody; no limit, which a busy machine would meet. What was found is told as
# it is: a smaller example is looked for for minutes, where each costs the database a hundred statements.
settings.register_profile(
    "ours", deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("ours")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A worker copies a database in which the first of them made the tables: making some hundred takes seconds."""
    url = os.environ.get("PRAKERJA_TEST_TEMPLATE")
    if url is None or "PYTEST_XDIST_WORKER" not in os.environ:
        return
    name = urlsplit(url).path.lstrip("/")
    with running.once("template") as made:
        if not made.exists():
            with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            subprocess.run([sys.executable, "-c", MIGRATE], env={**os.environ, "DATABASE_URL": url}, check=True)
            made.touch()
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Each door has its role in the tests' database too (tests/door_roles.py)."""
    with django_db_blocker.unblock():
        door_roles.make()


@pytest.fixture(autouse=True)
def _fresh_clock() -> None:
    clock.forget()
    put_back.forget()


@pytest.fixture(autouse=True)
def _own_folder_of_the_books(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published of a worker's database lies in a folder of that worker: the database sees to it that one at a time writes there."""
    name = f"published-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    monkeypatch.setenv("PRAKERJA_PUBLISHED", os.path.join(os.environ["PRAKERJA_TEST_RUN"], name))


@pytest.fixture(autouse=True)
def _only_owners_write() -> Iterator[None]:
    """No statement of the test wrote a table from outside the package that owns it (tests/owner_guard.py)."""
    owner_guard.forget()
    yield
    assert owner_guard.forget() == []


# The system that runs for everybody here, if it does.
EVERYBODYS: list[running.System] = []


@pytest.fixture(scope="session")
def system() -> Iterator[running.System]:
    """One running demo world for every test that looks at it from outside (`prakerja up`)."""
    with running.world() as folder, running.system(folder) as started:
        EVERYBODYS.append(started)
        yield started


def folder_of(nodeid: str) -> str:
    return "/".join(nodeid.split("/")[:2])


class OneSystemToAWorker:
    """Under xdist, what looks at one running system stays whole on one worker: two would start two systems.

    By folder, because the marks of `--dist loadgroup` do not reach the scheduler: xdist 3.8 writes them into a field that
    pytest 9.2 no longer reads.
    """

    # The folders, by whose system it is, or what else they look at that is dear to make: the parsed source, made databases.
    SYSTEMS = {
        "tests/cli": "everybody's",
        "tests/conformance": "everybody's",
        "tests/journeys": "everybody's",
        "tests/browser": "the browsers'",
        "tests/console": "the console's",
        "tests/sandbox": "the sandbox's",
        "tests/house": "the source's",
        "tests/postgres": "the made databases'",
    }
    # Their tests share nothing and take long: any worker may take the next. All other files stay whole, with what they share.
    TAKEN_APART = ("tests/house/test_browsing.py", "tests/incentives/", "tests/races/", "tests/upgrades/")

    # Says to the workers that the scheduler below is at work.
    WHOLE = "PRAKERJA_TEST_FOLDERS_WHOLE"

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """End everybody's system behind the last who looks at it: one that nobody looks at still takes a tenth of a processor."""
        follows = None if nextitem is None else self.SYSTEMS.get(folder_of(nextitem.nodeid))
        if EVERYBODYS and self.WHOLE in os.environ and follows != "everybody's":
            EVERYBODYS.pop().stop()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        from xdist.scheduler import LoadScopeScheduling

        systems, taken_apart = self.SYSTEMS, self.TAKEN_APART

        class ByFolder(LoadScopeScheduling):
            def _split_scope(self, nodeid: str) -> str:
                if nodeid.startswith(taken_apart):
                    return nodeid
                return systems.get(folder_of(nodeid), nodeid.partition("::")[0])

            def remove_node(self, node: Any) -> str | None:
                """The test that ended its worker is over: xdist would give it to the next worker, for ever."""
                unit = next((one for one in self.assigned_work[node].values() if not all(one.values())), None)
                if unit is None:
                    return super().remove_node(node)
                died = next(test for test, is_over in unit.items() if not is_over)
                unit[died] = True
                super().remove_node(node)
                return died

            def _reschedule(self, node: Any) -> None:
                """A worker begins a test when it knows the next one. Who takes the place of one that died would be given one
                unit, and wait for ever when that is one test."""
                given = -1
                while not node.shutting_down and given < (given := len(self.assigned_work[node])):
                    super()._reschedule(node)

        return ByFolder(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a test that waits for another program leaves its processor idle."""
    return 1 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def pytest_collection_finish() -> None:
    """What stands now is never garbage (tests/server.py)."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("dist", "no") == "loadgroup":
        os.environ[OneSystemToAWorker.WHOLE] = "yes"
    config.pluginmanager.register(OneSystemToAWorker())
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    config.pluginmanager.register(hanging.Watch(worker) if worker else hanging)
    owner_guard.watch()
    door_roles.watch()
    emptying.install()
