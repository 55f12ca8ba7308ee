"""`python -m prakerja.serving ENTRY --host … --port …`: serve a WSGI entry (`module:name`) until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import gc
import importlib
import logging
import mmap
import os
import signal
import socket
import sys
import threading
import time
from types import FrameType
from typing import NamedTuple

from prakerja.kernel.errors import CannotRun
from prakerja.kernel.figures import REGION, share
from prakerja.kernel.logs import write_lines
from prakerja.kernel.processes import die_with_parent, tell_service_manager, when_asked_to_end
from prakerja.serving.server import Server, listen

_LOG = logging.getLogger("prakerja.serving")
# A worker that dies at once, again and again, must not take the machine with it.
_REST = 1.0


def main() -> int:
    """Return 0 after a clean end, 2 when the address cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m prakerja.serving", description="Serve a door.")
    parser.add_argument("entry", help="a WSGI application, as module:name")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--threads", type=int, default=8, help="threads of each process: requests at work at one time")
    parser.add_argument("--watch-host", default="127.0.0.1", help="address for whoever watches; never a public one")
    parser.add_argument("--watch-port", type=int, default=0, help="port of /live, /ready and /metrics; none without it")
    given = parser.parse_args()
    try:
        host, port = given.host, given.port
        listener = listen(host, port)
        host, port = given.watch_host, given.watch_port
        watch = listen(host, port) if port else None
    except OSError as error:
        sys.stderr.write(f"{host}:{port} cannot be had: {error.strerror}\n")
        return 2
    door = _Door(listener, watch, given.entry, given.threads)
    return _serve(door) if given.workers <= 1 else _watch(door, given.workers)


class _Door(NamedTuple):
    """Sockets that listen, and what is served there: `watch` is for whoever watches (an application's `watched`)."""

    listener: socket.socket
    watch: socket.socket | None
    entry: str
    threads: int


def _serve(door: _Door, tally: memoryview | None = None, place: int = 0) -> int:
    module, _, name = door.entry.partition(":")
    sys.path.insert(0, os.getcwd())
    # Nothing of what is loaded here becomes garbage: looking for some costs a seventh of the time that loading takes, and
    # again whenever the door looks for garbage later.
    gc.disable()
    try:
        application = getattr(importlib.import_module(module), name or "application")
    except CannotRun as error:
        # A sentence is for whoever starts it; a traceback would tell them where in our code, and nothing to do.
        sys.stderr.write(f"{error}\n")
        return 2
    gc.freeze()
    gc.enable()
    server = Server(door.listener, application, threads=door.threads, tally=tally, place=place, is_counted=True)
    watched = getattr(application, "watched", None)
    if door.watch is not None and watched is not None:
        # Every process listens there, and whichever answers tells the figures of all.
        beside = Server(door.watch, watched, threads=1)
        threading.Thread(target=beside.run, name="watched", daemon=True).start()
    when_asked_to_end(server.stop)
    # Connections wait at the socket already; from here on somebody answers them.
    tell_service_manager("READY=1")
    server.run()
    return 0


def _watch(door: _Door, workers: int) -> int:
    """Keep as many processes at the same socket; one that dies is replaced. They are made before anything is loaded."""
    # Whoever loads a door's settings in one of them has its lines from there; as the settings say, unset means production.
    write_lines(as_json=os.environ.get("PRAKERJA_ENV") in (None, "", "production"))
    stopping = False
    children: dict[int, tuple[int, float]] = {}
    # Anonymous memory that the children share.
    tally = memoryview(mmap.mmap(-1, 8 * workers)).cast("q")
    counted = memoryview(mmap.mmap(-1, REGION * workers))

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        for child in children:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping or children:
        while not stopping and len(children) < workers:
            place = min(set(range(workers)) - {taken for taken, _ in children.values()})
            child = os.fork()
            if not child:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                die_with_parent()
                share(counted, place=place, processes=workers)
                os._exit(_serve(door, tally, place))
            children[child] = (place, time.monotonic())
        found, status = os.waitpid(-1, 0)
        _, began = children.pop(found, (0, 0.0))
        if not stopping:
            _LOG.error("a worker ended with status %d and is replaced", status)
            if time.monotonic() - began < _REST:
                time.sleep(_REST)
    return 0


if __name__ == "__main__":
    sys.exit(main())
