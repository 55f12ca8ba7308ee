"""What every answer looks like (contract.md 1.7): 200 exactly with `success: true`, or a code, a sentence and false.

Clients differ in what they look at: some only at the HTTP status, some only at `success`. Both always say the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from django.http import HttpResponse

from prakerja.partner_api.errors import ErrorRow, Language, Sentences

_JSON = "application/json"
_encode = msgspec.json.Encoder().encode
# How long a client should wait, in seconds, where waiting helps.
RETRY_AFTER = {"rate_limited": "5", "busy": "1", "otp_too_soon": "60", "otp_daily_limit": "3600"}


class _NoData:
    """`payment/void` answers without the member `data`, which is not the same as `null`."""


NO_DATA = _NoData()


def success(
    *, data: Any, message: Sentences, language: Language, extra: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return 200 with the data; NO_DATA leaves the member out. `extra` are the members of a dialect."""
    answer = {"success": True, "message": message[language == "en"], **(extra or {})}
    if data is not NO_DATA:
        answer["data"] = data
    return _response(answer, 200)


def failure(*, row: ErrorRow, language: Language, details: Mapping[str, Any] | None = None) -> HttpResponse:
    """Return the row's status with its code and sentence."""
    answer = {"code": row.code, "message": row.sentence(language=language, details=details), "success": False}
    response = _response(answer, row.status)
    # Django would log the path of every refusal, and a path may hold an invoice code; faults are logged by `endpoint`.
    response._has_been_logged = True  # type: ignore[attr-defined]
    if row.name in RETRY_AFTER:
        response["Retry-After"] = str((details or {}).get("seconds", RETRY_AFTER[row.name]))
    return response


def _response(answer: dict[str, Any], status: int) -> HttpResponse:
    body = _encode(answer)
    # Without a length the server would send chunks, which the oldest clients do not expect.
    return HttpResponse(body, status=status, headers={"Content-Type": _JSON, "Content-Length": str(len(body))})


def stamp(instant: datetime) -> str:
    """RFC 3339 in UTC with whole seconds, as the published samples write it: `2023-10-24T10:54:45Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=256)
def language_of(accept_language: str) -> Language:
    """English when the caller prefers it to Indonesian, else Indonesian: most clients show what we say to people.

    Java and old Androids call Indonesian `in`. Of two that are wanted as much, the first wins.
    """
    best: tuple[float, Language] = (0.0, "id")
    for part in accept_language[:200].split(","):
        name, *parameters = part.split(";")
        language = _LANGUAGES.get(re.split("[-_]", name.strip().lower())[0])
        weight = _weight(parameters)
        if language is not None and weight > best[0]:
            best = (weight, language)
    return best[1]


# By the primary subtag; the second and third are the older code and ISO 639-2's.
_LANGUAGES: dict[str, Language] = {"id": "id", "in": "id", "ind": "id", "en": "en", "eng": "en"}
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]*)?)\s*", re.I)


def _weight(parameters: list[str]) -> float:
    """The `q` of one language, 1 without one; a `q` that is none is no wish."""
    weight = 1.0
    for parameter in parameters:
        if parameter.strip()[:1] in ("q", "Q"):
            found = _QUALITY.fullmatch(parameter)
            weight = min(float(found[1]), 1.0) if found else 0.0
    return weight
