"""`prakerja partner …`: a platform or an institution joins, and says where its own machine answers."""

from __future__ import annotations

import argparse
import re
from typing import Any

from prakerja.cli import partner_keys, partner_webhooks
from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import Database, database
from prakerja.kernel.errors import Refused

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("partner", help="platforms and institutions")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="add|origin|key|rules|webhook|replay")
    add = by_operator(
        common(verbs.add_parser("add", help="register a partner; prints its client code and sign key, once"))
    )
    add.add_argument("--kind", choices=("platform", "institution"), required=True)
    add.add_argument("--code", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--redirect-uri", action="append", default=[], metavar="U")
    add.set_defaults(run=run)
    origin_help = "let a sandbox partner's own machine be called for files and webhooks; replaces what was registered"
    origin_parser = by_operator(common(verbs.add_parser("origin", help=origin_help)))
    origin_parser.add_argument("--code", required=True, metavar="C")
    origin_parser.add_argument("--origin", action="append", default=[], metavar="http://HOST:PORT")
    origin_parser.set_defaults(run=origin)
    partner_keys.add_to(verbs)
    partner_webhooks.add_to(verbs)


def run(arguments: argparse.Namespace) -> int:
    if not _CODE.fullmatch(arguments.code):
        raise CommandError(
            "Kode mitra: 2 sampai 40 huruf kecil, angka, tanda - atau _.",
            "A partner's code is 2 to 40 lower-case letters, digits, - or _.",
        )
    arguments.name = arguments.name.strip()
    if not 1 <= len(arguments.name) <= 100 or not arguments.name.isprintable():
        raise CommandError("Nama mitra: 1 sampai 100 huruf.", "A partner's name is 1 to 100 printable characters.")
    with database(arguments.data_dir) as found:
        answer(_add(arguments, found))
    return 0


def _add(arguments: argparse.Namespace, found: Database) -> dict[str, str]:
    from prakerja.kernel.clock import now
    from prakerja.kernel.db import transaction
    from prakerja.kernel.installation import is_sandbox
    from prakerja.partners.operations import add_partner
    from prakerja.sandbox import courses, partners_file
    from prakerja.training.operations import make_sandbox_codes

    is_demo = is_sandbox()
    try:
        credential = add_partner(
            kind=arguments.kind,
            code=arguments.code,
            name=arguments.name,
            redirect_uris=tuple(arguments.redirect_uri),
            actor=acting(arguments),
            at=now(),
            is_sandbox=is_demo,
            legacy_commit=is_demo,
        )
    except Refused as refusal:
        if refusal.reason == "redirect_uri_invalid":
            raise CommandError(
                "Alamat kembali harus alamat http atau https yang lengkap.",
                "A redirect URI must be a complete http or https address.",
            ) from refusal
        if refusal.reason in OPERATOR_SENTENCES:
            raise CommandError(*OPERATOR_SENTENCES[refusal.reason]) from refusal
        raise CommandError(
            f"Kode {arguments.code} sudah dipakai mitra lain.", f"The code {arguments.code} is taken."
        ) from refusal
    if is_demo:
        if arguments.kind == "platform":
            courses.list_demo_courses(platform_id=credential.partner_id, at=now())
        else:
            with transaction():
                make_sandbox_codes(institution_id=credential.partner_id, at=now())
        partners_file.write(found.home / partners_file.NAME)
    return {"client_code": credential.client_code, "sign_key": credential.sign_key}


def origin(arguments: argparse.Namespace) -> int:
    """Register origins that are not of the public internet; none given, none registered."""
    with database(arguments.data_dir, sandbox_only=True):
        from prakerja.kernel.clock import now
        from prakerja.partners.operations import register_origins

        try:
            register_origins(code=arguments.code, origins=arguments.origin, actor=acting(arguments), at=now())
        except Refused as refusal:
            raise explained(refusal, arguments.code) from refusal
        answer({"code": arguments.code, "origins": sorted(set(arguments.origin))})
    return 0


def explained(refusal: Refused, code: str) -> CommandError:
    """A refusal in words."""
    words = {
        **OPERATOR_SENTENCES,
        "partner_unknown": (f"Tidak ada mitra dengan kode {code}.", f"There is no partner with the code {code}."),
        "partner_not_sandbox": (f"Mitra {code} bukan mitra sandbox.", f"The partner {code} is no sandbox partner."),
        "origin_invalid": (
            "Asal (origin) harus seperti http://127.0.0.1:8005.",
            "An origin looks like http://127.0.0.1:8005.",
        ),
    }
    return CommandError(*words[refusal.reason])
