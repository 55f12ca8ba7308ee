"""A receiver in a process of its own, and partners who registered it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.kernel.clock import wall
from prakerja.partners.models import Partner
from prakerja.partners.operations import register_origins
from prakerja.webhooks.endpoints import set_webhook
from prakerja.webhooks.operations import collect_events, send_deliveries
from tests import builders as b
from tests.webhooks import receiver as program

LATER = b.BUY_AT + timedelta(hours=1)


@dataclass
class Receiver:
    folder: Path
    url: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Every request so far: path, headers, body."""
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))]

    def answers(self, status: int, retry_after: str = "") -> None:
        """Answer everything from now on with this status."""
        (self.folder / "answer").write_text(f"{status} {retry_after}")


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    process = subprocess.Popen(
        [sys.executable, str(Path(program.__file__)), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield Receiver(tmp_path, f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.kill()
        process.communicate()


class Scene:
    """A platform and an institution of a sandbox; both want to be told at their own path of the receiver."""

    def __init__(self, receiver: Receiver, *, wave: int = 21) -> None:
        self.receiver = receiver
        self.world = b.world(wave=wave)
        Partner.objects.update(is_sandbox=True)
        self.platform = self.world.platform.partner_id
        self.institution = self.world.institution.partner_id
        for credential in (self.world.platform, self.world.institution):
            register_origins(actor=SYSTEM, code=credential.client_code, origins=[receiver.url], at=b.ANNOUNCED)
        self.secret = self.tell(self.platform, "/platform")
        self.other_secret = self.tell(self.institution, "/lembaga")

    def tell(self, partner_id: Any, path: str, **options: Any) -> str:
        _, secret = set_webhook(
            actor=SYSTEM, partner_id=partner_id, url=self.receiver.url + path, at=b.ANNOUNCED, **options
        )
        return secret or ""

    def buy(self, invoice: str = "INV-1", **course: Any) -> str:
        """Buy a class; returns its code."""
        self.who = b.participant(self.world)
        _, self.run = b.course(self.world, **course)
        self.receipt = b.buy(self.world, self.who, self.run, invoice=invoice)
        return b.code_of(self.who.person_id)

    def work(self, at: datetime | None = None) -> int:
        """What the worker does, at a wall time; returns how many messages were tried."""
        moment = at or wall()
        collect_events(wall=moment)
        return send_deliveries(wall=moment, at=LATER)


@pytest.fixture
def scene(db: None, receiver: Receiver) -> Scene:
    return Scene(receiver)
