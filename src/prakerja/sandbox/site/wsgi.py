"""The sandbox's site as a WSGI application; started by name from the CLI, and on a sandbox database only."""

from __future__ import annotations

from prakerja.config.wsgi.door import door

application = door("sandbox")
