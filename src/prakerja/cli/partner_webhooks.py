"""`prakerja partner webhook` and `prakerja partner replay`: what an operator does for a partner who cannot."""

from __future__ import annotations

import argparse
import secrets
import uuid
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common, instant
from prakerja.cli.database import Database, database
from prakerja.kernel.errors import Refused
from prakerja.webhooks.events import NAMES


def add_to(verbs: Any) -> None:
    hook = by_operator(common(verbs.add_parser("webhook", help="tell a partner what happens; prints the secret once")))
    hook.add_argument("--code", required=True, metavar="C")
    hook.add_argument("--url", required=True, metavar="U")
    hook.add_argument("--event", action="append", default=[], choices=NAMES, help="default: all")
    hook.add_argument("--off", action="store_true", help="keep it, but tell nothing")
    hook.add_argument("--rotate", action="store_true", help="make one more secret; the newest two live")
    hook.set_defaults(run=webhook)
    again = by_operator(common(verbs.add_parser("replay", help="send a partner's webhook messages again")))
    again.add_argument("--code", required=True, metavar="C")
    again.add_argument("--message", default=None, metavar="ID", help="one message by its webhook-id")
    again.add_argument("--since", type=instant, default=None, metavar="INSTANT")
    again.add_argument("--until", type=instant, default=None, metavar="INSTANT")
    again.add_argument("--failed", action="store_true", help="only those that were given up")
    again.set_defaults(run=replay)


def webhook(arguments: argparse.Namespace) -> int:
    with database(arguments.data_dir) as found:
        from prakerja.kernel.clock import now
        from prakerja.webhooks import endpoints

        try:
            partner_id = _partner(arguments.code)
            there, secret = endpoints.set_webhook(
                partner_id=partner_id,
                url=arguments.url,
                events=arguments.event,
                is_enabled=not arguments.off,
                actor=acting(arguments),
                at=now(),
            )
            if arguments.rotate and secret is None:
                secret = endpoints.rotate_secret(
                    partner_id=partner_id, idempotency_key=secrets.token_hex(16), actor=acting(arguments), at=now()
                )
        except Refused as refusal:
            raise _explained(refusal, arguments) from refusal
        _write_partners_file(found)
        answer(
            {
                "code": arguments.code,
                "url": there.url,
                "events": list(there.events),
                "is_enabled": there.is_enabled,
                "secret": secret,
            }
        )
    return 0


def replay(arguments: argparse.Namespace) -> int:
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now, wall
        from prakerja.webhooks import operations, queries

        try:
            count = operations.replay(
                partner_id=_partner(arguments.code),
                event_id=queries.event_id_of(message=arguments.message) if arguments.message else None,
                since=arguments.since,
                until=arguments.until,
                failed_only=arguments.failed,
                actor=acting(arguments),
                wall=wall(),
                at=now(),
            )
        except Refused as refusal:
            raise _explained(refusal, arguments) from refusal
        answer({"code": arguments.code, "count": count})
    return 0


def _partner(code: str) -> uuid.UUID:
    from prakerja.partners.queries import partner_id_of

    return partner_id_of(code=code)


def _write_partners_file(found: Database) -> None:
    """The example programs of a sandbox read their secrets there."""
    from prakerja.kernel.installation import is_sandbox
    from prakerja.sandbox import partners_file

    if is_sandbox():
        partners_file.write(found.home / partners_file.NAME)


def _explained(refusal: Refused, arguments: argparse.Namespace) -> CommandError:
    code = arguments.code
    words = {
        **OPERATOR_SENTENCES,
        "partner_unknown": (f"Tidak ada mitra dengan kode {code}.", f"There is no partner with the code {code}."),
        "webhook_unknown": (f"Mitra {code} belum punya webhook.", f"The partner {code} has no webhook."),
        "message_unknown": ("Pesan itu tidak ditemukan.", "There is no such message."),
        "webhook_url_invalid": (
            "Alamat webhook harus alamat https yang publik, atau di asal (origin) yang terdaftar.",
            "A webhook's address is a public https address, or one at a registered origin.",
        ),
        "webhook_address_forbidden": (
            "Alamat webhook tidak dapat dijangkau dari internet; daftarkan asalnya dengan `prakerja partner origin`.",
            "The webhook's address is not on the public internet; register its origin with `prakerja partner origin`.",
        ),
    }
    return CommandError(*words[refusal.reason])
