"""kill -9, again and again, of the worker and the partners' door, while people buy and shops take purchases back; and a database that
has no connection left to give.

What was answered counts, what was not is asked for again as it was, and afterwards every rupiah is where it should be.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest

from prakerja.kernel.secrets import Keys
from prakerja.postgres import adopt_or_own
from prakerja.postgres.layout import Layout
from tests import running
from tests.callbacks.signed import callback_signature
from tests.waiting import LIMIT, finish, pause, wait_until

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]
PAYMENT = "/api/v1/integration/payment"
PRICE = 250_000
BUYERS, ROUNDS, KILLS = 3, 4, 4
_OTP = re.compile(r"\b(\d{6})\b")


@dataclass
class Shop:
    """A client as a partner would write it: what got no answer is sent again, to the letter."""

    url: str
    name: str
    client_code: str
    sign_key: str
    asked_again: int = 0

    def ask_once(self, call: str, members: dict[str, Any], token: str = "") -> httpx.Response:
        path = f"{PAYMENT}/{call}"
        body = json.dumps(members, separators=(",", ":"))
        stamp = str(int(time.time()))
        signed = f"{self.client_code}{stamp}POST{path}{body}".encode()
        headers = {
            "Content-Type": "application/json",
            "client_code": self.client_code,
            "timestamp": stamp,
            "signature": hmac.new(self.sign_key.encode(), signed, hashlib.sha1).hexdigest(),
        } | ({"Authorization": f"Payment {token}"} if token else {})
        return httpx.post(f"{self.url}{path}", content=body, headers=headers, timeout=LIMIT, trust_env=False)

    def ask(self, call: str, members: dict[str, Any], token: str = "") -> tuple[int, dict[str, Any]]:
        def answered() -> tuple[int, dict[str, Any]] | None:
            try:
                answer = self.ask_once(call, members, token)
            except httpx.TransportError:
                answer = None
            if answer is None or answer.status_code >= 500:
                self.asked_again += 1
                return None
            return answer.status_code, answer.json()

        got = wait_until(answered, what=call)
        assert got is not None
        return got


@dataclass
class Buyer:
    card: str
    phone: str
    shops: list[Shop]
    goods: dict[str, Any]
    bought: list[dict[str, Any]] = field(default_factory=list)
    failure: str = ""

    def live(self) -> None:
        """Buy at one shop after the other; all but the last purchase are taken back."""
        try:
            for number, shop in enumerate(self.shops):
                self._buy(shop, f"INV-{self.card[-6:]}-{number}")
                if number < len(self.shops) - 1:
                    self._take_back(shop)
        except BaseException as error:
            self.failure = repr(error)

    def _buy(self, shop: Shop, invoice: str) -> None:
        intent = {
            "user_platform_id": f"user-{self.card[-6:]}",
            "prakerja_id": self.card,
            "course_code": self.goods["course_code"],
            "schedule_code": self.goods["schedule_code"],
            "amount": PRICE,
        }
        status, answer = shop.ask("send-otp", intent)
        if answer.get("code") == "ERRPLT42990":
            # The door was killed between its commit and its answer: a code is under way, and for a minute there is no other.
            def again() -> tuple[int, dict[str, Any]] | None:
                got = shop.ask("send-otp", intent)
                return None if got[1].get("code") == "ERRPLT42990" else got

            status, answer = wait_until(again, what="another code may be asked for") or (status, answer)
        assert status == 200, answer
        # By the shop that it names: a killed worker may have sent the code of an earlier purchase twice.
        text = wait_until(lambda: self._code_for(shop), what="the code arrives")
        otp = _OTP.search(text)
        assert otp is not None, text
        members = {"otp": otp[1], "invoice_code": invoice, "invoice_url": f"https://toko.example/{invoice}"}
        status, answer = shop.ask("authorize", members, token=answer["data"]["payment_token"])
        assert status == 200, answer
        self.bought.append(answer["data"])

    def _take_back(self, shop: Shop) -> None:
        one = self.bought[-1]
        members = {name: one[name] for name in ("invoice_code", "transaction_code")}
        status, answer = shop.ask("void", members)
        # The answer to the first may have been lost: then it was taken back before.
        assert status == 200 or answer["code"] == "ERRPLT40028", answer

    def _code_for(self, shop: Shop) -> str:
        """The message with the code for a purchase at this shop; "" while there is none."""
        found = httpx.get(self.phone, timeout=LIMIT, trust_env=False).json()
        texts = [str(one["text"]) for one in found]
        return next((text for text in texts if "OTP" in text and shop.name in re.sub(r"\W", "", text.lower())), "")


def processes(data_dir: Path, words: bytes) -> list[int]:
    """The living processes of this system whose command line says this."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (
                entry.name.isdigit()
                and words in (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                and str(data_dir).encode() in (entry / "environ").read_bytes()
                and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_kills_lose_and_double_nothing(system: running.System) -> None:
    partners = json.loads((system.data_dir / "prakerja" / "partners.json").read_text())["platforms"]
    goods = system.json("sandbox", "course", "--price", str(PRICE))
    buyers = []
    for number in range(BUYERS):
        made = system.json("sandbox", "participant", "--stage", "ready")
        codes = list(itertools.islice(itertools.cycle(sorted(partners)), number, number + ROUNDS))
        shops = [
            Shop(system.urls["partner_api"], code, partners[code]["client_code"], partners[code]["sign_key"])
            for code in codes
        ]
        phone = f"{system.urls['phone']}/phone/{quote(made['phone'])}/messages.json"
        buyers.append(Buyer(made["card_number"], phone, shops, goods))
    threads = [threading.Thread(target=buyer.live, name=f"buyer {index}") for index, buyer in enumerate(buyers)]
    # The last shop sells nothing and asks all the time, so that every kill of the door meets a call.
    name = sorted(partners)[-1]
    asking = Shop(system.urls["partner_api"], name, partners[name]["client_code"], partners[name]["sign_key"])
    is_over = threading.Event()

    def keep_asking() -> None:
        while not is_over.is_set():
            asking.ask("status", {"invoice_code": "INV-TIDAK-ADA"})
            pause()

    asker = threading.Thread(target=keep_asking, name="asker")
    for thread in (*threads, asker):
        thread.start()
    victims = dict.fromkeys((b"prakerja.config.worker", f"--port {system.base + 2} ".encode()), 0)
    for victim in itertools.islice(itertools.cycle(victims), KILLS * len(victims)):
        there = wait_until(lambda victim=victim: processes(system.data_dir, victim), what=victim)  # type: ignore[misc]
        pause()
        for pid in there:
            os.kill(pid, signal.SIGKILL)
        victims[victim] += 1
    for thread in threads:
        finish(thread)
    is_over.set()
    finish(asker)
    assert [buyer.failure for buyer in buyers] == [""] * BUYERS
    assert set(victims.values()) == {KILLS}
    assert asking.asked_again > 0
    for buyer in buyers:
        assert len({one["transaction_code"] for one in buyer.bought}) == ROUNDS
        states = [
            shop.ask("status", {"invoice_code": one["invoice_code"]})[1]["data"]["status"]
            for shop, one in zip(buyer.shops, buyer.bought, strict=True)
        ]
        assert states == ["VOID"] * (ROUNDS - 1) + ["SUCCESS"]
    assert system.json("proof", "--json")["ok"] is True


def test_without_connections_everybody_is_told_to_come_back(system: running.System) -> None:
    """Each door says so in its own words, nobody dies of it, and with the first free connection all of it goes on."""
    partners = json.loads((system.data_dir / "prakerja" / "partners.json").read_text())["platforms"]
    name = sorted(partners)[0]
    shop = Shop(system.urls["partner_api"], name, partners[name]["client_code"], partners[name]["sign_key"])
    made = system.json("sandbox", "participant", "--stage", "ready")
    goods = system.json("sandbox", "course", "--price", str(PRICE))
    bank_key = Keys(Layout(system.data_dir).keys).derive("bank")

    def from_bank() -> httpx.Response:
        sent_at = datetime.now(UTC).isoformat()
        body = json.dumps({"reference": "TIDAK-ADA", "status": "settled", "sent_at": sent_at}).encode()
        headers = {"X-Bank-Signature": callback_signature(bank_key, body)}
        url = f"{system.urls['callbacks']}/bank/results"
        return httpx.post(url, content=body, headers=headers, timeout=LIMIT, trust_env=False)

    def page(door: str, path: str) -> Callable[[], httpx.Response]:
        # Somebody who was signed in once; the doors' first pages need no database.
        cookies = {f"{door}_session": "x" * 32}
        return lambda: httpx.get(f"{system.urls[door]}/{path}", cookies=cookies, timeout=LIMIT, trust_env=False)

    questions: dict[str, Callable[[], httpx.Response]] = {
        "portal": page("portal", "data-saya"),
        "console": page("console", "accounts/sessions/"),
        "partner_api": lambda: shop.ask_once("status", {"invoice_code": "INV-TIDAK-ADA"}),
        "callbacks": from_bank,
    }
    before = {door: ask().status_code for door, ask in questions.items()}
    assert before == {"portal": 302, "console": 302, "partner_api": 404, "callbacks": 404}
    pids = [processes(system.data_dir, one) for one in (b"prakerja.serving", b"prakerja.config.worker")]
    with ThreadPoolExecutor(len(questions)) as pool, adopt_or_own(system.data_dir) as server:
        with without_connections(server.dsn):
            asked = {door: pool.submit(ask) for door, ask in questions.items()}
            answers = {door: one.result(LIMIT) for door, one in asked.items()}
        assert {door: answer.status_code for door, answer in answers.items()} == dict.fromkeys(questions, 503)
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers.values())
        assert answers["partner_api"].json()["code"] == "ERRINT50390"
        assert answers["callbacks"].json() == {"error": "busy"}
        for door in ("portal", "console"):
            assert "Sistem sedang sibuk" in answers[door].text
            assert answers[door].headers["X-Request-Id"] in answers[door].text
    for door, ask in questions.items():
        wait_until(lambda ask=ask, door=door: ask().status_code == before[door], what=f"{door} is back")  # type: ignore[misc]
    # The worker too: it sends the code without which nobody buys.
    phone = f"{system.urls['phone']}/phone/{quote(made['phone'])}/messages.json"
    buyer = Buyer(made["card_number"], phone, [shop], goods)
    buyer.live()
    assert buyer.failure == ""
    assert [processes(system.data_dir, one) for one in (b"prakerja.serving", b"prakerja.config.worker")] == pids
    assert system.json("proof", "--json")["ok"] is True


@contextlib.contextmanager
def without_connections(dsn: str) -> Iterator[None]:
    """Take every connection that the server has, those of others included, and hold them."""
    with contextlib.ExitStack() as held:
        first = held.enter_context(psycopg.connect(dsn, autocommit=True))
        [most] = first.execute("SELECT current_setting('max_connections')::int").fetchone() or (0,)
        ours = [first.info.backend_pid]

        def all_are_ours() -> bool:
            with contextlib.suppress(psycopg.OperationalError):
                while len(ours) < most:
                    one = held.enter_context(psycopg.connect(dsn, autocommit=True))
                    ours.append(one.info.backend_pid)
            first.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> ALL(%s)",
                [ours],
            )
            return len(ours) == most

        wait_until(all_are_ours, what="every connection is taken")
        yield
