"""How the kit talks to the server under test: it signs by itself, sends exact bytes, and looks at every answer.

Nothing here comes from our own door: a mistake there must not hide in the kit.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import re
import ssl
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

INTEGRATION = "/api/v1/integration"
PAYMENT = f"{INTEGRATION}/payment"
OWN = "/api/v1/partner"


# A server that broke off so many requests in a row is gone; one that breaks off now and then is told so.
_GIVES_UP = 3
# What a server says to whom it finds too fast (contract.md G14).
_SLOWER = "ERRINT42990"
_PATIENCE_S = 60


class Unreachable(Exception):
    """No answer came. The message is the kind of fault, without an address."""


@dataclass(frozen=True)
class Credentials:
    """What a partner holds. The key stays out of every representation."""

    client_code: str
    sign_key: str = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """Status and body of one answer; `document` is None when it is no JSON object. Status 0: none came."""

    status: int
    document: dict[str, Any] | None
    content_type: str = ""
    raw: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The error code, or "" when there is none."""
        found = (self.document or {}).get("code")
        return found if isinstance(found, str) else ""

    @property
    def succeeded(self) -> bool:
        return self.status == 200 and (self.document or {}).get("success") is True

    @property
    def data(self) -> dict[str, Any]:
        found = (self.document or {}).get("data")
        return found if isinstance(found, dict) else {}

    @property
    def message(self) -> str:
        found = (self.document or {}).get("message")
        return found if isinstance(found, str) else ""

    def is_refusal(self, status: int, code: str) -> bool:
        return (self.status, self.code) == (status, code)

    def shown(self) -> str:
        """What a report says of it: status and code, never what it holds about a person."""
        if not self.status:
            return f"no answer ({self.content_type})"
        if self.document is None:
            return f"{self.status}, no JSON object"
        return f"{self.status} {self.code}".strip()


def now() -> int:
    """Unix seconds of the real clock: a server under test knows no other."""
    return int(time.time())


def compact(members: Any) -> bytes:
    """JSON without white space, characters beyond ASCII as they are."""
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()


def signature(*, key: str, parts: dict[str, str], body: bytes, algorithm: str = "sha1") -> str:
    """Lower-case hex of the published raw text: client + timestamp + [nonce] + method + path + [authorization] + body."""
    order = ("client", "timestamp", "nonce", "method", "path", "authorization")
    head = "".join(parts.get(name, "") for name in order).encode()
    return hmac.new(key.encode(), head + body, getattr(hashlib, algorithm)).hexdigest()


@functools.cache
def certificates() -> ssl.SSLContext:
    """Who may vouch for a server. Read once: reading them takes longer than most answers."""
    return httpx.create_ssl_context(trust_env=False)


