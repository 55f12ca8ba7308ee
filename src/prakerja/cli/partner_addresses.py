"""`prakerja partner redirect` and `prakerja partner origin`: where browsers come back to, and where a partner's machine answers."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused


def add_to(verbs: Any) -> None:
    """`verbs` are the sub-commands of `partner`."""
    redirect_help = "addresses to which browsers may be sent for an institution"
    steps = verbs.add_parser("redirect", help=redirect_help).add_subparsers(
        dest="step", required=True, metavar="add|remove|list"
    )
    for name, verb, words in (
        ("add", _add_redirects, "file further ones; prints all that are filed"),
        ("remove", _remove_redirects, "take some off; prints those that stay"),
        ("list", _list_redirects, "print what is filed"),
    ):
        step = _with_code(steps.add_parser(name, help=words))
        if name != "list":
            step.add_argument(
                "--uri", action="append", required=True, metavar="U", help="to the letter; give it once for each"
            )
        step.set_defaults(run=_command(verb))
    origin_help = "let a sandbox partner's own machine be called for files and webhooks"
    origin = _with_code(verbs.add_parser("origin", help=origin_help))
    origin.add_argument(
        "step",
        nargs="?",
        choices=("add", "remove", "list"),
        help="add (as without a word) one beside those that are registered, remove one, or list them",
    )
    origin.add_argument("--origin", action="append", default=[], metavar="http://HOST:PORT")
    origin.set_defaults(run=_command(_origins, sandbox_only=True))


def _with_code(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    by_operator(common(parser)).add_argument("--code", required=True, metavar="C", help="the partner's code")
    return parser


def _command(
    verb: Callable[[argparse.Namespace], dict[str, Any]], *, sandbox_only: bool = False
) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        with database(arguments.data_dir, sandbox_only=sandbox_only):
            try:
                answer({"code": arguments.code} | verb(arguments))
            except Refused as refusal:
                raise explained(refusal, arguments.code) from refusal
        return 0

    return run


def _add_redirects(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.kernel.clock import now
    from prakerja.partners.redirects import add_redirect_uris

    filed = add_redirect_uris(code=arguments.code, redirect_uris=arguments.uri, actor=acting(arguments), at=now())
    return {"redirect_uris": filed}


def _remove_redirects(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.kernel.clock import now
    from prakerja.partners.redirects import remove_redirect_uris

    stays = remove_redirect_uris(code=arguments.code, redirect_uris=arguments.uri, actor=acting(arguments), at=now())
    return {"redirect_uris": stays}


def _list_redirects(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.partners.queries import member_by_code

    return {"redirect_uris": list(member_by_code(code=arguments.code).redirect_uris)}


def _origins(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.kernel.clock import now
    from prakerja.partners.operations import add_origins, remove_origins
    from prakerja.partners.queries import member_by_code

    if arguments.step == "list" or not arguments.origin:
        if arguments.step in ("add", "remove"):
            raise CommandError("Sebutkan --origin.", "Name an --origin.")
        return {"origins": list(member_by_code(code=arguments.code).file_origins)}
    verb = remove_origins if arguments.step == "remove" else add_origins
    return {"origins": verb(code=arguments.code, origins=arguments.origin, actor=acting(arguments), at=now())}


def explained(refusal: Refused, code: str) -> CommandError:
    """A refusal in words."""
    uri = str(refusal.details.get("uri") or refusal.details.get("origin") or "")
    words = {
        **OPERATOR_SENTENCES,
        "partner_unknown": (f"Tidak ada mitra dengan kode {code}.", f"There is no partner with the code {code}."),
        "partner_not_sandbox": (f"Mitra {code} bukan mitra sandbox.", f"The partner {code} is no sandbox partner."),
        "origin_invalid": (
            "Asal (origin) harus seperti http://127.0.0.1:8005.",
            "An origin looks like http://127.0.0.1:8005.",
        ),
        "origin_unknown": (f"Asal {uri} tidak terdaftar.", f"The origin {uri} is not registered."),
        "redirect_uri_invalid": (
            f"Alamat kembali harus alamat http atau https yang lengkap: {uri}",
            f"A redirect URI must be a complete http or https address: {uri}",
        ),
        "redirect_uri_unknown": (
            f"Alamat kembali {uri} tidak terdaftar; `prakerja partner redirect list` menampilkan yang terdaftar.",
            f"The redirect URI {uri} is not filed; `prakerja partner redirect list` prints those that are.",
        ),
    }
    return CommandError(*words[refusal.reason])
