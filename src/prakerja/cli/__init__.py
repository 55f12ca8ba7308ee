"""The `prakerja` command. One file per family of sub-commands; each gives `add_to(subparsers)`.

`main` imports them when it is called: the launcher below this package is also used by tests and benchmarks, which must
not load every command.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: everything it claims was checked and holds; 1: it does not hold; 2: it could not run."""
    from prakerja.cli.command import main as run

    return run(arguments)
