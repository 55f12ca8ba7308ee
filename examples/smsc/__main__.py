"""``python -m examples.smsc``: serve until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading

from .centre import Centre
from .control import control
from .outcomes import Settings
from .phone import Phone


def main() -> int:
    """Start; 0 after a clean stop, 2 when the environment is wrong or a port is taken."""
    logging.basicConfig(level=logging.WARNING, format="smsc: %(levelname)s %(name)s %(message)s")
    said = os.environ
    try:
        host, port, smpp_port = said.get("HOST", "127.0.0.1"), int(said["PORT"]), int(said["SMPP_PORT"])
        password = said["PASSWORD"]
    except (KeyError, ValueError):
        print("smsc: set PORT, SMPP_PORT and PASSWORD in the environment", file=sys.stderr)
        return 2
    return asyncio.run(_serve(host, port, smpp_port, said.get("SYSTEM_ID", "prakerja"), password))


async def _serve(host: str, port: int, smpp_port: int, user: str, password: str) -> int:
    loop, stopping, stopped = asyncio.get_running_loop(), threading.Event(), asyncio.Event()
    phone = Phone(url=os.environ.get("PHONE_URL", ""), key=os.environ.get("GATEWAY_KEY", ""), stopping=stopping)
    centre = Centre(Settings(), user=user, password=password, arrived=phone.show)
    try:
        web = control(host, port, centre, loop.call_soon_threadsafe)
    except OSError as error:
        print(f"smsc: cannot listen on port {port}: {error.strerror}", file=sys.stderr)
        return 2
    with web:
        try:
            server = await asyncio.start_server(centre.serve, host, smpp_port)
        except OSError as error:
            print(f"smsc: cannot listen on port {smpp_port}: {error.strerror}", file=sys.stderr)
            return 2
        phone.start()
        threading.Thread(target=web.serve_forever, daemon=True).start()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, stopped.set)
        await stopped.wait()
        stopping.set()
        web.shutdown()
        server.close()
        centre.hang_up()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.sleep(0.05), 1)
        phone.join(timeout=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
