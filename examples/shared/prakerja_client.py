"""A small signed client of the Prakerja partner API.

The published calls (`/api/v1/integration/…`) are signed with HMAC-SHA1, the newer ones (`/api/v1/partner/…`) with
HMAC-SHA256. Both sign the same text without separators: client_code + timestamp + METHOD + path + authorization + body.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

PUBLISHED = "/api/v1/integration"
PARTNER = "/api/v1/partner"
MAX_PAGES = 200


@dataclass(frozen=True)
class Credentials:
    """What Prakerja gave one partner. The key stays out of every representation."""

    client_code: str
    sign_key: str = field(repr=False)


class PartnerRefusal(Exception):
    """Prakerja understood the request and said no. `message` is a sentence for the visitor."""

    def __init__(self, *, code: str, message: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status


class PartnerUnavailable(Exception):
    """No usable answer came: time-out, broken connection or an error on their side. The outcome is unknown."""


def signature(
    *,
    credentials: Credentials,
    timestamp: str,
    method: str,
    path: str,
    authorization: str = "",
    body: str = "",
    algorithm: str = "sha1",
) -> str:
    """Return the lower-case hex signature of one request; `path` includes the raw query of a GET."""
    text = f"{credentials.client_code}{timestamp}{method}{path}{authorization}{body}"
    return hmac.new(credentials.sign_key.encode(), text.encode(), getattr(hashlib, algorithm)).hexdigest()


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Who may vouch for a server. Read once: a shop has a client for each of its fronts, and reading takes longer than a call."""
    return httpx.create_ssl_context(trust_env=False)


