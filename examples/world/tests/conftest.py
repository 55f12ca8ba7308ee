"""One running world for all tests of this folder; every test uses numbers and references of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from examples.world.doors import signature
from examples.world.testing import RunningWorld, running_world
from tests.waiting import LIMIT, serving, wait_until


@dataclass
class Programme:
    """What the bank calls: it writes down what comes and refuses as often as it is told."""

    url: str
    refuse_next: int = 0
    calls: list[tuple[dict[str, Any], str, bytes]] = field(default_factory=list)
    arrived: threading.Lock = field(default_factory=threading.Lock)

    def wait_for(self, reference: str, *, calls: int = 1) -> list[dict[str, Any]]:
        """The bodies that came for a reference, once there are that many."""

        def bodies() -> list[dict[str, Any]]:
            with self.arrived:
                return [body for body, _, _ in self.calls if body["reference"] == reference]

        wait_until(lambda: len(bodies()) >= calls, what=f"{calls} calls about {reference}")
        return bodies()


@pytest.fixture(scope="session")
def programme() -> Iterator[Programme]:
    """A small server that takes ``POST /bank/results``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            with state.arrived:
                state.calls.append((json.loads(raw), self.headers["X-Bank-Signature"], raw))
                refused = state.refuse_next > 0
                state.refuse_next -= refused
            self.send_response(503 if refused else 200 if self.path == "/bank/results" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the test looks at what came."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state = Programme(f"http://127.0.0.1:{server.server_address[1]}")
        with serving(server):
            yield state


@pytest.fixture(scope="session")
def world(programme: Programme) -> Iterator[RunningWorld]:
    """The program itself, with a bank that is silent for as long as anybody listens and quick to return."""
    with running_world(
        CALLBACKS_URL=programme.url,
        PORTAL_URL="http://127.0.0.1:8000/",
        BANK_SILENCE_SECONDS=str(LIMIT),
        BANK_RETURN_SECONDS="0.2",
    ) as running:
        yield running


@pytest.fixture
def browser(world: RunningWorld) -> Iterator[httpx.Client]:
    """A browser of its own: cookies, and it asks for pages."""
    with httpx.Client(
        base_url=world.url, trust_env=False, follow_redirects=True, headers={"Accept": "text/html"}, timeout=LIMIT
    ) as client:
        yield client


@pytest.fixture
def gateway(world: RunningWorld) -> Iterator[httpx.Client]:
    """The programme's message gateway."""
    with httpx.Client(
        base_url=world.url, trust_env=False, headers={"Authorization": f"Bearer {world.gateway_key}"}, timeout=LIMIT
    ) as client:
        yield client


@dataclass(frozen=True)
class BankClient:
    """Signs what it sends, as the programme does."""

    client: httpx.Client
    key: str

    def post(self, path: str, body: object) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(path, content=raw, headers={"X-Bank-Signature": signature(self.key, raw)})

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers={"X-Bank-Signature": signature(self.key, b"")})


@pytest.fixture
def bank(world: RunningWorld) -> Iterator[BankClient]:
    """The programme's payout provider."""
    with httpx.Client(base_url=world.url, trust_env=False, timeout=LIMIT) as client:
        yield BankClient(client, world.bank_key)
