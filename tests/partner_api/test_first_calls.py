"""The first calls of a door that has just begun, several at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.waiting import LIMIT, LONG_LIMIT

ROOT = Path(__file__).parents[2]

# Children of one process that has loaded the door: in each, eight threads read every body for the first time at the same moment.
# Until what reads them was made beforehand, four in ten of such processes ended by a segmentation fault in msgspec.
_FIRST = """
import faulthandler, os, sys, threading
import django
django.setup()
from prakerja.kernel.errors import Refused
from prakerja.partner_api import bodies, endpoint, urls
from prakerja.programmes.schemes import Scheme, SchemeDataError

def read(barrier):
    for one in endpoint.ENDPOINTS:
        barrier.wait()
        try:
            bodies.read_body(body=b'{"invoice_code":"x","otp":"123456"}', kind=one.body)
        except Refused:
            pass
    barrier.wait()
    try:
        Scheme.from_data({})
    except SchemeDataError:
        pass

ended = []
for _ in range(12):
    child = os.fork()
    if not child:
        # A thread that ended has left the others at the barrier: say where they stand.
        faulthandler.dump_traceback_later(float(sys.argv[1]), exit=True)
        sys.setswitchinterval(1e-6)
        barrier = threading.Barrier(8)
        threads = [threading.Thread(target=read, args=(barrier,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os._exit(0)
    ended.append(os.waitpid(child, 0)[1])
print(ended)
sys.exit(any(ended))
"""


def test_the_first_calls_of_a_door_may_come_at_once() -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "prakerja.config.settings.partner_api",
        "PYTHONPATH": str(ROOT / "src"),
    }
    done = subprocess.run(
        [sys.executable, "-c", _FIRST, str(LIMIT)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_LIMIT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
