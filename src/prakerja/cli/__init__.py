"""The `prakerja` command. One file per family of sub-commands; each gives `add_to(subparsers)`.

`main` imports them when it is called: the launcher below this package is also used by tests and benchmarks, which must
not load every command.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: everything it claims was checked and holds; 1: it does not hold; 2: it could not run."""
    # Nothing of what is loaded here becomes garbage: looking for some costs a fifth of the time that loading takes.
    gc.disable()
    from prakerja.cli.command import main as run

    gc.freeze()
    gc.enable()
    return run(arguments)