class Wire:
    """One server. Remembers what was wrong with the envelopes of its answers."""

    def __init__(self, base_url: str, *, timeout_s: float, forges: bool = True) -> None:
        self.forges = forges
        self.base_url = base_url.rstrip("/")
        # The address given is the address meant: proxy variables of the machine are ignored.
        # A connection for each request: a server that refuses a large body unread closes its connection, at a moment of
        # its own, and the request after it must not be what finds out.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(
            timeout=timeout_s, trust_env=False, verify=certificates(), follow_redirects=False, limits=limits
        )
        self.broken_envelopes: list[str] = []
        self.answers = 0
        # Of the answers that have one. Something in between that keeps a server's headers to itself leaves none.
        self.request_ids: list[str] = []
        self._was_answered = False
        # Seconds that a whole run may wait because it asks too fast.
        self._patience = _PATIENCE_S
        self._silences = 0

    def close(self) -> None:
        self._http.close()

    def post(
        self,
        credentials: Credentials,
        path: str,
        members: Any,
        *,
        authorization: str = "",
        **changes: Any,
    ) -> Answer:
        """Sign and send a call of the published contract. `changes` are those of `send`."""
        body = members if isinstance(members, bytes) else compact(members)
        return self.send(credentials, method="POST", path=path, body=body, authorization=authorization, **changes)

    def get(self, credentials: Credentials, target: str, *, algorithm: str = "sha256", **changes: Any) -> Answer:
        """Sign and send a GET of our own endpoints."""
        return self.send(credentials, method="GET", path=target, body=b"", algorithm=algorithm, **changes)

    def write(
        self, credentials: Credentials, method: str, path: str, members: Any, key: str | None, **changes: Any
    ) -> Answer:
        """Sign and send a write of our own endpoints under an Idempotency-Key (None: without one)."""
        headers = {"Idempotency-Key": key, **changes.pop("headers", {})}
        return self.send(
            credentials,
            method=method,
            path=path,
            body=compact(members),
            algorithm="sha256",
            headers=headers,
            **changes,
        )

    def send(
        self,
        credentials: Credentials,
        *,
        method: str,
        path: str,
        body: bytes,
        signed: bytes | None = None,
        sent_path: str | None = None,
        authorization: str = "",
        algorithm: str = "sha1",
        timestamp: str | None = None,
        headers: dict[str, str | None] | None = None,
        nonce: str = "",
        signed_parts: dict[str, str] | None = None,
    ) -> Answer:
        """Send `body` signed as `signed` (else as itself). `headers` replace or, with None, leave out our own.

        `signed_parts` are parts of the signed text that shall not be those that are sent (of `signature`, by name; `client`
        for the client's code): so forgeries are made.
        """
        stamp = timestamp or str(now())
        parts = {
            "client": credentials.client_code,
            "timestamp": stamp,
            "nonce": nonce,
            "method": method,
            "path": path,
            "authorization": authorization,
            **(signed_parts or {}),
        }
        made = signature(
            key=credentials.sign_key, parts=parts, body=body if signed is None else signed, algorithm=algorithm
        )
        wanted: dict[str, str | None] = {
            "Content-Type": "application/json",
            "client_code": credentials.client_code,
            "timestamp": stamp,
            "signature": made,
            "Authorization": authorization or None,
            "nonce": nonce or None,
        }
        for name, value in (headers or {}).items():
            known = next((one for one in wanted if one.lower() == name.lower()), name)
            kept = wanted.pop(known, None)
            # `=` keeps our value under the name as it is spelled here.
            wanted[name] = kept if value == "=" else value
        kept_headers = [(name, value) for name, value in wanted.items() if value is not None]
        return self._ask(method, sent_path or path, body, kept_headers)

    def sign_in(
        self,
        credentials: Credentials | None,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        signed: str = "",
        authorization: str = "",
        content_type: str = "application/json",
        timestamp: str = "",
        signed_parts: dict[str, str] | None = None,
        without: str = "",
    ) -> Answer:
        """Send one of the sign-in calls (contract.md 2.14), signed over the path `signed` when there is one; None: by nobody."""
        headers = [("Content-Type", content_type)] if body else []
        if credentials is not None:
            headers.append(("X-Client-Id", credentials.client_code))
        if credentials is not None and signed:
            stamp = timestamp or str(now())
            parts = {"client": credentials.client_code, "timestamp": stamp, "method": method, "path": signed}
            made = signature(key=credentials.sign_key, parts=parts | (signed_parts or {}), body=body)
            headers += [
                (name, value) for name, value in (("X-Timestamp", stamp), ("X-Signature", made)) if name != without
            ]
        if authorization:
            headers.append(("Authorization", authorization))
        return self._ask(method, target, body, headers)

    def _ask(self, method: str, path: str, body: bytes, headers: list[tuple[str, str]]) -> Answer:
        answer = self._ask_once(method, path, body, headers)
        # Whoever asks a thousand things may be told to ask more slowly. That is no answer to what was asked.
        while answer.code == _SLOWER and self._patience > 0:
            wait = answer.headers.get("retry-after", "")
            seconds = min(max(int(wait), 1), 10) if wait.isdigit() and len(wait) < 4 else 2
            self._patience -= seconds
            time.sleep(seconds)
            answer = self._ask_once(method, path, body, headers)
        problem = envelope_problem(answer)
        if problem:
            self.broken_envelopes.append(f"{method} {path}: {problem}")
        return answer

    def _ask_once(self, method: str, path: str, body: bytes, headers: list[tuple[str, str]]) -> Answer:
        try:
            response = self._http.request(method, self.base_url + path, content=body or None, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            answer = self._silence(type(error).__name__)
        else:
            self._was_answered, self._silences = True, 0
            answer = _answer(response)
        self.answers += 1
        if answer.headers.get("x-request-id"):
            self.request_ids.append(answer.headers["x-request-id"])
        return answer

    def _silence(self, fault: str) -> Answer:
        """A request that was broken off is an answer too, of a server that answers others. Raises Unreachable."""
        self._silences += 1
        if not self._was_answered or self._silences >= _GIVES_UP:
            raise Unreachable(fault)
        return Answer(status=0, document=None, content_type=fault)


def _answer(response: httpx.Response) -> Answer:
    try:
        document = response.json()
    except (ValueError, RecursionError):
        document = None
    return Answer(
        status=response.status_code,
        document=document if isinstance(document, dict) else None,
        content_type=response.headers.get("content-type", ""),
        raw=response.content,
        headers={name.lower(): value for name, value in response.headers.items()},
    )


_SUCCESS = {"success", "message", "data", "errorCode"}
_REFUSAL = {"success", "message", "code"}
_CODE = re.compile(r"ERR[A-Z]{3}([1-5][0-9]{2})[0-9]{2}|ERROAUTH(4)[0-9]{3}")


def envelope_problem(answer: Answer) -> str:
    """What is wrong with an envelope (contract.md 1.7), or ""."""
    found = answer.document
    if not answer.status:
        return answer.shown()
    if found is None:
        return f"{answer.status} without a JSON object"
    if not answer.content_type.startswith("application/json"):
        return f"Content-Type {answer.content_type or 'missing'}"
    if not isinstance(found.get("message"), str) or not found["message"]:
        return "no message"
    if answer.status == 200:
        if found.get("success") is not True:
            return "200 without success true"
        more = sorted(found.keys() - _SUCCESS)
        return f"a success with {', '.join(more)}" if more else ""
    if found.get("success") is not False:
        return f"{answer.status} without success false"
    if 200 <= answer.status < 300:
        return f"{answer.status}: clients take anything but 200 for a failure"
    if not answer.code.startswith("ERR"):
        return f"{answer.status} without a code"
    if "data" in found:
        return "a refusal with data"
    more = sorted(found.keys() - _REFUSAL)
    return f"a refusal with {', '.join(more)}" if more else _code_problem(answer)


def _code_problem(answer: Answer) -> str:
    """ERR, an area, the status and two digits (contract.md 1.7); the sign-in's have four digits and are all 400."""
    shape = _CODE.fullmatch(answer.code)
    if shape is None:
        return f"{answer.code} has not the shape of a code"
    told = 400 if shape[2] else int(shape[1])
    return "" if told == answer.status else f"{answer.code} with status {answer.status}"


def read_json(url: str) -> Any:
    """An unsigned GET of something that is no partner's call. Raises Unreachable."""
    try:
        return httpx.get(url, timeout=10, trust_env=False, verify=certificates()).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unreachable(type(error).__name__) from error
