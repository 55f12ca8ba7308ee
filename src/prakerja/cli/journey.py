"""`prakerja journey`: the worked examples, played through the real front doors in a throw-away database."""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import common


def add_to(subparsers: Any) -> None:
    parser = common(
        subparsers.add_parser("journey", help="play one participant from announcement to last payment, and prove it")
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from prakerja.cli.journeys import play

    return play.run(as_json=arguments.json)
