"""Run by the test of doors that sell while they are upgraded, with the code of the release before: a shop and its customers.

`prepare` makes a class and people who may buy it, and prints them. `sell ADDRESS` reads that line and buys for one after the other at
the door there, until another line comes; prints a line for each customer, and in the end what failed and how many purchases there were.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import uuid
from typing import Any

import httpx

from tests.waiting import LIMIT

PAYMENT = "/api/v1/integration/payment"
PEOPLE = 24
# Between two customers, in seconds: the door is never idle, and they last for the whole upgrade.
PAUSE = 0.5


def prepare() -> None:
    """Uses the database as a command does, and gives it back."""
    from prakerja.cli.database import database

    with database(None, sandbox_only=True):
        from prakerja.kernel.clock import now
        from prakerja.sandbox import courses, partners_file
        from prakerja.sandbox.participants import make_participant

        offer = courses.make_course(at=now())
        people = [make_participant(stage="ready", wave=21, balance=None, phone="", at=now()) for _ in range(PEOPLE)]
        made = {
            "class": {"course_code": offer.course_code, "schedule_code": offer.schedule_code},
            "price": offer.price,
            "people": [{"person_id": str(one["person_id"]), "card": one["card_number"]} for one in people],
            **(partners_file.credentials_of("tokopedia") or {}),
        }
    sys.stdout.write(json.dumps(made) + "\n")


def sell(address: str) -> None:
    """Knows the database only to read the codes that the phones get."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "prakerja.config.settings.command"
    import django

    django.setup()
    made = json.loads(sys.stdin.readline())
    ending = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.readline()
        ending.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    bought = asked = 0
    failed: list[str] = []
    while not ending.is_set():
        try:
            if bought < len(made["people"]):
                _buy(address, made, made["people"][bought], number=bought)
                bought += 1
                sys.stdout.write(f"{bought}\n")
                sys.stdout.flush()
            else:
                # Whoever has bought for everybody looks seats up until the end.
                _ask(address, made, "quota-schedule", made["class"])
            asked += 1
        except Exception as error:
            failed.append(f"{type(error).__name__}: {error}")
            bought += 1
            sys.stdout.write(f"{failed[-1]}\n")
            sys.stdout.flush()
        ending.wait(PAUSE)
    sys.stdout.write(json.dumps({"bought": bought, "asked": asked, "failed": failed}) + "\n")


def _buy(address: str, made: dict[str, Any], customer: dict[str, str], *, number: int) -> None:
    from prakerja.sandbox.peeking import purchase_otp

    sent = _ask(
        address,
        made,
        "send-otp",
        {
            **made["class"],
            "user_platform_id": f"upgrade-{number}",
            "prakerja_id": customer["card"],
            "amount": made["price"],
        },
    )
    _ask(
        address,
        made,
        "authorize",
        {
            "otp": purchase_otp(person_id=uuid.UUID(customer["person_id"])),
            "invoice_url": f"https://shop.example/i/{number}",
            "invoice_code": f"UPGRADE-{number}",
        },
        Authorization=f"Payment {sent['payment_token']}",
    )


def _ask(address: str, made: dict[str, Any], call: str, members: dict[str, Any], **headers: str) -> dict[str, Any]:
    body = json.dumps(members, separators=(",", ":")).encode()
    path, stamp = f"{PAYMENT}/{call}", str(int(time.time()))
    raw = f"{made['client_code']}{stamp}POST{path}".encode() + body
    signature = hmac.new(made["sign_key"].encode(), raw, hashlib.sha1).hexdigest()
    named = {"client_code": made["client_code"], "timestamp": stamp, "signature": signature}
    answer = _http().post(
        address + path, content=body, headers={"Content-Type": "application/json", **named, **headers}
    )
    if answer.status_code != 200:
        raise RuntimeError(f"{call}: {answer.status_code} {answer.text[:300]}")
    return dict(answer.json()["data"])


@functools.cache
def _http() -> httpx.Client:
    return httpx.Client(trust_env=False, timeout=LIMIT)


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    else:
        sell(sys.argv[2])
