"""The sandbox's site as a WSGI application; started by name from the CLI, and on a sandbox database only."""

from __future__ import annotations

from prakerja.config.wsgi.door import door

application = door("sandbox")


def _refuse_elsewhere() -> None:
    """Raises Refused: clock_not_movable. The pages show codes and phones: of demo people only."""
    from django.db import connection

    from prakerja.sandbox.clock import require_sandbox

    try:
        require_sandbox()
    finally:
        connection.close()


_refuse_elsewhere()
