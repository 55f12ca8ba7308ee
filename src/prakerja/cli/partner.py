"""`prakerja partner add`: a platform or an institution joins."""

from __future__ import annotations

import argparse
import re
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common
from prakerja.cli.database import Database, database
from prakerja.kernel.errors import Refused

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("partner", help="platforms and institutions")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="add")
    add = common(verbs.add_parser("add", help="register a partner; prints its client code and sign key, once"))
    add.add_argument("--kind", choices=("platform", "institution"), required=True)
    add.add_argument("--code", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--redirect-uri", action="append", default=[], metavar="U")
    add.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if not _CODE.fullmatch(arguments.code):
        raise CommandError(
            "Kode mitra: 2 sampai 40 huruf kecil, angka, tanda - atau _.",
            "A partner's code is 2 to 40 lower-case letters, digits, - or _.",
        )
    with database(arguments.data_dir) as found:
        answer(_add(arguments, found))
    return 0


def _add(arguments: argparse.Namespace, found: Database) -> dict[str, str]:
    from prakerja.kernel.clock import now
    from prakerja.kernel.models import Installation
    from prakerja.partners.operations import add_partner
    from prakerja.sandbox import courses, partners_file

    is_sandbox = Installation.objects.get().is_sandbox
    try:
        credential = add_partner(
            kind=arguments.kind,
            code=arguments.code,
            name=arguments.name,
            redirect_uris=tuple(arguments.redirect_uri),
            at=now(),
            is_sandbox=is_sandbox,
            legacy_commit=is_sandbox,
        )
    except Refused as refusal:
        raise CommandError(
            f"Kode {arguments.code} sudah dipakai mitra lain.", f"The code {arguments.code} is taken."
        ) from refusal
    if is_sandbox:
        if arguments.kind == "platform":
            courses.list_demo_courses(platform_id=credential.partner_id, at=now())
        partners_file.write(found.home / partners_file.NAME)
    return {"client_code": credential.client_code, "sign_key": credential.sign_key}
