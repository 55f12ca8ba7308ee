"""Long answers of calls are packed for whoever asks for it; what holds a secret never is, because it is short."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.http import FileResponse, HttpResponse

from prakerja.config.packing import WORTH_IT, packed_answers

LONG = b'{"data":"' + b"kelas " * WORTH_IT + b'"}'


def ask(answer: Any, fields: list[tuple[str, str]], accepts: str = "gzip, br") -> tuple[dict[str, str], bytes]:
    told: dict[str, str] = {}

    def inner(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", fields)
        found: Iterable[bytes] = answer
        return found

    def start_response(status: str, fields: list[tuple[str, str]], exc_info: Any = None) -> None:
        told.update(fields)

    body = b"".join(packed_answers(inner)({"HTTP_ACCEPT_ENCODING": accepts}, start_response))
    return told, body


JSON = [("Content-Type", "application/json"), ("Content-Length", str(len(LONG)))]


@pytest.mark.parametrize("answer", [[LONG], HttpResponse(LONG)], ids=["a fixed call", "Django"])
def test_a_list_is_packed_with_a_length_that_holds(answer: Any) -> None:
    told, body = ask(answer, [*JSON, ("Vary", "Cookie")])
    assert gzip.decompress(body) == LONG
    assert len(body) < len(LONG) / 20
    assert told == {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        "Content-Length": str(len(body)),
        "Vary": "Accept-Encoding, Cookie",
    }


def test_what_is_short_packed_already_or_not_asked_for_goes_as_it_is() -> None:
    short = b'{"success":true,"data":{"payment_token":"x"}}'
    assert ask([short], [("Content-Type", "application/json")])[1] == short
    assert ask([LONG], JSON, accepts="")[1] == LONG
    assert ask([LONG], [("Content-Type", "image/png")])[1] == LONG
    assert ask([LONG], [*JSON, ("Content-Encoding", "br")])[1] == LONG
    assert ask(FileResponse(iter([LONG])), [("Content-Type", "text/csv")])[1] == LONG
