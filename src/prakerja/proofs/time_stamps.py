"""Time stamps of RFC 3161: an authority signs that it saw a hash at a time. Asking and checking, without a network.

What is read and checked is the library rfc3161-client's (ADR 0041); here it is asked for, and its refusals are of one kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography.x509 import load_der_x509_certificate
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

REQUEST_TYPE, ANSWER_TYPE = "application/timestamp-query", "application/timestamp-reply"


class StampError(ValueError):
    """An answer that cannot be read, is of something else, or is signed by nobody that counts."""


class Question(NamedTuple):
    """What an authority is sent, and the number that its answer repeats."""

    content: bytes
    nonce: int | None


def question_about(data: bytes) -> Question:
    """What an authority is asked: the SHA-256 of `data`, with a nonce, and that its certificate comes along."""
    asked = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    return Question(asked.as_bytes(), asked.nonce)


def stamped_at(answer: bytes, *, data: bytes, roots: Iterable[bytes], nonce: int | None = None) -> datetime:
    """When an authority under one of `roots` (DER) saw `data`. `nonce`: of the question, for whoever asked. Raises StampError."""
    found = _read(answer)
    last: Exception = StampError("no authority of time is known")
    for root in roots:
        try:
            builder = VerifierBuilder(nonce=nonce).add_root_certificate(load_der_x509_certificate(root))
            builder.build().verify_message(found, data)
        except (VerificationError, ValueError) as error:
            last = error
        else:
            return found.tst_info.gen_time.astimezone(UTC)
    raise StampError(str(last)) from last


def _read(answer: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(answer)
    except ValueError as error:
        raise StampError("no answer of an authority of time") from error
