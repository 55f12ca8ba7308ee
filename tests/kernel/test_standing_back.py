"""Bulk work stands back, and the PostgreSQL process that does it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_CHILD = """
import json, os, sys
sys.path.insert(0, {src!r})
import django
django.setup()
from prakerja.kernel.standing_back import stand_back
if {standing}:
    stand_back()
from prakerja.kernel.db import row
mine, served = os.getpid(), row("SELECT pg_backend_pid()", [])[0]
nice = [os.getpriority(os.PRIO_PROCESS, one) for one in (mine, served)]
print(json.dumps([*nice, os.stat("/proc/%d" % served).st_uid]))
"""


def _of_child(*, standing: bool) -> list[int]:
    source = _CHILD.format(src=str(Path(__file__).parents[2] / "src"), standing=standing)
    told = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[int] = json.loads(told.stdout)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows a server's processes")
def test_both_processors_that_bulk_work_takes_stand_back() -> None:
    ours, served, _ = _of_child(standing=False)
    ours_back, served_back, owner = _of_child(standing=True)
    assert ours_back > ours
    if os.getuid() in (0, owner):
        assert served_back > served
    else:
        assert served_back == served
