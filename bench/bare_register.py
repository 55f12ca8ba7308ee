"""The ceiling of `register`: a bare WSGI callable that only writes the rows, with the same operations, and nothing else.

No routing, no middleware, no session, no form: what a page would have read comes as JSON.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from prakerja.config.wsgi.door import door

_door = door("portal")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ.get("PATH_INFO") == "/health":
        return _door(environ, start_response)
    from django.db import connection
    from django.utils import translation

    asked = json.loads(environ["wsgi.input"].read())
    try:
        with translation.override("id"):
            _do(asked)
    finally:
        connection.close()
    start_response("302 Found", [("Content-Length", "0"), ("Location", "/daftar/langkah")])
    return [b""]


def _do(asked: dict[str, Any]) -> None:
    import base64

    from prakerja.access.sign_in_codes import Asker
    from prakerja.kernel import clock
    from prakerja.registrations import operations

    at, step = clock.now(), asked["step"]
    if step == "phone":
        asker = Asker(browser=asked["browser"])
        operations.request_code(phone=asked["phone"], begins=True, language="id", asker=asker, at=at)
        return
    if step == "code":
        asker = Asker(browser=asked["browser"])
        operations.enter(phone=asked["phone"], otp=asked["otp"], language="id", asker=asker, at=at)
        return
    registration_id = uuid.UUID(asked["registration"])
    if step == "photo":
        content = base64.b64decode(asked["photo"])
        operations.save_photo(registration_id=registration_id, content=content, at=at)
    elif step == "submit":
        operations.submit_registration(registration_id=registration_id, at=at)
    else:
        operations.save_step(registration_id=registration_id, step=step, typed=asked["typed"], language="id", at=at)
        if step == "birth_date":
            operations.ask_registry(registration_id=registration_id, at=at, by_person=True)


# It reads a photo as the door does.
application.larger_bodies = _door.larger_bodies  # type: ignore[attr-defined]
