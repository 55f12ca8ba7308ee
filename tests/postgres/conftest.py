"""Fixtures that start real launchers, as root and as an ordinary user, and see what they leave behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from embedded_helpers import (
    HERE,
    PACKAGES,
    SOURCES,
    Launch,
    Launcher,
    Seed,
    account_of,
    make_home,
    need,
    python_of,
    until_nothing_runs,
)

from tests.running import PLACE


@pytest.fixture(params=["me", "ordinary"])
def who(request: pytest.FixtureRequest) -> str:
    """`me` is root or whoever runs the tests; `ordinary` is `nobody`, when root can become that."""
    return need(request.param)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder directly under the temporary one that anybody can pass through (pytest's own is closed)."""
    made = Path(tempfile.mkdtemp(prefix="prakerja-test-", dir=PLACE))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def home(folder: Path, request: pytest.FixtureRequest) -> Path:
    """A folder of `who` (of the caller, in a test that does not ask for `who`), open to pass through."""
    who: str = request.getfixturevalue("who") if "who" in request.fixturenames else "me"
    return make_home(folder, who, 0o755)


@pytest.fixture(scope="session")
def made_databases() -> Iterator[dict[str, Path]]:
    """Data folders with a database already made, by user: `initdb` is the slowest part of a test."""
    made: dict[str, Path] = {}
    yield made
    for data in made.values():
        shutil.rmtree(data.parent.parent)


@pytest.fixture
def seed(launch: Launch, made_databases: dict[str, Path]) -> Seed:
    """Copies a database that a launcher of `who` made and stopped before to a data folder that is not there yet."""

    def copy(data: Path, *, who: str = "me") -> Path:
        if who not in made_databases:
            place = Path(tempfile.mkdtemp(prefix="prakerja-test-"))
            made_databases[who] = make_home(place, who, 0o755).rename(place / "made") / "data"
            place.chmod(0o755)
            assert launch("own", made_databases[who], who=who).finish() == 0
        subprocess.run(["cp", "-a", str(made_databases[who]), str(data)], check=True)
        return data

    return copy


@pytest.fixture
def seeded(home: Path, seed: Seed, request: pytest.FixtureRequest) -> Path:
    """`home` with a database already made in its folder `data`."""
    who: str = request.getfixturevalue("who") if "who" in request.fixturenames else "me"
    seed(home / "data", who=who)
    return home


@pytest.fixture
def launch(folder: Path) -> Iterator[Launch]:
    """Start launchers; whatever is still running at the end of the test is killed."""
    started: list[Launcher] = []

    def start(
        how: str,
        data_dir: Path | None = None,
        *,
        who: str = "me",
        wait: bool = True,
        env: dict[str, str] | None = None,
        options: dict[str, object] | None = None,
    ) -> Launcher:
        command = [python_of(who) or "", str(HERE / "launcher_process.py"), how, *([str(data_dir)] if data_dir else [])]
        entry = account_of(who)
        base = {key: value for key, value in os.environ.items() if key in ("PATH", "LD_LIBRARY_PATH", "TMPDIR")}
        base |= {"PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder / "home")}
        base |= {"LAUNCHER_TEST": json.dumps(options or {})} | (env or {})
        base["PYTHONPATH"] = os.pathsep.join(filter(None, [(env or {}).get("PYTHONPATH"), str(SOURCES), PACKAGES]))
        switch: dict[str, Any] = {}
        if who == "ordinary":
            switch = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/", env=base, **switch
        )
        launcher = Launcher(process)
        started.append(launcher)
        if wait:
            launcher.read()
        return launcher

    yield start
    for launcher in started:
        if launcher.process.poll() is None:
            launcher.kill()
        for stream in (launcher.process.stdin, launcher.process.stdout):
            if stream is not None:
                stream.close()
    until_nothing_runs(folder)