class PrakerjaClient:
    """Every call takes the credentials of the partner it speaks for; amounts are whole rupiah."""

    def __init__(
        self,
        *,
        base_url: str,
        timeout_s: float = 10.0,
        wall_time: Callable[[], float] = time.time,
        language: Callable[[], str] = lambda: "id",
    ) -> None:
        # The server may close an idle connection at any time, so idle ones are dropped early. Proxy variables of the
        # machine are ignored: the address given is the address meant.
        self._http = httpx.Client(
            base_url=base_url.rstrip("/"),
            timeout=httpx.Timeout(timeout_s, connect=min(3.0, timeout_s)),
            limits=httpx.Limits(max_connections=32, keepalive_expiry=3.0),
            trust_env=False,
            verify=_certificates(),
            follow_redirects=False,
        )
        self._wall_time = wall_time
        self._language = language

    def close(self) -> None:
        """Close the pooled connections."""
        self._http.close()

    # ---- published calls of a platform ----

    def seats_left(self, *, credentials: Credentials, course_code: str, schedule_code: str) -> int:
        """Return the seats that are left in one schedule."""
        body = {"schedule_code": schedule_code, "course_code": course_code}
        data = self._published(credentials, "/payment/quota-schedule", body, may_repeat=True)
        return int(data["quota"])

    def send_otp(
        self,
        *,
        credentials: Credentials,
        user_platform_id: str,
        card_number: str,
        course_code: str,
        schedule_code: str,
        amount: int,
    ) -> str:
        """Ask Prakerja to send the buyer an OTP by SMS; return the payment token."""
        body = {
            "user_platform_id": user_platform_id,
            "prakerja_id": card_number,
            "course_code": course_code,
            "schedule_code": schedule_code,
            "amount": amount,
        }
        return str(self._published(credentials, "/payment/send-otp", body)["payment_token"])

    def authorise(
        self, *, credentials: Credentials, payment_token: str, otp: str, invoice_code: str, invoice_url: str
    ) -> dict[str, Any]:
        """Pay. After `PartnerUnavailable` the outcome is unknown: ask `payment_status` or repeat the same call."""
        body = {"otp": otp, "invoice_url": invoice_url, "invoice_code": invoice_code}
        return self._published(credentials, "/payment/authorize", body, authorization=f"Payment {payment_token}")

    def payment_status(self, *, credentials: Credentials, invoice_code: str) -> dict[str, Any]:
        """Return what Prakerja knows about one of our invoices."""
        return self._published(credentials, "/payment/status", {"invoice_code": invoice_code}, may_repeat=True)

    def void(self, *, credentials: Credentials, invoice_code: str, transaction_code: str) -> None:
        """Cancel a payment; a second cancellation is refused."""
        body = {"invoice_code": invoice_code, "transaction_code": transaction_code}
        self._published(credentials, "/payment/void", body)

    # ---- published calls of an institution ----

    def verification_url(
        self, *, credentials: Credentials, redeem_code: str, redirect_uri: str, email: str, sequence: int
    ) -> dict[str, Any]:
        """Ask for the page on which the participant proves to be there: `url` to open, `state` to know it again.

        Asking again replaces the state before it, so a lost answer is asked for once more."""
        body = {"redeem_code": redeem_code, "redirect_uri": redirect_uri, "email": email, "sequence": sequence}
        return self._published(credentials, "/oauth/url-generate", body, may_repeat=True)

    def redeem_status(self, *, credentials: Credentials, redeem_code: str, sequence: int = 1) -> dict[str, Any]:
        """Return which course and schedule a code opens, whether it was used (`status` 1), and whether the
        attendance of this sequence is verified (`attendance_status` 1)."""
        body = {"redeem_code": redeem_code, "sequence": sequence}
        return self._published(credentials, "/payment/redeem-code/status", body, may_repeat=True)

    def redeem_commit(self, *, credentials: Credentials, redeem_code: str) -> dict[str, Any]:
        """Declare the code used. After `PartnerUnavailable` ask `redeem_status`."""
        return self._published(credentials, "/payment/redeem-code/commit", {"redeem_code": redeem_code})

    def submit_assignment(
        self, *, credentials: Credentials, redeem_code: str, scope: str, sequence: int, url_file: str
    ) -> dict[str, Any]:
        """Hand in one file of a participant. Prakerja fetches it later; `submission_status` tells the outcome."""
        body = {"redeem_code": redeem_code, "scope": scope, "sequence": sequence, "url_file": url_file}
        return self._published(credentials, "/tpm/submission", body, may_repeat=True)

    def submit_feedback(
        self, *, credentials: Credentials, redeem_code: str, scope: str, sequence: int, notes: str
    ) -> dict[str, Any]:
        """Give the teacher's words on an assignment that was handed in; no file goes with them."""
        body = {"redeem_code": redeem_code, "scope": scope, "sequence": sequence, "notes": notes, "url_file": ""}
        return self._published(credentials, "/tpm/feedback/submission", body, may_repeat=True)

    def submission_status(
        self, *, credentials: Credentials, redeem_code: str, scope: str, sequence: int
    ) -> tuple[int, int]:
        """Return where assignment and feedback stand: 0 not submitted, 1 pending, 2 accepted, 3 failed."""
        body = {"redeem_code": redeem_code, "scope": scope, "sequence": sequence}
        data = self._published(credentials, "/tpm/submission/status", body, may_repeat=True)
        return int(data["assignment"]["status"]), int(data["feedback"]["status"])

    # ---- newer calls, signed with SHA-256 ----

    def listings(self, *, credentials: Credentials) -> Iterator[dict[str, Any]]:
        """Yield every course this platform may sell, with its price and schedules."""
        return self._pages(credentials, "/listings")

    def course_runs(self, *, credentials: Credentials) -> Iterator[dict[str, Any]]:
        """Yield every class of this institution."""
        return self._pages(credentials, "/course-runs")

    def transaction(self, *, credentials: Credentials, invoice_code: str) -> dict[str, Any]:
        """Return one of our transactions with its voucher code (null when only the dashboard shows it)."""
        return self._partner(credentials, "GET", f"/transactions/{quote(invoice_code, safe='')}")

    def required_assignments(self, *, credentials: Credentials, redeem_code: str) -> int:
        """Return how many assignments are mandatory for this redeemed code: its participant's wave decides."""
        status = self.redeem_status(credentials=credentials, redeem_code=redeem_code)
        query = f"/redemptions?invoice_code={quote(str(status['invoice_code']), safe='')}"
        found = self._partner(credentials, "GET", query)["items"]
        return next((int(item["required_assignments"]) for item in found if item["redeem_code"] == redeem_code), 0)

    def confirm_on_site(
        self, *, credentials: Credentials, redeem_code: str, sequence: int, idempotency_key: str
    ) -> dict[str, Any]:
        """Declare that whoever showed this code is at our door. The same call with the same key may be sent again."""
        body = {"redeem_code": redeem_code, "sequence": sequence}
        return self._partner(credentials, "POST", "/attendances", body, idempotency_key)

    def report_completion(
        self, *, credentials: Credentials, idempotency_key: str, report: dict[str, Any]
    ) -> dict[str, Any]:
        """Report a finished class. The same report with the same key may be sent again."""
        return self._partner(credentials, "POST", "/completions", report, idempotency_key)

    # ---- how a call is made ----

    def _pages(self, credentials: Credentials, path: str) -> Iterator[dict[str, Any]]:
        cursor = ""
        for _ in range(MAX_PAGES):
            query = f"?limit=100&cursor={quote(cursor, safe='')}" if cursor else "?limit=100"
            data = self._partner(credentials, "GET", path + query)
            yield from data["items"]
            cursor = data.get("next_cursor") or ""
            if not cursor:
                return
        raise PartnerUnavailable("the list of pages has no end")

    def _published(
        self,
        credentials: Credentials,
        path: str,
        body: dict[str, Any],
        *,
        authorization: str = "",
        may_repeat: bool = False,
    ) -> dict[str, Any]:
        return self._call(
            credentials,
            method="POST",
            path=PUBLISHED + path,
            body=body,
            algorithm="sha1",
            authorization=authorization,
            may_repeat=may_repeat,
        )

    def _partner(
        self,
        credentials: Credentials,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        idempotency_key: str = "",
    ) -> dict[str, Any]:
        return self._call(
            credentials,
            method=method,
            path=PARTNER + path,
            body=body,
            algorithm="sha256",
            idempotency_key=idempotency_key,
            may_repeat=True,
        )

    def _call(
        self,
        credentials: Credentials,
        *,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        algorithm: str,
        authorization: str = "",
        idempotency_key: str = "",
        may_repeat: bool = False,
    ) -> dict[str, Any]:
        text = "" if body is None else json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Language": self._language(),
        }
        if authorization:
            headers["Authorization"] = authorization
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        request = self._http.build_request(method, path, content=text.encode() or None, headers=headers)
        timestamp = str(int(self._wall_time()))
        request.headers["client_code"] = credentials.client_code
        request.headers["timestamp"] = timestamp
        # What is signed is what is sent: the path as httpx has written it.
        request.headers["signature"] = signature(
            credentials=credentials,
            timestamp=timestamp,
            method=method,
            path=request.url.raw_path.decode(),
            authorization=authorization,
            body=text,
            algorithm=algorithm,
        )
        return _read(self._send(request, may_repeat=may_repeat))

    def _send(self, request: httpx.Request, *, may_repeat: bool) -> httpx.Response:
        try:
            return self._http.send(request)
        except httpx.TimeoutException as error:
            raise PartnerUnavailable("no answer in time") from error
        except httpx.TransportError as error:
            if not may_repeat:
                raise PartnerUnavailable("the connection broke") from error
        try:
            return self._http.send(request)
        except httpx.TransportError as error:
            raise PartnerUnavailable("the connection broke twice") from error


def _read(response: httpx.Response) -> dict[str, Any]:
    """Open the envelope: data of a success, `PartnerRefusal` or `PartnerUnavailable` otherwise."""
    try:
        envelope = response.json()
    except ValueError as error:
        raise PartnerUnavailable(f"status {response.status_code} without JSON") from error
    if not isinstance(envelope, dict) or response.status_code >= 500:
        raise PartnerUnavailable(f"status {response.status_code}")
    if response.status_code == 200 and envelope.get("success") is True:
        data = envelope.get("data")
        return data if isinstance(data, dict) else {}
    raise PartnerRefusal(
        code=str(envelope.get("code", "")),
        message=str(envelope.get("message", "")),
        status=response.status_code,
    )
