"""What a benchmark says: its JSON document, its table, the machine it ran on."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass
class Result:
    """`ratios` and `targets` have the same keys; names in `at_most` are better when smaller, all others when larger."""

    name: str
    value: float
    unit: str
    p50_ms: float
    p99_ms: float
    ratios: dict[str, float]
    targets: dict[str, float]
    checks: dict[str, bool]
    machine: dict[str, Any]
    # Absolute figures behind the ratios, for orientation: they mean nothing on another machine.
    figures: dict[str, float] = field(default_factory=dict)
    at_most: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": round(self.value, 1),
            "unit": self.unit,
            "ratios": {key: round(value, 3) for key, value in self.ratios.items()},
            "targets": self.targets,
            "met": {key: self._is_met(key) for key in self.targets},
            "p50_ms": round(self.p50_ms, 2),
            "p99_ms": round(self.p99_ms, 2),
            "figures": {key: round(value, 2) for key, value in self.figures.items()},
            "machine": self.machine,
            "checks": self.checks,
            "notes": self.notes,
        }

    def _is_met(self, key: str) -> bool:
        value, target = self.ratios[key], self.targets[key]
        return value <= target if key in self.at_most else value >= target


def write(document: Mapping[str, Any]) -> Path:
    """Keep the document as bench/results/<name>.json (not committed)."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{document['name']}.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def table(document: Mapping[str, Any]) -> str:
    """The result for a person: ratios against their targets, figures, checks."""
    lines = [
        f"{document['name']}: {document['value']} {document['unit']}, "
        f"p50 {document['p50_ms']} ms, p99 {document['p99_ms']} ms"
    ]
    for key, value in document["ratios"].items():
        verdict = "met" if document["met"][key] else "NOT met"
        lines.append(f"  {key:<22} {value:>8.3f}   target {document['targets'][key]:<5} {verdict}")
    lines += [f"  {key:<34} {value:>12,.1f}" for key, value in document["figures"].items()]
    lines += [f"  {'ok   ' if is_right else 'WRONG'} {name}" for name, is_right in document["checks"].items()]
    lines += [f"  note: {note}" for note in document["notes"]]
    return "\n".join(lines)


def machine(*, postgresql: str) -> dict[str, Any]:
    """Where the figures come from; two results compare only when these are equal."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "cpus": os.cpu_count(),
        "cpu": _cpu_model(),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": postgresql,
        "load_before": round(os.getloadavg()[0], 2),
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def say(text: str) -> None:
    """A line of progress; standard output belongs to the result."""
    print(text, file=sys.stderr, flush=True)
