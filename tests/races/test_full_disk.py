"""The disk is full half way through a wave: what was committed stays, what was not is done when there is room again."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from prakerja.awards.models import Award
from prakerja.awards.revoking import revoke_overdue
from prakerja.config.due import Runner, due_tasks, take_turns
from prakerja.kernel.clock import wall
from prakerja.kernel.db import rows
from prakerja.notifications.models import Message
from prakerja.reporting.proof import prove
from tests import builders as b
from tests.races.test_due_work import REVOKED_AT, revoked
from tests.small_disks import mounted_disk
from tests.waiting import LIMIT

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
PEOPLE = 60


@pytest.fixture
def small_disk(transactional_db: None) -> Iterator[Path]:
    """A file system of two megabytes, on which the messages lie."""
    data_dir = str(rows("SHOW data_directory")[0][0])
    if not os.path.isdir(data_dir):
        pytest.skip("A FULL DISK IS NOT TESTED: the server is on another machine")
    server = os.stat(data_dir)
    folder = Path(tempfile.mkdtemp(dir=os.environ["PRAKERJA_TEST_RUN"]))
    name = f"small_{os.getpid()}"
    with (
        mounted_disk(folder, options=f"size=2m,mode=0700,uid={server.st_uid},gid={server.st_gid}"),
        connection.cursor() as cursor,
    ):
        # Rows that earlier tests deleted leave room in its file (tests/emptying.py), which would go along.
        cursor.execute("TRUNCATE notifications_message CASCADE")
        cursor.execute(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
        cursor.execute(f"ALTER TABLE notifications_message SET TABLESPACE {name}")
        yield folder
        cursor.execute("ALTER TABLE notifications_message SET TABLESPACE pg_default")
        cursor.execute(f"DROP TABLESPACE {name}")
    folder.rmdir()


def fill(folder: Path) -> Path:
    """Leave no room at all."""
    ballast = folder / "ballast"
    with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return ballast


def test_a_disk_that_is_full_half_way(small_disk: Path) -> None:
    b.participants(b.world(), count=PEOPLE, ready=False)
    ballast = fill(small_disk)
    # The last pages of the table take some people's messages still.
    with pytest.raises(OperationalError, match="No space left on device"):
        revoke_overdue(at=REVOKED_AT, wall=wall(), chunk=5)
    done = Award.objects.filter(status="revoked").count()
    assert 0 < done < PEOPLE
    assert Message.objects.filter(template="revoked", channel="sms").count() == done
    assert prove().ok
    # A worker says that the database cannot, and begins again.
    tasks = [task for task in due_tasks() if task.name == "revoke"]
    with pytest.raises(OperationalError):
        take_turns(tasks, runner=Runner(), now=lambda: REVOKED_AT, failed=lambda task: None, seconds=LIMIT)
    ballast.unlink()
    steps, _ = take_turns(tasks, runner=Runner(), now=lambda: REVOKED_AT, failed=lambda task: None, seconds=LIMIT)
    assert [(step.task, step.count) for step in steps] == [("revoke", PEOPLE - done)]
    revoked(PEOPLE)
