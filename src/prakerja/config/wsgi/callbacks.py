"""What banks and gateways call back, as a WSGI application of its own."""

from __future__ import annotations

from prakerja.config.wsgi.door import door

application = door("callbacks")
