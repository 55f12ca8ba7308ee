"""`prakerja operator …`: who may use the console, with which roles, and how they get in."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from prakerja.access.permissions import ROLES
from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

Verb = Callable[[argparse.Namespace], Any]


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("operator", help="who may use the console, and for what")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = _one(verbs, "add", "make an operator; prints the link, once, by which they choose a password", _add)
    add.add_argument("--name", default="", help="how colleagues call them")
    how = add.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--first",
        action="store_true",
        help="the administrator of a new installation, which an empty database becomes; once",
    )
    _roles(how)
    listing = common(verbs.add_parser("list", help="every operator: roles, and whether they can sign in"))
    listing.set_defaults(run=_command(_list))
    _why(_one(verbs, "disable", "shut an operator out at once", _disable))
    _why(_one(verbs, "enable", "let a disabled operator in again", _enable))
    _roles(_one(verbs, "set-roles", "replace an operator's roles", _set_roles), required=True)
    _why(_one(verbs, "reset-second-factor", "forget authenticator and password; prints a new link", _reset))


def _one(verbs: Any, name: str, words: str, verb: Verb) -> argparse.ArgumentParser:
    parser = common(verbs.add_parser(name, help=words))
    parser.add_argument("--email", required=True, metavar="E", help="the operator's address")
    by_operator(parser)
    parser.set_defaults(run=_command(verb))
    return parser


def _roles(parser: Any, **options: Any) -> None:
    parser.add_argument(
        "--role", action="append", choices=ROLES, help="once for each role that the operator shall hold", **options
    )


def _why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="", metavar="TEXT", help="for the audit trail")


def _command(verb: Verb) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        with database(arguments.data_dir, may_install=getattr(arguments, "first", False)) as found:
            # Links lead to the console that runs, else to the one that the environment names.
            arguments.console = "" if found.is_alone else found.addresses()["console"]
            try:
                answer(verb(arguments))
            except Refused as refusal:
                raise explained(refusal) from refusal
        return 0

    return run


def _add(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.access import operators
    from prakerja.kernel.clock import now, wall

    given: dict[str, Any] = {"email": arguments.email, "name": arguments.name, "wall": wall(), "at": now()}
    if arguments.first:
        return _invited(operators.add_first_operator(**given), arguments)
    return _invited(operators.add_operator(roles=arguments.role, actor=acting(arguments), **given), arguments)


def _list(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.access.operators import all_operators

    return {"operators": [_shown(one) for one in all_operators()]}


def _disable(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.access.operators import disable_operator

    return _shown(disable_operator(why=arguments.reason, **_whom(arguments)))


def _enable(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.access.operators import enable_operator

    return _shown(enable_operator(why=arguments.reason, **_whom(arguments)))


def _set_roles(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.access.operators import set_roles

    return _shown(set_roles(roles=arguments.role, **_whom(arguments)))


def _reset(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.access.operators import reset_second_factor
    from prakerja.kernel.clock import wall

    return _invited(reset_second_factor(why=arguments.reason, wall=wall(), **_whom(arguments)), arguments)


def _whom(arguments: argparse.Namespace) -> dict[str, Any]:
    from prakerja.kernel.clock import now

    return {"email": arguments.email, "actor": acting(arguments), "at": now()}


def _invited(made: Any, arguments: argparse.Namespace) -> dict[str, Any]:
    from django.conf import settings

    path = f"/accounts/password/choose/{made.token}/"
    return {
        **_shown(made.operator),
        "link": f"{arguments.console or settings.CONSOLE_URL}{path}",
        "link_expires_at": made.expires_at.isoformat(),
    }


def _shown(one: Any) -> dict[str, Any]:
    return {
        "email": one.email,
        "name": one.name,
        "roles": list(one.roles),
        "is_active": one.is_active,
        "has_password": one.has_password,
        "has_second_factor": one.has_second_factor,
        "last_signed_in_at": one.last_signed_in_at.isoformat() if one.last_signed_in_at else None,
    }


def explained(refusal: Refused) -> CommandError:
    """Why an operator could not be changed, or may not do what a command was asked in their name."""
    details = refusal.details
    sentences = {
        "operators_exist": (
            "Sudah ada operator. Operator berikutnya ditambah dengan --role.",
            "There are operators already. Add the next one with --role.",
        ),
        "operator_exists": ("Sudah ada operator dengan alamat itu.", "There is an operator with that address already."),
        **OPERATOR_SENTENCES,
        "operator_unknown": ("Tidak ada operator dengan alamat itu.", "There is no operator with that address."),
        "email_invalid": ("Itu bukan alamat email.", "That is no e-mail address."),
        "roles_incompatible": (
            f"Tidak seorang pun boleh memegang {details.get('one')} dan {details.get('other')} bersama.",
            f"Nobody may hold {details.get('one')} and {details.get('other')} together.",
        ),
        "last_administrator": (
            "Ini administrator terakhir; angkat yang lain dahulu.",
            "This is the last administrator; make another one first.",
        ),
    }
    return CommandError(*sentences[refusal.reason])
