"""The participant's site, as a WSGI application of its own."""

from __future__ import annotations

from prakerja.config.wsgi.door import door

application = door("portal", around="prakerja.portal.one_tap:serve_taps")
