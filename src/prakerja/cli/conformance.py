"""`prakerja conformance`: the kit that plays the partner contract against any server, as one of our commands."""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import CommandError, common
from prakerja.conformance import command
from prakerja.conformance.errors import CannotAsk


def add_to(subparsers: Any) -> None:
    parser = common(subparsers.add_parser("conformance", help="play the published partner contract against any server"))
    command.add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        return command.run(arguments)
    except CannotAsk as error:
        raise CommandError(error.indonesian, error.english) from error
