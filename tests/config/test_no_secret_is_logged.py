"""Whatever people and programs send to the doors, in whatever place, the log of none of them keeps it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from prakerja.config.settings import callbacks, console, partner_api, portal
from prakerja.kernel.logs import JsonLines, Redact
from tests.builders import install
from tests.partner_api.partner import PAYMENT, Scene

pytestmark = pytest.mark.django_db

SECRETS = {
    "nik": "3171234501900001",
    "family": "3171234501900002",
    "phone": "081234567890",
    "phone abroad": "+6281234567890",
    "card": "8803000000000012",
    "otp": "483920",
    "code": "QW3RTY7PASDF",
    "password": "rahasia-sekali-17",
    "token": "0f3a9c55e1b24d6d8f7a_tokentokentoken",
    "account": "1234567890123",
}
# An OTP, a password or a token never stands in an address of ours; numbers and codes do, in those that people make up.
IN_PATHS = ("nik", "phone", "phone abroad", "card", "code")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, as production writes it."""
    found = io.StringIO()
    handler = logging.StreamHandler(found)
    handler.addFilter(Redact())
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield found
    root.removeHandler(handler)
    root.setLevel(level)


def knock(browser: Client, *paths: str) -> None:
    """Send everything everywhere: in the address, behind it, in headers, in the body, as a form and as JSON."""
    headers = {"Authorization": f"Payment {SECRETS['token']}", "Cookie": f"portal_session={SECRETS['token']}"}
    for path in paths:
        browser.get(path, SECRETS, headers=headers)
        browser.post(path, SECRETS, headers=headers)
        browser.post(path, json.dumps(SECRETS), content_type="application/json", headers=headers)
    for name in IN_PATHS:
        browser.get(f"/tidak-ada/{SECRETS[name]}", headers=headers)
    browser.get(f"/verifikasi/{SECRETS['token']}", headers=headers)


def act_as(settings: Any, door: Any) -> Client:
    """A browser at this door, without its static files."""
    settings.ROOT_URLCONF = door.ROOT_URLCONF
    settings.MIDDLEWARE = [name for name in door.MIDDLEWARE if "static_files" not in name]
    if hasattr(door, "TEMPLATES"):
        settings.TEMPLATES = door.TEMPLATES
    return Client(raise_request_exception=False)


def test_no_door_logs_a_secret(settings: Any, written: io.StringIO) -> None:
    install()
    knock(act_as(settings, portal), "/masuk", "/masuk/kode", "/daftar", "/masuk/nomor-hilang")
    knock(act_as(settings, console), "/sign-in/", "/masuk/", "/people/person/", "/")
    knock(act_as(settings, partner_api), f"{PAYMENT}/send-otp", f"{PAYMENT}/authorize", f"{PAYMENT}/redeem-code/commit")
    knock(act_as(settings, callbacks), "/bank/results")
    told = written.getvalue()
    # The lines are there, and are lines of JSON.
    assert len([json.loads(line) for line in told.splitlines()]) > 10
    assert {name: text for name, text in SECRETS.items() if text in told} == {}


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_a_hot_call_names_its_place_and_no_secret(settings: Any, written: io.StringIO) -> None:
    """The statement that failed has the card's number and the OTP among its parameters."""
    act_as(settings, partner_api)
    scene = Scene()
    scene.shop.is_alone = False
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION 'row %', NEW USING ERRCODE = '23514'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON purchases_paymentintent FOR EACH ROW EXECUTE FUNCTION break_it()"
        )
    try:
        status, _ = scene.send_otp()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER broken ON purchases_paymentintent")
            cursor.execute("DROP FUNCTION break_it()")
    told = written.getvalue()
    assert status == 500
    messages = [json.loads(line)["message"] for line in told.splitlines()]
    assert any("sqlstate 23514" in one and "function break_it:1 < send_otp:" in one for one in messages), messages
    assert scene.who.card not in told
    assert scene.who.phone.lstrip("+") not in told
