"""`prakerja partner key …` and `prakerja partner rules`: keys rotate without a gap, calls come from known networks."""

from __future__ import annotations

import argparse
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

_SENTENCES = {
    **OPERATOR_SENTENCES,
    "partner_unknown": ("Tidak ada mitra dengan kode itu.", "No partner has that code."),
    "too_many_keys": (
        "Mitra ini sudah punya empat kunci hidup; cabut satu dahulu.",
        "This partner has four live keys; revoke one first.",
    ),
    "key_unknown": ("Kunci itu bukan milik mitra ini.", "That is no key of this partner."),
    "network_invalid": (
        "Jaringan ditulis seperti 203.0.113.0/24 atau 2001:db8::/32.",
        "Write a network as in 203.0.113.0/24 or 2001:db8::/32.",
    ),
    "rate_invalid": (
        "Batas panggilan adalah 0 sampai 10.000.000 semenit.",
        "A limit is 0 to 10,000,000 calls a minute.",
    ),
}


def add_to(verbs: Any) -> None:
    """`verbs` are the sub-commands of `partner`."""
    family = verbs.add_parser("key", help="the keys that a partner signs with")
    steps = family.add_subparsers(dest="step", required=True, metavar="add|list|revoke")
    add = _with_code(steps.add_parser("add", help="one more live key; prints it, once"))
    add.set_defaults(run=_command(_add))
    listing = _with_code(steps.add_parser("list", help="identifiers and instants of all keys, never the keys"))
    listing.set_defaults(run=_command(_list))
    revoke = _with_code(steps.add_parser("revoke", help="end a key; when this returns, no call is answered with it"))
    revoke.add_argument("--key", type=uuid.UUID, required=True, metavar="ID", help="from `key list` or `key add`")
    revoke.set_defaults(run=_command(_revoke))
    rules = _with_code(verbs.add_parser("rules", help="how a partner may call; prints the rules that hold"))
    rules.add_argument(
        "--network",
        action="append",
        metavar="CIDR",
        help="calls may come from here only; give it once for each network",
    )
    rules.add_argument("--any-network", action="store_true", help="calls may come from anywhere")
    rules.add_argument(
        "--rate", type=int, metavar="N", help="calls a minute that one process of the door admits; 0: any"
    )
    rules.add_argument("--legacy-commit", choices=("on", "off"), help="the contract's older way to redeem a code")
    rules.add_argument(
        "--signatures",
        choices=("strongest", "any"),
        help="hold it to the strongest form that it is seen to sign from now on (the default), or accept every form",
    )
    rules.set_defaults(run=_command(_rules))


def _with_code(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    by_operator(common(parser)).add_argument("--code", required=True, metavar="C", help="the partner's code")
    return parser


def _command(verb: Callable[[argparse.Namespace], Any]) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        with database(arguments.data_dir):
            try:
                answer(verb(arguments))
            except Refused as refusal:
                raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        return 0

    return run


def _add(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.kernel.clock import now
    from prakerja.partners import keys

    made = keys.add_key(code=arguments.code, at=now(), actor=acting(arguments))
    newest = keys.keys_of(code=arguments.code)[-1]
    return {"client_code": made.client_code, "key": str(newest.key_id), "sign_key": made.sign_key}


def _list(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.partners import keys

    found = keys.keys_of(code=arguments.code)
    return {
        "keys": [
            {
                "key": str(one.key_id),
                "created_at": one.created_at.isoformat(),
                "revoked_at": _stamp(one.revoked_at),
                "last_used_at": _stamp(one.last_used_at),
            }
            for one in found
        ]
    }


def _revoke(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.kernel.clock import now
    from prakerja.partners import epoch, keys

    done = keys.revoke_key(code=arguments.code, key_id=arguments.key, at=now(), actor=acting(arguments))
    # Every door has looked at the epoch by then, so what this prints is true.
    time.sleep(epoch.READ_EVERY)
    return {"key": str(arguments.key), "revoked": True, "was_live": done}


def _rules(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.kernel.clock import now
    from prakerja.partners import keys

    return keys.set_rules(
        code=arguments.code,
        allowed_networks=[] if arguments.any_network else arguments.network,
        rate_limit_per_minute=arguments.rate,
        legacy_commit=None if arguments.legacy_commit is None else arguments.legacy_commit == "on",
        accepts_weaker_forms=None if arguments.signatures is None else arguments.signatures == "any",
        at=now(),
        actor=acting(arguments),
    )


def _stamp(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
