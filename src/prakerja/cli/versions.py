"""`prakerja versions`: what runs here, and under whose terms."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import answer, common
from prakerja.cli.database import prepare_django
from prakerja.kernel.components import components, own_notice
from prakerja.kernel.licences import is_permitted
from prakerja.postgres import server_for

if TYPE_CHECKING:
    from prakerja.reporting.versions import Versions

_KINDS = {
    "program": "Packages of others that run with it",
    "asset": "Scripts, styles and fonts of others that browsers get",
    "tool": "Tools that build and test it; nothing of them is passed on",
}


def add_to(subparsers: Any) -> None:
    parser = common(
        subparsers.add_parser(
            "versions", help="program, commit, Python, PostgreSQL, packages with licence, migrations, scheme versions"
        )
    )
    parser.add_argument(
        "--notices", action="store_true", help="print the licences themselves instead, ours and all others; no database"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print them. 1: the database is not the one of this program."""
    if arguments.notices:
        return _print_notices(is_json=arguments.json)
    with server_for(arguments.data_dir, own=False) as server:
        prepare_django(server)
        from prakerja.access.actors import Actor
        from prakerja.kernel.clock import wall
        from prakerja.reporting.versions import versions

        # Also of a database that no other command would touch: it is then that somebody asks.
        found = versions(actor=Actor.system("command"), at=wall())
    if arguments.json:
        answer(found.as_json())
    else:
        _print(found)
    return 1 if found.pending or found.newer else 0


def _print(found: Versions) -> None:
    print(f"prakerja {found.program}, commit {found.commit or 'unknown'}")
    print(f"{found.python}, PostgreSQL {found.postgresql}")
    if not found.migrations:
        print("The database is empty.")
    for title, names in (("Wait to be run", found.pending), ("Not of this program", found.newer)):
        if names:
            print(f"{title}: {', '.join(names)}")
    print("\nNewest migrations:")
    for label, name in found.migrations.items():
        print(f"  {label:<14} {name}")
    print(
        "\nScheme versions: "
        + ", ".join(f"{key}{' (edited)' if paths else ''}" for key, paths in found.schemes.items())
    )
    for kind, title in _KINDS.items():
        print(f"\n{title}:")
        for one in found.components:
            if one.kind == kind:
                more = f"  in {one.inside}" if one.inside else ""
                print(f"  {one.name:<28} {one.version:<14} {one.licence or 'unknown licence'}{more}")


def _print_notices(*, is_json: bool) -> int:
    """What must go wherever a copy of the program goes. 1: of something nobody says under which terms it may be used."""
    found = [one for one in components() if one.kind != "tool"]
    if is_json:
        answer(
            [
                {
                    "name": one.name,
                    "version": one.version,
                    "licence": one.licence,
                    "inside": one.inside,
                    "notice": one.notice,
                }
                for one in found
            ]
        )
    else:
        print(f"prakerja\n\n{own_notice().strip()}")
        for one in found:
            within = f" (in {one.inside})" if one.inside else ""
            print(f"\n{'-' * 78}\n{one.name} {one.version}{within}, {one.licence or 'unknown licence'}\n")
            print(one.notice or "It brings no text of its licence.")
    return 0 if all(is_permitted(name=one.name, licence=one.licence) for one in found) else 1
