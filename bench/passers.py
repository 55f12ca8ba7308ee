"""`python -m bench.passers FILE`: people who have nothing to do with a wave, beside everything that is done for it.

Every second somebody asks the portal for a sign-in code and waits until it is on the phone; some times a second somebody buys
at a shop: the shop asks for the OTP, the buyer reads it on the phone, the shop pays with it. A line on standard input begins
a phase by its name, an empty one a pause; at the end of the input everything measured is printed as one JSON document.
"""

from __future__ import annotations

import http.client
import json
import re
import sqlite3
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.load import Connection
from bench.signed import Request

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_OTP = re.compile(r"(?<![\d.])\d{6}(?![\d.])")
_LOOKS_EVERY = 0.02
_PATIENCE = 90.0
_PREFIX = "/api/v1/integration/payment"


class Passers:
    """Measures by phase: seconds of each signed call, and until each code was on its phone."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self._buyers: list[list[str]] = given["buyers"]
        self._phase = ""
        self._number = self._asked = 0
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self.found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.failures: list[str] = []

    def begin(self, phase: str) -> None:
        self._phase = phase

    def keep_on(self, work: Callable[[str], None], every: float) -> None:
        """Begin a piece of work every so many seconds, whatever became of the earlier ones."""

        def go_on() -> None:
            due = time.monotonic()
            while True:
                due = max(due + every, time.monotonic() - every)
                time.sleep(max(0.0, due - time.monotonic()))
                if self._phase:
                    thread = threading.Thread(target=self._tried, args=(work, self._phase), daemon=True)
                    self._threads.append(thread)
                    thread.start()

        threading.Thread(target=go_on, daemon=True).start()

    def end(self) -> None:
        """Wait for those who still wait."""
        self._phase = ""
        deadline = time.monotonic() + _PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def sign_in(self, phase: str) -> None:
        """Ask the portal for a code, as a browser does, from one of many addresses: one of them alone would be slowed."""
        with self._lock:
            self._asked += 1
            number = self._asked
        phone = self._buyers[-1 - number % len(self._buyers)][0]
        last = self._newest(phone, after=0)[0]
        portal = http.client.HTTPConnection(
            "127.0.0.1", self._given["portal"], timeout=60, source_address=(f"127.0.{number % 100}.2", 0)
        )
        portal.request("GET", "/masuk")
        answer = portal.getresponse()
        form = _TOKEN.search(answer.read().decode())
        cookies = "; ".join(value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie") or [])
        if form is None:
            raise RuntimeError(f"no form at the portal: {answer.status}")
        began = time.monotonic()
        portal.request(
            "POST",
            "/masuk",
            urlencode({"csrfmiddlewaretoken": form[1], "phone": phone}),
            {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies},
        )
        status = portal.getresponse().status
        portal.close()
        if status != 302:
            raise RuntimeError(f"the portal answered {status}")
        self._wait_for_code(phone, after=last)
        self.found[phase]["sign-in code"].append(time.monotonic() - began)

    def buy(self, phase: str) -> None:
        """One purchase at a shop, by somebody who has bought nothing yet. Nobody left: nothing."""
        with self._lock:
            if self._number >= len(self._buyers):
                return
            phone, card = self._buyers[self._number]
            self._number += 1
            number = self._number
        shop = self._given["platforms"][number % len(self._given["platforms"])]
        course = self._given["courses"][number % len(self._given["courses"])]
        last = self._newest(phone, after=0)[0]
        began = time.monotonic()
        said = self._call(
            phase,
            "send-otp",
            shop,
            {
                "user_platform_id": f"pembeli-{number}",
                "prakerja_id": card,
                "course_code": course["course"],
                "schedule_code": course["run"],
                "amount": self._given["price"],
            },
        )
        otp = self._wait_for_code(phone, after=last)
        self.found[phase]["purchase code"].append(time.monotonic() - began)
        invoice = {"otp": otp, "invoice_code": f"INV-P{number}", "invoice_url": f"https://platform.example/{number}"}
        self._call(phase, "authorize", shop, invoice, authorization=f"Payment {said['data']['payment_token']}")

    def _call(
        self, phase: str, path: str, shop: dict[str, str], body: dict[str, Any], *, authorization: str = ""
    ) -> dict[str, Any]:
        request = Request(
            client_code=shop["client_code"],
            sign_key=shop["sign_key"],
            path=f"{_PREFIX}/{path}",
            body=json.dumps(body, separators=(",", ":")).encode(),
            authorization=authorization,
        ).signed(str(int(time.time())))
        began = time.monotonic()
        connection = Connection(self._given["partner_api"])
        answer = connection.ask(request)
        took = time.monotonic() - began
        connection.socket.close()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{path} answered {answer[-300:].decode(errors='replace')}")
        self.found[phase][path].append(took)
        document: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
        return document

    def _tried(self, work: Callable[[str], None], phase: str) -> None:
        try:
            work(phase)
        except Exception as error:
            self.failures.append(f"{phase}: {work.__name__}: {type(error).__name__}: {error}")
            print(self.failures[-1], file=sys.stderr, flush=True)

    def _wait_for_code(self, phone: str, *, after: int) -> str:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            text = self._newest(phone, after=after)[1]
            if found := _OTP.search(text):
                return found[0]
            time.sleep(_LOOKS_EVERY)
        raise RuntimeError("no code came")

    def _newest(self, phone: str, *, after: int) -> tuple[int, str]:
        """The last SMS with a code on a phone, looked up in the phone's own file: reading its page would be load on it."""
        file = sqlite3.connect(f"file:{self._given['phone']}?mode=ro", uri=True, timeout=30)
        try:
            found = file.execute(
                "SELECT id, text FROM message WHERE address = ? AND id > ? AND text LIKE '%OTP%' ORDER BY id DESC LIMIT 1",
                (phone, after),
            ).fetchone()
        finally:
            file.close()
        return (int(found[0]), str(found[1])) if found else (after, "")


def main(path: Path) -> None:
    """Measure phase after phase, as standard input says."""
    # Whoever waits for an answer takes it when it comes, and not five milliseconds later because another one looks at a phone.
    sys.setswitchinterval(0.0005)
    given = json.loads(path.read_text(encoding="utf-8"))
    passers = Passers(given)
    passers.keep_on(passers.sign_in, 1.0)
    passers.keep_on(passers.buy, 1.0 / given["purchases_a_second"])
    for line in sys.stdin:
        passers.begin(line.strip())
    passers.end()
    json.dump({"found": passers.found, "failures": passers.failures}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
