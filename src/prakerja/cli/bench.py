"""`prakerja bench NAME`: one benchmark. The benchmarks stand in bench/ beside the package, one file each."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from typing import Any

from prakerja.cli.arguments import CommandError, common
from prakerja.cli.plan import ROOT


def add_to(subparsers: Any) -> None:
    parser = common(
        subparsers.add_parser("bench", help="run one benchmark: authorise, send-otp, redeem, dashboard, fairness")
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=None, help="how long each measurement lasts")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the benchmarks' own program, so that nothing of this process weighs on their figures."""
    known = _names()
    if arguments.name not in known:
        raise CommandError(
            f"Tidak ada benchmark {arguments.name}. Yang ada: {', '.join(known)}.",
            f"There is no benchmark {arguments.name}. There are: {', '.join(known)}.",
        )
    command = [sys.executable, "-m", "bench", arguments.name]
    if arguments.seconds is not None:
        command += ["--seconds", str(arguments.seconds)]
    if arguments.json:
        command.append("--json")
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _names() -> tuple[str, ...]:
    """What stands in bench/ beside the package; a program that was installed without its checkout has none."""
    if not (ROOT / "bench" / "__init__.py").is_file():
        return ()
    sys.path.insert(0, str(ROOT))
    return tuple(importlib.import_module("bench").NAMES)
