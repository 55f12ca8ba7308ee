"""``python -m examples.world``: serve until SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType

from examples.shared.listening import listening

from .app import create_app
from .callbacks import Caller
from .settings import SettingsError, from_environment
from .store import Store

_THREADS = 16


def main() -> int:
    """Start the server; 0 after a clean stop, 2 when the environment is wrong or the port is taken."""
    logging.basicConfig(level=logging.WARNING, format="world: %(levelname)s %(name)s %(message)s")
    try:
        settings = from_environment(os.environ)
    except SettingsError as error:
        print(f"world: {error}", file=sys.stderr)
        return 2
    stopping = threading.Event()
    store = Store(settings.data_dir)
    app = create_app(settings, store, stopping)
    try:
        server = listening(
            app,
            host=settings.host,
            ports=[settings.port],
            threads=_THREADS,
            names=os.environ.get("HOSTS", "").split(","),
            ident=None,
            max_request_body_size=1024 * 1024,
        )
    except OSError as error:
        print(f"world: cannot listen on port {settings.port}: {error.strerror}", file=sys.stderr)
        return 2

    heard, told = os.pipe()

    def wake() -> None:
        os.read(heard, 1)
        stopping.set()

    def stop(signum: int, frame: FrameType | None) -> None:
        """Have whatever sleeps woken, then leave the server's loop.

        By another thread: a second signal, in the middle of setting the event, waited for ever for the event's own lock.
        """
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        os.write(told, b"!")
        raise SystemExit(0)

    threading.Thread(target=wake, name="wakes sleepers", daemon=True).start()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    caller = Caller(settings, store, stopping)
    caller.start()
    server.run()
    stopping.set()
    caller.join(timeout=5)
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
