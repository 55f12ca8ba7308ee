"""`prakerja install`: a production from nothing: its database, roles, keys, settings and first operator."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from prakerja.cli import installing
from prakerja.cli.arguments import answer
from prakerja.cli.install_config import MAKER, ask_config, read_config
from prakerja.kernel.keysets import LOST_WITH


def add_to(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "install",
        help="make a production: database, roles, keys, settings, first operator",
        description="Make a production in a PostgreSQL that runs already. Asks at the terminal unless --config names a file. Killed or "
        f"refused half-way, it goes on when the same command is given again. {MAKER} in the environment names whoever may make "
        "the database and its roles, instead of database.maker; it is not kept.",
    )
    parser.add_argument("--config", type=Path, default=None, metavar="FILE", help="the answers, in TOML")
    parser.add_argument(
        "--to-restore",
        action="store_true",
        help="make no keys, tables and operator: they come with `prakerja backup restore`",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make what is not there yet; print what was made and what comes next."""
    config = read_config(arguments.config) if arguments.config is not None else ask_config()
    made = installing.install(config, to_restore=arguments.to_restore)
    if arguments.json:
        answer(made)
    else:
        print(_told_to_restore(made) if arguments.to_restore else _told(made), flush=True)
    installing.finish(config)
    return 0


def _told(made: dict[str, Any]) -> str:
    operator, settings = made["operator"], made["settings"]
    lines = [
        "",
        f"Basis data {made['database']} di {made['server']} siap, dan bukan sandbox. · The database stands, and is no sandbox.",
        f"Peran · Roles: {', '.join(made['roles'])}",
        f"Setelan · Settings: {settings}/*.env (0600)",
        f"Kunci · Keys: {made['keys']}",
        "  Salin sekarang ke tempat lain; tanpa kunci ini isi basis data tidak terbaca.",
        "  Copy them elsewhere now; without them nobody reads what is in the database.",
        "  Yang hilang bersama masing-masing · What is lost with each (docs/how-to/keep-the-keys.md):",
        *(f"    {root}: {indonesian} · {english}" for root, (indonesian, english) in LOST_WITH.items()),
        "",
    ]
    if operator:
        lines += [
            f"Operator pertama · The first operator: {operator['email']}",
            "  Buka tautan ini sekali untuk memilih kata sandi · Open this link once to choose a password:",
            f"  {operator['link']}",
            f"  Berlaku sampai · Until {operator['link_expires_at']}",
            "",
        ]
    lines += [
        "Berikutnya · Next:",
        f"  1. export PRAKERJA_SETTINGS={settings}; prakerja check",
        "     menyebut yang belum aman: gateway pesan, bank, catatan sipil, salinan",
        "     names what is not safe yet: message gateway, bank, civil registry, backups",
        f"  2. jalankan setiap pintu dengan {settings}/common.env dan berkasnya sendiri · start each door with common.env and its own:",
        "     python -m prakerja.serving prakerja.config.wsgi.portal:application --host 127.0.0.1 --port 8000",
        "     python -m prakerja.config.worker",
        "  3. sesudah memasang rilis baru · after a new release: prakerja migrate",
    ]
    return "\n".join(lines)


def _told_to_restore(made: dict[str, Any]) -> str:
    return "\n".join(
        [
            "",
            f"Basis data {made['database']} di {made['server']} kosong dan siap dipulihkan. · The database is empty and waits for a backup.",
            f"Peran · Roles: {', '.join(made['roles'])}",
            f"Setelan · Settings: {made['settings']}/*.env (0600)",
            "",
            "Berikutnya · Next:",
            f"  1. export PRAKERJA_SETTINGS={made['settings']}",
            "  2. prakerja backup restore SALINAN --keys FOLDER-KUNCI",
            f"     kunci disalin ke · the keys are copied to {made['keys']}",
            "  3. prakerja migrate; prakerja proof",
        ]
    )
