"""`prakerja bench NAME`: one benchmark. The benchmarks stand in bench/ beside the package, one file each."""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Any

from prakerja.cli.arguments import CommandError, common
from prakerja.supervisor.plan import ROOT

# The same as `bench.NAMES`, which cannot be imported where the program runs without its checkout.
NAMES = (
    "authorise",
    "send-otp",
    "redeem",
    "join-wave",
    "dashboard",
    "register",
    "search",
    "fairness",
    "slow-clients",
    "due",
    "import",
    "draw",
    "award",
    "payout-run",
    "sms",
    "proof",
    "wave",
)


def add_to(subparsers: Any) -> None:
    parser = common(subparsers.add_parser("bench", help=f"run one benchmark: {', '.join(NAMES)}"))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=None, help="how long all measurements last together")
    parser.add_argument(
        "--people",
        type=int,
        default=None,
        help="how many people a wave, a payday or a proof has, or are registered (join-wave)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the benchmark's own program, so that nothing of this process weighs on its figures.

    It makes a throw-away database: `--data-dir` is taken, as everywhere, and left alone.
    """
    if arguments.name not in NAMES:
        raise CommandError(
            f"Tidak ada benchmark {arguments.name}. Yang ada: {', '.join(NAMES)}.",
            f"There is no benchmark {arguments.name}. There are: {', '.join(NAMES)}.",
        )
    if not (ROOT / "bench" / "__main__.py").is_file():
        raise CommandError("Benchmark hanya ada di klon sumber.", "Benchmarks are only in a clone of the source.")
    command = [sys.executable, "-m", "bench", arguments.name]
    if arguments.seconds is not None:
        command += ["--seconds", str(arguments.seconds)]
    if arguments.people is not None:
        command += ["--people", str(arguments.people)]
    if arguments.json:
        command.append("--json")
    return subprocess.run(command, cwd=ROOT, check=False).returncode
