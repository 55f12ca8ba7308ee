"""A process that is asked to end ends, whatever its main thread is at and however often it is asked."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys

from tests.waiting import LIMIT, wait_until

BUSY = """
import threading
from prakerja.kernel.processes import when_asked_to_end
over = threading.Event()
when_asked_to_end(over.set)
print("ready", flush=True)
while not over.wait(0.00001):
    pass
"""


def test_a_shower_of_signals_ends_it() -> None:
    """A handler that set the event itself waited for ever for the lock that its own thread held."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"

            def is_over() -> bool:
                with contextlib.suppress(ProcessLookupError):
                    for _ in range(50):
                        process.send_signal(signal.SIGTERM)
                return process.poll() is not None

            wait_until(is_over, what="it ends", every=0.001)
            # Signals that come while Python itself shuts down may end it by their own number.
            assert process.wait(LIMIT) in (0, -signal.SIGTERM)
        finally:
            process.kill()
