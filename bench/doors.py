"""A front door as it is served: its own processes, its own pool."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from prakerja.kernel.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[1]
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextlib.contextmanager
def served(entry: str, *, log: Path, workers: int = 2, threads: int = 4, pool: int = 4) -> Iterator[int]:
    """Serve a WSGI entry on a free port and yield the port once it answers `/health`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        *(sys.executable, "-m", "prakerja.serving", entry, "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--threads", str(threads)),
    ]
    # The door runs the code that this process runs, and finds `bench` too (the bare ceilings are entries of ours).
    paths = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    environment = os.environ | {"PRAKERJA_POOL": str(pool), "PRAKERJA_SUPERVISED": "1", "PYTHONPATH": paths}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with open(log, "ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, preexec_fn=die_with_parent
        )
    try:
        _wait(process, port, log)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with _DIRECT.open(f"http://127.0.0.1:{port}/health", timeout=2) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the door did not begin to answer:\n{log.read_text(errors='replace')[-2000:]}")
