"""Ceilings: a statement, or TPC-B-like, driven by pgbench, which comes with PostgreSQL.

Where no pgbench is found the same statements are driven from Python threads, and the result says so: that ceiling is
lower, so its ratios flatter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from prakerja.postgres.binaries import Binaries, find_binaries

# Rows of pgbench_branches: more than clients, so that clients do not queue for one (pgbench's own manual).
SCALE = 20
# A connection plans each statement afresh five times before it keeps the plan; the doors' connections are past that.
WARM = 10


@dataclass(frozen=True)
class Ceiling:
    """Transactions a second, and how many seconds each took, while every client was warm and none had finished."""

    rate: float
    latencies: Sequence[float]


class Driver:
    """Runs pgbench, or stands in for it, against one database."""

    def __init__(self, *, dsn: str, binaries: Binaries) -> None:
        self.dsn = dsn
        self._program = _find(binaries)
        self._libraries = binaries.libraries

    @property
    def label(self) -> str:
        return "pgbench" if self._program else "Python threads (no pgbench was found; the ceiling is too low)"

    def prepare_tpcb(self) -> None:
        """Make pgbench's tables."""
        if self._program:
            self._run("--initialize", "--quiet", "--scale", str(SCALE))
            return
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(_TPCB_TABLES.replace(":scale", str(SCALE)))

    def tpcb(self, *, clients: int, each: int) -> Ceiling:
        """TPC-B-like, the built-in script: `each` transactions for every client."""
        if self._program:
            return self._pgbench("--builtin", "tpcb-like", "--scale", str(SCALE), clients=clients, each=each)
        return _threads(self.dsn, _TPCB, clients=clients, each=each, first=1)

    def statement(self, sql: str, *, first: int, clients: int, each: int) -> Ceiling:
        """`sql` with `:number` going through first, first + 1, … once each, over all clients."""
        if not self._program:
            return _threads(self.dsn, [sql.replace(":number", "%(number)s")], clients=clients, each=each, first=first)
        script = (
            f"\\set number {first} + :client_id + {clients} * :done\n\\set done :done + 1\n{' '.join(sql.split())};\n"
        )
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            return self._pgbench("--file", file.name, "--define", "done=0", clients=clients, each=each)

    def _pgbench(self, *arguments: str, clients: int, each: int) -> Ceiling:
        with tempfile.TemporaryDirectory() as folder:
            self._run(
                *("--no-vacuum", "--protocol", "prepared", "--jobs", "2", "--log", "--log-prefix", f"{folder}/log"),
                *("--client", str(clients), "--transactions", str(each)),
                *arguments,
            )
            return steady(
                [
                    (int(client), int(second) + int(micros) / 1e6, int(latency) / 1e6)
                    for path in Path(folder).iterdir()
                    for client, _, latency, _, second, micros in map(str.split, path.read_text().splitlines())
                ]
            )

    def _run(self, *arguments: str) -> str:
        environment = dict(os.environ)
        if self._libraries is not None:
            environment["LD_LIBRARY_PATH"] = str(self._libraries)
        done = subprocess.run(
            [str(self._program), *arguments, self.dsn], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"pgbench failed:\n{done.stderr[-2000:]}")
        return done.stdout


def steady(log: Sequence[tuple[int, float, float]]) -> Ceiling:
    """What a log of (client, finished at, latency) says about the time when all clients were warm and at work."""
    finished: dict[int, list[float]] = {}
    for client, moment, _ in sorted(log, key=lambda line: line[1]):
        finished.setdefault(client, []).append(moment)
    start = max(moments[min(WARM, len(moments) // 4)] for moments in finished.values())
    end = min(moments[-1] for moments in finished.values())
    latencies = [latency for _, moment, latency in log if start < moment <= end]
    if not latencies:
        raise RuntimeError("the clients were never at work together: too few transactions to measure")
    return Ceiling(rate=len(latencies) / (end - start), latencies=latencies)


def server_binaries() -> Binaries:
    """The programs that the launcher runs the server with."""
    from prakerja.postgres.account import server_account

    return find_binaries(account=server_account(Path("/nonexistent")))


def _find(binaries: Binaries) -> str | None:
    beside = binaries.folder / "pgbench"
    if beside.is_file():
        return str(beside)
    found = shutil.which("pgbench")
    if found is not None:
        return found
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), key=lambda path: int(path.parts[-3]))
    return str(newest[-1]) if newest else None


_TPCB_TABLES = """
CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88)) WITH (fillfactor = 100);
CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84)) WITH (fillfactor = 100);
CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
INSERT INTO pgbench_branches SELECT n, 0, '' FROM generate_series(1, :scale) n;
INSERT INTO pgbench_tellers SELECT n, (n - 1) / 10 + 1, 0, '' FROM generate_series(1, 10 * :scale) n;
INSERT INTO pgbench_accounts SELECT n, (n - 1) / 100000 + 1, 0, '' FROM generate_series(1, 100000 * :scale) n;
"""
# The same five statements; the random choice is made from the number, so that the server does not make it.
_TPCB = [
    "UPDATE pgbench_accounts SET abalance = abalance + 7 WHERE aid = 1 + %(number)s * 7919 % 2000000",
    "SELECT abalance FROM pgbench_accounts WHERE aid = 1 + %(number)s * 7919 % 2000000",
    "UPDATE pgbench_tellers SET tbalance = tbalance + 7 WHERE tid = 1 + %(number)s % 200",
    "UPDATE pgbench_branches SET bbalance = bbalance + 7 WHERE bid = 1 + %(number)s % 20",
    "INSERT INTO pgbench_history VALUES (1 + %(number)s % 200, 1 + %(number)s % 20, %(number)s, 7, localtimestamp)",
]


def _threads(dsn: str, statements: Sequence[str], *, clients: int, each: int, first: int) -> Ceiling:
    log: list[tuple[int, float, float]] = []

    def work(client: int) -> None:
        with psycopg.connect(dsn, autocommit=True, prepare_threshold=0) as connection:
            for done in range(each):
                number = {"number": first + client + clients * done}
                began = time.perf_counter()
                if len(statements) == 1:
                    connection.execute(statements[0], number)
                else:
                    with connection.transaction():
                        for statement in statements:
                            connection.execute(statement, number)
                now = time.perf_counter()
                log.append((client, now, now - began))

    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return steady(log)
