"""A release is brought in under the doors of the one before, which go on selling; and it can be taken back.

The code of the release before comes from git; where its history is not there this is skipped, and says so.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.running import LoadedCommands
from tests.upgrades import databases
from tests.waiting import LIMIT, LONG_LIMIT, free_port, next_line, stop, wait_until, wait_until_healthy

# The release before: its dump is in `releases/`, its code in the history.
BEFORE = "f1a3ee3"
SHOPPING = str(Path(__file__).with_name("shopping.py"))


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """The code of the release before, in a folder of its own."""
    try:
        packed = subprocess.run(
            ["git", "-C", str(databases.ROOT), "archive", BEFORE, "src"], capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"no git with the history of {BEFORE}: nothing was sold during an upgrade")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        # Our own history: nothing in it needs to be refused, which Debian's Python 3.11.2 could not do yet (`filter`).
        archive.extractall(tmp_path / "before")  # noqa: S202
    return tmp_path / "before"


@contextlib.contextmanager
def started(*arguments: str, environment: dict[str, str], cwd: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environment, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            stop(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def test_the_doors_of_the_release_before_sell_while_it_is_upgraded_and_taken_back(code: Path, tmp_path: Path) -> None:
    with databases.restored(BEFORE, folder=tmp_path) as old:
        before = {
            **old.environment(),
            "PYTHONPATH": f"{code / 'src'}:{databases.ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PRAKERJA_ENV": "sandbox",
            "PRAKERJA_POOL": "4",
        }
        before.pop("DJANGO_SETTINGS_MODULE", None)
        made = subprocess.run(
            [sys.executable, SHOPPING, "prepare"],
            env=before, cwd=code, capture_output=True, text=True, check=False, timeout=LONG_LIMIT,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        schema = databases.describe(old.url)
        (tmp_path / "new").mkdir()
        commands = LoadedCommands(tmp_path / "new", around=old.environment())
        port = free_port()
        serving = ("-m", "prakerja.serving", "prakerja.config.wsgi.partner_api:application", "--port", str(port))
        address = f"http://127.0.0.1:{port}"
        try:
            with started(*serving, environment=before, cwd=code) as door:
                wait_until_healthy(address, door)
                with started(SHOPPING, "sell", address, environment=before, cwd=code) as shop:
                    assert shop.stdin is not None
                    assert shop.stdout is not None
                    shop.stdin.write(made.stdout)
                    shop.stdin.flush()
                    assert next_line(shop.stdout) == "1\n"
                    migrated = commands.run("migrate")
                    assert migrated.code == 0, migrated.err
                    # And goes on beside the new schema, a few more at least.
                    for _ in range(3):
                        assert next_line(shop.stdout)
                    assert httpx.get(f"{address}/health", trust_env=False, timeout=LIMIT).status_code == 200
                    told = _end(shop)
                assert told["failed"] == []
                assert told["bought"] > 3
            assert schema["migrations"] < databases.describe(old.url)["migrations"]
            # A door of the release before that is started anew starts beside the newer schema, too.
            with started(*serving, environment=before, cwd=code) as door:
                wait_until_healthy(address, door)
            proof = commands.run("proof", "--json")
            assert (proof.code, proof.document["ok"]) == (0, True), proof.out
            _take_back(commands, schema, tmp_path)
            assert databases.describe(old.url) == schema
            again = commands.run("migrate")
            assert again.code == 0, again.err
        finally:
            commands.end()


def _end(shop: subprocess.Popen[str]) -> dict[str, Any]:
    assert shop.stdin is not None
    assert shop.stdout is not None
    shop.stdin.write("\n")
    shop.stdin.flush()
    lines: list[str] = []
    wait_until(lambda: lines.append(next_line(shop.stdout)) or lines[-1].startswith("{"))  # type: ignore[func-returns-value,union-attr]
    return dict(json.loads(lines[-1]))


def _take_back(commands: LoadedCommands, schema: dict[str, set[tuple[Any, ...]]], folder: Path) -> None:
    """To what the release before knew; not without saying that what is new goes."""
    last: dict[str, str] = {}
    for app, name in sorted(schema["migrations"]):
        last[app] = name
    file = folder / "before.json"
    file.write_text(json.dumps({"schema": {"migrations": last}}))
    refused = commands.run("migrate", "--back-to", str(file))
    assert refused.code == 2
    assert "would be lost" in refused.err
    done = commands.run("migrate", "--back-to", str(file), "--drop-new", "--json")
    assert done.code == 0, done.err
    assert done.document["taken_back"] != []
