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

    def stop(signum: int, frame: FrameType | None) -> None:
        """Wake whatever sleeps, then leave the server's loop."""
        stopping.set()
        raise SystemExit(0)

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
