"""`prakerja partner …`: a platform or an institution joins."""

from __future__ import annotations

import argparse
import re
from typing import Any

from prakerja.cli import partner_addresses, partner_keys, partner_places, partner_webhooks
from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import Database, database
from prakerja.kernel.errors import Refused

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("partner", help="platforms and institutions")
    verbs = family.add_subparsers(
        dest="verb", required=True, metavar="add|redirect|origin|key|rules|place|webhook|replay"
    )
    add = by_operator(
        common(verbs.add_parser("add", help="register a partner; prints its client code and sign key, once"))
    )
    add.add_argument("--kind", choices=("platform", "institution"), required=True)
    add.add_argument("--code", required=True)
    add.add_argument("--name", required=True)
    add.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="U",
        help="where browsers come back to an institution, to the letter; once for each. Others later: `partner redirect add`",
    )
    partner_places.with_place(add)
    add.set_defaults(run=run)
    partner_addresses.add_to(verbs)
    partner_keys.add_to(verbs)
    partner_places.add_to(verbs)
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
            address=arguments.address,
            city=arguments.city,
            province_code=arguments.province,
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
        words = OPERATOR_SENTENCES | partner_places.SENTENCES
        if refusal.reason in words:
            raise CommandError(*words[refusal.reason]) from refusal
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
