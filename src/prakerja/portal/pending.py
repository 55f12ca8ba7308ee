"""A sign-in that waits for its code, in a sealed cookie: the code's page is a plain address that can be asked for again.

A phone number stands in no address and in no session; this cookie can be read by us alone, and only in the browser that
asked. It outlives a reload, a dropped tab and a change of language, for an hour of wall time.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import tink
from django.http import HttpRequest, HttpResponse

from prakerja.kernel.clock import wall
from prakerja.kernel.secrets import keys, place

COOKIE = "portal_pending"
SECONDS = 60 * 60
_PATH = "/masuk"


@dataclass(frozen=True)
class Pending:
    """`said` is what the last form came to: `sent`, `sent_again`, or a refusal's reason with its `seconds`."""

    phone: str
    following: str
    said: str
    seconds: int = 0
    began: int = 0
    # By which way the last code was asked for: `sms` or `email`.
    channel: str = "sms"
    # Somebody begins to register: a number of nobody gets a code too.
    begins: bool = False
    # When this browser may ask for this number's code, in seconds of programme time since 1970, after it was told to wait; else 0.
    turn: float = 0.0

    def after(self, said: str, *, seconds: int = 0) -> Pending:
        """The same sign-in after another form. A turn that was taken is no turn any more."""
        return replace(self, said=said, seconds=seconds, turn=0.0)

    def turn_at(self) -> datetime | None:
        """The turn that this browser waits for."""
        return datetime.fromtimestamp(self.turn, UTC) if self.turn else None


def read(request: HttpRequest, *, browser: str) -> Pending | None:
    """The sign-in that this browser waits for, or None."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(COOKIE, "").encode("ascii"))
        found = msgspec.json.decode(keys().unseal_token(sealed, place(**_place(browser))), type=Pending)
    except (ValueError, binascii.Error, UnicodeEncodeError, tink.TinkError, msgspec.MsgspecError):
        return None
    return found if wall().timestamp() - found.began < SECONDS else None


def write(request: HttpRequest, response: HttpResponse, pending: Pending, *, browser: str) -> None:
    """Keep it; each form starts its hour anew."""
    told = asdict(replace(pending, began=int(wall().timestamp())))
    sealed = keys().seal_token(msgspec.json.encode(told).decode(), place(**_place(browser)))
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(sealed).decode(),
        max_age=SECONDS,
        path=_PATH,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )


def forget(response: HttpResponse) -> None:
    """It is over."""
    response.delete_cookie(COOKIE, path=_PATH, samesite="Lax")


def _place(browser: str) -> dict[str, Any]:
    return {"table": "portal_cookie", "column": "pending", "row_id": uuid.UUID(browser)}
