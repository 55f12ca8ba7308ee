"""The bank of the example world, spoken to over HTTP. Its answers are mapped to ours in this file and nowhere else."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, Self, TypeGuard, cast, get_args
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from prakerja.disbursements.rails.base import (
    AccountStatus,
    CallbackRefused,
    InquiryResult,
    NoStatement,
    ReferenceConflict,
    ReportedResult,
    StatementLine,
    TransferResult,
    TransferStatus,
)
from prakerja.kernel import http

_LOG = logging.getLogger(__name__)

# The bank's word → ours. A word that is not here is no usable answer.
_ACCOUNT: dict[str, AccountStatus] = {"active": "active", "blocked": "blocked"}
_TRANSFER: dict[str, TransferStatus] = {
    "settled": "settled",
    "failed": "failed",
    "held": "held",
    "processing": "processing",
    "returned": "returned",
}
_Reported = Literal["settled", "failed", "returned"]


class SandboxBank:
    """Client of `/bank/*`. `url` is the root of the example world; time-outs are wall seconds."""

    def __init__(self, *, url: str, key: str, connect_timeout: float = 2.0, read_timeout: float = 5.0) -> None:
        if not url or not key:
            # An empty key would let anybody sign.
            raise ImproperlyConfigured("the sandbox bank needs an address and a key")
        self._url = url.rstrip("/")
        self._key = key.encode()
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout

    @classmethod
    def from_settings(cls) -> Self:
        """The bank at BANK_URL with BANK_KEY."""
        return cls(url=settings.BANK_URL, key=settings.BANK_KEY)

    def inquire(self, *, provider: str, number: str, name: str, nik_tail: str) -> InquiryResult:
        """See Rail."""
        asked = {"provider": provider, "number": number, "name": name, "nik_tail": nik_tail}
        _, answer = self._call("POST", "/bank/inquiry", asked)
        if answer.get("found") is False:
            return InquiryResult("not_found")
        status = _ACCOUNT.get(str(answer.get("status")))
        if answer.get("found") is not True or status is None:
            return InquiryResult("unknown")
        return InquiryResult(
            status=status,
            holder_name=str(answer.get("holder_name") or ""),
            nik_matches=answer.get("nik_matches") is True,
            is_kyc_complete=answer.get("is_kyc_complete") is True,
        )

    def transfer(
        self, *, reference: str, provider: str, number: str, holder_name: str, amount: int, at: datetime
    ) -> TransferResult:
        """See Rail."""
        order = {
            "reference": reference,
            "provider": provider,
            "number": number,
            "holder_name": holder_name,
            "amount": amount,
            "at": at.isoformat(),
        }
        code, answer = self._call("POST", "/bank/transfers", order)
        if code == 409:
            raise ReferenceConflict(reference)
        if code == 422:
            return TransferResult(reference, "failed", str(answer.get("error") or "refused"))
        return _transfer_result(reference, code, answer)

    def status(self, *, reference: str) -> TransferResult:
        """See Rail."""
        code, answer = self._call("GET", f"/bank/transfers/{quote(reference, safe='')}", None)
        # Only the bank's own word counts: a 404 of something in between must not allow a second payment.
        if code == 404 and answer.get("error") == "not_found":
            return TransferResult(reference, "not_found")
        return _transfer_result(reference, code, answer)

    def read_callback(self, *, body: bytes, signature: str, wall: datetime, longest_age: timedelta) -> ReportedResult:
        """See Rail. The stamp stands inside the signed body."""
        if not hmac.compare_digest(self._sign(body).encode(), signature.encode("utf-8", "surrogateescape")):
            raise CallbackRefused("signature")
        try:
            said = json.loads(body)
            sent_at = datetime.fromisoformat(said["sent_at"])
            reference, status, reason = said["reference"], said["status"], said.get("reason")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise CallbackRefused("malformed") from None
        if (
            sent_at.tzinfo is None
            or not isinstance(reference, str)
            or status not in get_args(_Reported)
            or not isinstance(reason, str | None)
        ):
            raise CallbackRefused("malformed")
        if abs(wall - sent_at) > longest_age:
            raise CallbackRefused("stale")
        return ReportedResult(reference=reference, status=status, reason=reason or None)

    def statement(self) -> Iterator[StatementLine]:
        """See Rail."""
        path: str | None = "/bank/transfers"
        while path is not None:
            code, answer = self._call("GET", path, None)
            lines = answer.get("transfers")
            if code != 200 or not isinstance(lines, list):
                raise NoStatement("sandbox")
            for line in lines:
                yield _statement_line(line)
            after = answer.get("next")
            path = f"/bank/transfers?after={after}" if isinstance(after, int) else None

    def _call(self, method: str, path: str, fields: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        """The status and the JSON object of the answer; (0, {}) when there is none."""
        body = b"" if fields is None else json.dumps(fields).encode()
        headers = {"Content-Type": "application/json", "X-Bank-Signature": self._sign(body)}
        try:
            answer = http.request(
                method,
                self._url + path,
                content=body,
                headers=headers,
                connect_timeout=self._connect_timeout,
                read_timeout=self._read_timeout,
            )
        except http.NetworkFailure as failure:
            _LOG.warning("the sandbox bank did not answer: %s", failure)
            return 0, {}
        said = answer.json()
        if not isinstance(said, dict) or answer.status in (400, 401, 403, 413):
            _LOG.warning("the sandbox bank answered %s to a %s", answer.status, method)
        return answer.status, cast("dict[str, Any]", said) if isinstance(said, dict) else {}

    def _sign(self, body: bytes) -> str:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()


def _transfer_result(reference: str, code: int, answer: dict[str, Any]) -> TransferResult:
    status = _TRANSFER.get(str(answer.get("status")))
    if code != 200 or status is None or answer.get("reference") != reference:
        return TransferResult(reference, "unknown", trouble=_trouble(code))
    reason, amount, bank_reference = answer.get("reason"), answer.get("amount"), answer.get("bank_reference")
    return TransferResult(
        reference,
        status,
        reason if isinstance(reason, str) and reason else None,
        amount if _is_rupiah(amount) else None,
        bank_reference if isinstance(bank_reference, str) else "",
    )


def _trouble(code: int) -> Literal["", "busy", "unreachable"]:
    """What a status without a usable answer tells of the bank itself; 0 is no answer at all."""
    if code in (429, 503):
        return "busy"
    return "unreachable" if code in (0, 502, 504) else ""


def _statement_line(line: Any) -> StatementLine:
    if isinstance(line, dict) and isinstance(line.get("reference"), str) and _is_rupiah(line.get("amount")):
        status = _TRANSFER.get(str(line.get("status")))
        if status is not None:
            return StatementLine(line["reference"], status, line["amount"])
    raise NoStatement("sandbox")


def _is_rupiah(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
