"""Processor time that the door and PostgreSQL spend, from /proc: what a call costs, whoever else uses the machine meanwhile."""

from __future__ import annotations

import os
import time
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_SERVING, _POSTGRES = "prakerja.serving", "postgres"
# The door's processes have answered, and still put back what they held.
_SETTLED = 0.1


class Spent:
    """Seconds of user and system time of the door's processes and of PostgreSQL's, those of this process's descendants.

    Both are nothing where there is no /proc. What a process that has ended had used is its parent's.
    """

    def now(self) -> tuple[float, float]:
        time.sleep(_SETTLED)
        parents, used, names = _processes()
        ours = {pid for pid in parents if _descends(pid, parents)}
        return (
            sum(used[pid] for pid in ours if names[pid] == _SERVING),
            sum(used[pid] for pid in ours if names[pid] == _POSTGRES),
        )

    def since(self, before: tuple[float, float]) -> tuple[float, float]:
        door, database = self.now()
        return door - before[0], database - before[1]


def _processes() -> tuple[dict[int, int], dict[int, float], dict[int, str]]:
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    names: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(encoding="ascii", errors="replace")
            command = (folder / "cmdline").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        words = stat.rpartition(")")[2].split()
        pid = int(folder.name)
        parents[pid] = int(words[1])
        used[pid] = sum(map(int, words[11:15])) / _TICK
        called = stat[stat.index("(") + 1 : stat.rindex(")")]
        names[pid] = _SERVING if _SERVING in command else _POSTGRES if called.startswith(_POSTGRES) else ""
    return parents, used, names


def _descends(pid: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        if parents[pid] == os.getpid():
            return True
        pid = parents[pid]
    return False
