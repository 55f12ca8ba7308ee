"""What a provider's call back says, for the callbacks door: providers themselves are private to disbursements."""

from __future__ import annotations

from prakerja.disbursements.providers import PROVIDERS, CallbackRefused, ReportedResult

__all__ = ["CallbackRefused", "ReportedResult", "read_result"]


def read_result(*, provider: str, body: bytes, signature: str) -> ReportedResult:
    """Check the signature of a call back by its raw body and read it (model.md A, row callbacks).

    :param provider: our name of the partner, a key of the registry (`sandbox`).
    :raises CallbackRefused: `signature` when it is not the partner's, `malformed` when it cannot be read.
    """
    return PROVIDERS[provider]().read_callback(body=body, signature=signature)
