"""Log lines: what every line names, how it is written, and the last net under secrets.

A line for people is a line of text; where programs read them (production) it is one JSON object. Numbers and codes that look like
a NIK, a card, a phone or a code never reach either.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

# Ten digits or more, however they are grouped; not those inside an identifier (a UUID, a hash).
_LONG_NUMBER = re.compile(r"(?<![\w.-])(?:\+?\d[\d -]{8,}\d)(?![\w.-])")
# A NIK, a family card or a card number is recognised inside a word too, and so is a telephone number of Indonesia.
_SIXTEEN_DIGITS = re.compile(r"(?<!\d)\d{16}(?!\d)")
_TELEPHONE = re.compile(r"(?<![0-9a-f-])(?:\+|%2B)?(?:62|0)8\d{8,11}(?!\d)")
_VOUCHER = re.compile(r"\b(?=[A-Z2-9]{12}\b)(?=[A-Z2-9]*\d)[A-HJ-KM-NP-Z2-9]{12}\b")
# The address of a participant's verification page opens that page.
_PAGE_TOKEN = re.compile(r"(/verifikasi/)[\w=-]+")
_FORMATTER = logging.Formatter()
# `PL/pgSQL function authorise(uuid,uuid) line 80 at RAISE`: where a hot call failed, without a value of any row.
_IN_FUNCTION = re.compile(r"PL/pgSQL function (\w+)\([^)]*\) line (\d+)")
# What this thread works at: the answer names it too (X-Request-Id), so that whoever asks about one finds its lines.
_request = threading.local()
_process = {"name": ""}


def name_process(name: str) -> None:
    """Put this name (`portal`, `worker`) into every line of JSON of this process."""
    _process["name"] = name


def process_name() -> str:
    """What this process is called."""
    return _process["name"]


def name_request(request_id: str) -> None:
    """Put this id into every line that this thread logs from now on; "" for none."""
    _request.id = request_id


def request_id() -> str:
    """The id of the request that this thread answers, "" outside one."""
    return getattr(_request, "id", "")


def redact(text: str) -> str:
    """The text with everything that may identify a person or spend money replaced by a word."""
    text = _PAGE_TOKEN.sub(r"\1[token]", text)
    for pattern in (_TELEPHONE, _SIXTEEN_DIGITS, _LONG_NUMBER):
        text = pattern.sub("[number]", text)
    return _VOUCHER.sub("[code]", text)


def sql_place(error: BaseException | None) -> dict[str, str]:
    """Of an error that came from PostgreSQL, its code and the function that it came from; nothing that a row could be read from."""
    seen = error
    while seen is not None:
        code = getattr(seen, "sqlstate", None)
        if code:
            found = {"sqlstate": str(code)}
            context = getattr(getattr(seen, "diag", None), "context", None) or ""
            if places := _IN_FUNCTION.findall(context):
                found["function"] = " < ".join(f"{name}:{line}" for name, line in places)
            return found
        seen = seen.__cause__ or seen.__context__
    return {}


class Redact(logging.Filter):
    """A handler's filter: the message and the traceback, whose last line may quote a row, are redacted."""

    def filter(self, record: logging.LogRecord) -> bool:
        named = request_id()
        record.request_id = named
        record.request = f"[{named}] " if named else ""
        record.msg = redact(record.getMessage())
        record.args = ()
        if record.exc_info:
            record.exc_text = redact(_FORMATTER.formatException(record.exc_info))
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: `at` (UTC), `level`, `process`, `thread`, `logger`, `request`, `message`, and of a failure its
    `error`, `sqlstate`, `function` and `traceback`. Whatever is empty is left out."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": _process["name"],
            "thread": record.threadName if record.threadName != "MainThread" else "",
            "logger": record.name,
            "request": getattr(record, "request_id", ""),
            "message": record.getMessage(),
            "error": type(error).__name__ if error is not None else "",
            **sql_place(error),
            "traceback": record.exc_text or "",
        }
        return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)


def write_lines(*, as_json: bool) -> None:
    """Write the lines of this process to standard error, for a process that loads no settings which say so."""
    handler = logging.StreamHandler()
    handler.addFilter(Redact())
    handler.setFormatter(
        JsonLines() if as_json else logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    )
    logging.getLogger().handlers[:] = [handler]


def carrying_the_request(work: Callable[..., Any]) -> Callable[..., Any]:
    """`work` for another thread, whose lines name the request of the thread that asks for it."""
    named = request_id()

    def inner(*arguments: Any) -> Any:
        name_request(named)
        return work(*arguments)

    return inner
