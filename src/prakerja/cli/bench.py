"""`prakerja bench NAME`: one benchmark. The benchmarks stand in bench/ beside the package, one file each."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import Any

from prakerja.cli.arguments import CommandError, common
from prakerja.cli.plan import ROOT


def add_to(subparsers: Any) -> None:
    parser = common(subparsers.add_parser("bench", help="run one benchmark: authorise, send-otp, redeem, dashboard"))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=None, help="how long each measurement lasts")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the benchmark's own program, so that nothing of this process weighs on its figures."""
    module = arguments.name.replace("-", "_")
    if not module.isidentifier() or not (ROOT / "bench" / f"{module}.py").is_file():
        known = sorted(path.stem.replace("_", "-") for path in (ROOT / "bench").glob("[a-z]*.py"))
        raise CommandError(
            f"Tidak ada benchmark {arguments.name}. Yang ada: {', '.join(known)}.",
            f"There is no benchmark {arguments.name}. There are: {', '.join(known)}.",
        )
    command = [sys.executable, "-m", f"bench.{module}"]
    if arguments.seconds is not None:
        command += ["--seconds", str(arguments.seconds)]
    if arguments.json:
        command.append("--json")
    if arguments.data_dir is not None:
        command += ["--data-dir", os.path.abspath(arguments.data_dir)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
