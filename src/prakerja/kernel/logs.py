"""The last net under secrets: numbers and codes that look like a NIK, a card, a phone or a code never reach a log line."""

from __future__ import annotations

import logging
import re
import threading

# Ten digits or more, however they are grouped; not those inside an identifier (a UUID, a hash).
_LONG_NUMBER = re.compile(r"(?<![\w.-])(?:\+?\d[\d -]{8,}\d)(?![\w.-])")
# A NIK, a family card or a card number is recognised inside a word too, and so is a telephone number of Indonesia.
_SIXTEEN_DIGITS = re.compile(r"(?<!\d)\d{16}(?!\d)")
_TELEPHONE = re.compile(r"(?<![0-9a-f-])(?:\+|%2B)?(?:62|0)8\d{8,11}(?!\d)")
_VOUCHER = re.compile(r"\b(?=[A-Z2-9]{12}\b)(?=[A-Z2-9]*\d)[A-HJ-KM-NP-Z2-9]{12}\b")
# The address of a participant's verification page opens that page.
_PAGE_TOKEN = re.compile(r"(/verifikasi/)[\w=-]+")
_FORMATTER = logging.Formatter()
# What this thread works at: the answer names it too (X-Request-Id), so that whoever asks about one finds its lines.
_request = threading.local()


def name_request(request_id: str) -> None:
    """Put this id into every line that this thread logs from now on."""
    _request.name = f"[{request_id}] "


def redact(text: str) -> str:
    """The text with everything that may identify a person or spend money replaced by a word."""
    text = _PAGE_TOKEN.sub(r"\1[token]", text)
    for pattern in (_TELEPHONE, _SIXTEEN_DIGITS, _LONG_NUMBER):
        text = pattern.sub("[number]", text)
    return _VOUCHER.sub("[code]", text)


class Redact(logging.Filter):
    """A handler's filter: the message and the traceback, whose last line may quote a row, are redacted."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request = getattr(_request, "name", "")
        record.msg = redact(record.getMessage())
        record.args = ()
        if record.exc_info:
            record.exc_text = redact(_FORMATTER.formatException(record.exc_info))
        return True
