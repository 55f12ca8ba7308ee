"""The one way out to the network. It refuses inside a transaction, ends in time and writes no address to a log."""

from __future__ import annotations

import atexit
import functools
import json as json_module
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from django.db import connections

_LOG = logging.getLogger(__name__)
_MOST_ANSWER_BYTES = 1024 * 1024

# httpx and its transport log whole addresses, and an address may hold a telephone number or a reference. What is worth
# knowing of a call is logged below, without its path.
for _name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks"):
    logging.getLogger(_name).addFilter(lambda record: False)


class NetworkInsideTransaction(RuntimeError):
    """A call to the network inside a transaction: locks would be held for as long as a stranger likes."""


class NetworkFailure(Exception):
    """There is no answer. The message names the host and the kind of failure, nothing that was sent."""


class NotSent(NetworkFailure):
    """Nothing reached the other side, so the same call may be made again."""


class NoAnswer(NetworkFailure):
    """The call may have reached the other side and may have been obeyed: ask before repeating it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said. Its body is kept out of representations, hence out of logs."""

    status: int
    content: bytes
    # For how many seconds (wall) the other side wants no call, if it said so.
    retry_after: int | None = None

    def __repr__(self) -> str:
        return f"Answer(status={self.status}, {len(self.content)} bytes)"

    def json(self) -> Any:
        """The body as JSON; None when it is none, which no sensible answer of ours ever is."""
        try:
            return json_module.loads(self.content)
        except (ValueError, RecursionError):
            return None


def request(
    method: str,
    url: str,
    *,
    json: Any = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    connect_timeout: float = 2.0,
    read_timeout: float = 5.0,
) -> Answer:
    """Make one call and return its answer, whatever its status; redirects are not followed, proxies not used.

    `json` is sent as a JSON body; `content` as it is (signed bodies). Time-outs are wall seconds: `connect_timeout` to
    reach the host, `read_timeout` for the whole answer, however slowly it drips.

    :raises NetworkInsideTransaction: a transaction of the calling thread is open (architecture.md "Transactions").
    :raises NotSent: the host was not reached.
    :raises NoAnswer: it was reached and gave no complete answer in time, or one of more than 1 MiB.
    """
    refuse_inside_transaction()
    sent_headers = dict(headers or {})
    if json is not None:
        content = json_module.dumps(json).encode()
        sent_headers.setdefault("Content-Type", "application/json")
    started = time.monotonic()
    host = "?"
    outcome = "failed"
    try:
        host = httpx.URL(url).netloc.decode()
        limits = httpx.Timeout(read_timeout, connect=connect_timeout, pool=connect_timeout)
        with _client(os.getpid()).stream(
            method, url, content=content, headers=sent_headers, timeout=limits
        ) as response:
            content = _read(response, started + connect_timeout + read_timeout)
            answer = Answer(response.status_code, content, _seconds(response.headers.get("Retry-After", "")))
        outcome = str(answer.status)
        return answer
    except (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
    ) as e:
        raise NotSent(f"{host} was not reached ({type(e).__name__})") from None
    except httpx.HTTPError as e:
        raise NoAnswer(f"{host} gave no answer ({type(e).__name__})") from None
    finally:
        _LOG.debug("%s %s %s in %d ms", method, host, outcome, (time.monotonic() - started) * 1000)


def _seconds(said: str) -> int | None:
    """A date, which some say instead, is read by their clock: it says nothing to us."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def refuse_inside_transaction() -> None:
    """Raise NetworkInsideTransaction when this thread has a transaction open on any database.

    The transaction that a test's own wrapper opens and rolls back is not one of ours, as in Django's `durable`.
    """
    for connection in connections.all(initialized_only=True):
        blocks = connection.atomic_blocks
        if connection.in_atomic_block and not (blocks and getattr(blocks[-1], "_from_testcase", False)):
            raise NetworkInsideTransaction("no network call inside a transaction: write the intent, commit, then call")


def _read(response: httpx.Response, deadline: float) -> bytes:
    """The whole body, or NoAnswer: the client's own time-out is per piece and a slow drip would outlast it."""
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > _MOST_ANSWER_BYTES:
            raise NoAnswer("the answer is too long")
        if time.monotonic() > deadline:
            raise NoAnswer("the answer takes too long")
    return bytes(content)


@functools.lru_cache(maxsize=1)
def _client(process_id: int) -> httpx.Client:
    """One pool of connections per process; a fork starts its own."""
    client = httpx.Client(trust_env=False, follow_redirects=False, limits=httpx.Limits(max_connections=40))
    atexit.register(client.close)
    return client
