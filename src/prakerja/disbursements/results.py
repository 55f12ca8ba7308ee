"""What providers answer and call back, for the contexts and doors above: providers themselves are private to us."""

from __future__ import annotations

from prakerja.disbursements.providers import (
    PROVIDERS,
    CallbackRefused,
    InquiryResult,
    ReportedResult,
    TransferResult,
)

__all__ = ["CallbackRefused", "InquiryResult", "ReportedResult", "TransferResult", "read_result"]


def read_result(*, provider: str, body: bytes, signature: str) -> ReportedResult:
    """Check the signature of a call back by its raw body and read it (architecture.md "Four doors").

    :param provider: our name of the partner, a key of the registry (`sandbox`).
    :raises CallbackRefused: `signature` when it is not the partner's, `malformed` when it cannot be read.
    """
    return PROVIDERS[provider]().read_callback(body=body, signature=signature)
