"""Pages and long answers are packed on their way; files that are sent piece by piece go as they lie there, with a length that holds.

What is packed tells its length to whoever listens, so a secret must not be packed together with words of a stranger's choice: pages add
a random length and mask their forms' tokens anew, and the doors of calls pack lists only. Whatever holds a token or a code is shorter.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PackedPages(GZipMiddleware):
    """Django's packing, which would take a streamed file's length away, so that the server had to read all of it first."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming:
            return response
        return super().process_response(request, response)


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# Bytes: less is one packet either way.
WORTH_IT = 1_400
_KINDS = ("application/json", "text/", "application/yaml", "application/javascript", "image/svg+xml")


def packed_answers(inner: Application) -> Application:
    """A door of calls whose long answers are packed for whoever says that it reads gzip."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "gzip" not in environ.get("HTTP_ACCEPT_ENCODING", ""):
            return inner(environ, start_response)
        told: list[Any] = []

        def start(status: str, fields: list[tuple[str, str]], exc_info: Any = None) -> None:
            told[:] = (status, fields)

        answer = inner(environ, start)
        status, fields = told
        text = _whole(answer)
        if text is None or len(text) < WORTH_IT or not _is_packable(fields):
            start_response(status, fields)
            return answer
        packed = gzip.compress(text, 5, mtime=0)
        kept = [(name, value) for name, value in fields if name.lower() not in ("content-length", "vary")]
        vary = ", ".join(["Accept-Encoding", *(value for name, value in fields if name.lower() == "vary")])
        kept += [("Content-Encoding", "gzip"), ("Content-Length", str(len(packed))), ("Vary", vary)]
        start_response(status, kept)
        getattr(answer, "close", _nothing)()
        return [packed]

    return application


def _whole(answer: Any) -> bytes | None:
    """An answer that is there already; None for one that comes piece by piece."""
    if type(answer) is list and len(answer) == 1:
        return bytes(answer[0])
    return None if getattr(answer, "streaming", True) else bytes(answer.content)


def _is_packable(fields: list[tuple[str, str]]) -> bool:
    names = {name.lower(): value for name, value in fields}
    return "content-encoding" not in names and names.get("content-type", "").startswith(_KINDS)


def _nothing() -> None:
    pass
