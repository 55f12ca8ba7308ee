"""A partner's program in these tests: it holds a credential, signs, asks the whole door through its own URLs."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from prakerja.kernel import clock
from prakerja.kernel.db import rows
from prakerja.kernel.models import Clock
from prakerja.ledger.models import Transfer
from prakerja.partners.operations import NewCredential
from prakerja.purchases.models import PaymentIntent, Purchase
from prakerja.vouchers.models import Voucher
from tests import builders as b
from tests.partner_api import contract
from tests.partner_api.signer import Signer

PAYMENT = "/api/v1/integration/payment"
# When a key was used last, and how many calls are left: written for every call alike.
NOTES_OF_CALLS = ("partners_apicredential", "partners_allowance")
# Django's lists of itself are long and are written by migrations alone.
OF_DJANGO = ("auth_permission", "django_content_type", "django_migrations")
COUNTED_TRIES = ("access_otpguard", "purchases_paymentintent")
TOLD_OF_A_LOCK = ("notifications_message", "audit_record")
SIGN_IN_NAMES = {"client_code": "X-Client-Id", "timestamp": "X-Timestamp", "signature": "X-Signature"}


def set_programme_time(at: datetime) -> None:
    """Move the test's programme clock to an instant."""
    offset = at - clock.wall()
    Clock.objects.update_or_create(id=1, defaults={"offset_us": offset // (offset.resolution)})
    clock.forget()


@dataclass
class Partner:
    credential: NewCredential
    http: Client = field(default_factory=Client)
    # Nobody else writes meanwhile, so that a refusal can be held to having changed nothing.
    is_alone: bool = True
    # Of the last request. The same bytes in the same second are the same request again (decisions.md 58).
    stamp: int = 0

    def put(self, path: str, members: Any, **headers: str) -> tuple[int, Any]:
        body = json.dumps(members, separators=(",", ":")).encode()
        return self.ask("PUT", path, body=body, signed=body, headers=headers)

    def post(self, path: str, members: Any, *, token: str = "", **headers: str) -> tuple[int, Any]:
        body = members if isinstance(members, bytes) else json.dumps(members).encode()
        signed = json.dumps(members, separators=(",", ":")).encode() if not isinstance(members, bytes) else body
        if token:
            headers["Authorization"] = f"Payment {token}"
        return self.ask("POST", path, body=body, signed=signed, headers=headers)

    def get(self, path: str) -> tuple[int, Any]:
        return self.ask("GET", path, body=b"", signed=b"", headers={})

    def ask(self, method: str, target: str, *, body: bytes, signed: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        algorithm = "sha256" if target.startswith("/api/v1/partner/") else "sha1"
        path, _, query = target.partition("?")
        self.stamp = max(int(time.time()), self.stamp + 1)
        sent = Signer(self.credential, algorithm).headers(method, target, signed, str(self.stamp))
        if path.startswith(("/api/v1/oauth/", "/api/v1/resource/")):
            # The sign-in calls have names of their own, and ignore what they do not ask for.
            sent = {SIGN_IN_NAMES[name]: value for name, value in sent.items()}
        sent |= headers
        meta: dict[str, Any] = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in sent.items()}
        if query:
            meta["QUERY_STRING"] = query
        before = everything() if self.is_alone else {}
        response = self.http.generic(method, path, body, content_type="application/json", **meta)
        status, answer = read(response)
        contract.check(method, path, status, answer)
        if status != 200 and self.is_alone:
            # The one write of a refusal is the counted wrong OTP; a lock is told to the card's owner and to operators.
            spared = COUNTED_TRIES if answer["code"] in ("ERRPLT40094", "ERRPLT42390") else ()
            spared += TOLD_OF_A_LOCK if answer["code"] == "ERRPLT42390" else ()
            # A refused signature is noted for operators.
            spared += ("audit_record",) if answer["code"] == "ERRINT40192" else ()
            after = everything()
            assert [name for name, found in after.items() if found != before[name] and name not in spared] == []
        return status, answer


@dataclass
class _Seen:
    """What `everything` found last, in which transaction of a test, and how much PostgreSQL had counted by then."""

    during: Any = None
    counted: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


_seen = _Seen()


def everything() -> dict[str, str]:
    """A digest of every table, by name: a call that is refused changes none of them.

    Tables that nobody tried to write since the last time in this test are not read again: that took most of the time.
    """
    counted = dict(
        rows(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
        )
    )
    during = connection.atomic_blocks[0] if connection.atomic_blocks else None
    if during is None or during is not _seen.during:
        _seen.digests, changed = {}, sorted(counted)
    else:
        changed = sorted(name for name, count in counted.items() if count != _seen.counted.get(name))
    _seen.during, _seen.counted = during, counted
    if digests := " UNION ALL ".join(
        f"SELECT '{name}', md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {name} t"
        for name in changed
        if name not in (*NOTES_OF_CALLS, *OF_DJANGO)
    ):
        _seen.digests = _seen.digests | dict(rows(digests))
    return _seen.digests


def read(response: HttpResponse) -> tuple[int, Any]:
    """Status and body; what every answer must obey is asserted here."""
    assert response["Content-Type"] == "application/json"
    answer = json.loads(response.content)
    assert answer["success"] is (response.status_code == 200)
    assert list(answer)[:2] == (["success", "message"] if answer["success"] else ["code", "message"])
    return response.status_code, answer


class Scene:
    """One platform, one institution, one ready participant, one self-paced class at Rp475.000."""

    def __init__(self) -> None:
        self.world = b.world()
        self.who = b.participant(self.world)
        self.course, self.run = b.course(self.world)
        self.shop = Partner(self.world.platform)
        self.lms = Partner(self.world.institution)
        set_programme_time(b.BUY_AT)

    def intent(self, **changes: Any) -> dict[str, Any]:
        return {
            "user_platform_id": "user-1",
            "prakerja_id": self.who.card,
            "course_code": self.course.code,
            "schedule_code": self.run.code,
            "amount": 475_000,
        } | changes

    def send_otp(self, **changes: Any) -> tuple[int, Any]:
        return self.shop.post(f"{PAYMENT}/send-otp", self.intent(**changes))

    def token(self, **changes: Any) -> str:
        status, answer = self.send_otp(**changes)
        assert status == 200, answer
        return str(answer["data"]["payment_token"])

    def authorize(self, token: str, **changes: Any) -> tuple[int, Any]:
        members = {
            "otp": b.otp_of(self.who.person_id),
            "invoice_url": "https://shop.example/i/1",
            "invoice_code": "INV-1",
        }
        return self.shop.post(f"{PAYMENT}/authorize", members | changes, token=token)

    def bought(self) -> dict[str, Any]:
        status, answer = self.authorize(self.token())
        assert status == 200, answer
        return dict(answer["data"])

    def counts(self) -> tuple[int, ...]:
        return (
            Transfer.objects.count(),
            PaymentIntent.objects.count(),
            Purchase.objects.count(),
            Voucher.objects.exclude(status="issued").count(),
        )


def refused(answer: tuple[int, Any]) -> tuple[int, str, str]:
    status, body = answer
    return status, body["code"], body["message"]
