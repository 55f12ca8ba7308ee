"""The command line as a whole: every family of sub-commands and the exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from prakerja.cli import (
    award,
    backup,
    bench,
    case,
    check,
    clock,
    completion,
    conformance,
    course,
    curation,
    distribute,
    draw,
    due,
    install,
    journey,
    keys,
    message,
    migrate,
    operator,
    partner,
    payment,
    person,
    programme,
    proof,
    registration,
    review,
    roster,
    sandbox_commands,
    security,
    up,
    versions,
    wave,
)
from prakerja.cli.settings_files import use
from prakerja.cli.troubles import in_words
from prakerja.kernel.errors import CannotRun

FAMILIES = (
    up,
    install,
    migrate,
    journey,
    proof,
    programme,
    registration,
    wave,
    roster,
    distribute,
    draw,
    award,
    backup,
    keys,
    person,
    case,
    check,
    payment,
    message,
    partner,
    curation,
    course,
    review,
    completion,
    operator,
    security,
    sandbox_commands,
    clock,
    due,
    bench,
    conformance,
    versions,
)

# They make the settings, or run what has others.
_WITHOUT_SETTINGS = ("install", "up", "journey", "bench", "conformance")
# Whoever changes tables; everybody else works with what is in them.
_OF_OWNER = (("migrate", ""), ("backup", "restore"), ("distribute", "apply"))


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="prakerja",
        description="An open implementation of the system behind Indonesia's Kartu Prakerja.",
    )
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for family in FAMILIES:
        family.add_to(subparsers)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: everything it claims was checked and holds; 1: it does not hold; 2: it could not run."""
    given = parser().parse_args(arguments)
    try:
        if given.command not in _WITHOUT_SETTINGS and getattr(given, "data_dir", None) is None:
            use("owner" if (given.command, getattr(given, "verb", "")) in _OF_OWNER else "command")
        code: int = given.run(given)
        # Here and not when the interpreter ends: an answer that could not be written was not given.
        sys.stdout.flush()
    except CannotRun as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody to tell.
        _forget_output()
        return 1
    except Exception as error:
        trouble = in_words(error)
        if trouble is None:
            raise
        print(trouble, file=sys.stderr)
        _forget_output()
        return 2
    return code


def _forget_output() -> None:
    """Whatever could not be written is not tried again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
