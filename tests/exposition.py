"""Reads Prometheus' text format as its specification says (version 0.0.4), strictly: what a scraper would refuse fails here."""

from __future__ import annotations

import re

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]

_NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
_SAMPLE = re.compile(rf"({_NAME})(?:\{{((?:{_LABEL},)*{_LABEL})\}})? ([-+]?(?:[0-9.]+(?:e[-+]?[0-9]+)?|Inf|NaN))")
_ESCAPED = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


def read(text: str) -> tuple[dict[str, str], Samples]:
    """The type of each family, and each sample by its name and labels. AssertionError: this is no such text."""
    assert text.endswith("\n")
    types: dict[str, str] = {}
    meant: set[str] = set()
    found: Samples = {}
    ended: set[str] = set()
    current = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, _, meaning = line[7:].partition(" ")
            assert re.fullmatch(_NAME, name), line
            assert meaning, line
            assert name not in meant, line
            meant.add(name)
            continue
        if line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert kind in ("counter", "gauge", "histogram"), line
            assert name not in types, line
            ended.add(current)
            current = name
            types[name] = kind
            continue
        read_sample = _SAMPLE.fullmatch(line)
        assert read_sample is not None, line
        name, labels, value = read_sample[1], read_sample[2] or "", read_sample[7]
        belongs = name == current or (
            types.get(current) == "histogram" and name in (f"{current}_bucket", f"{current}_sum", f"{current}_count")
        )
        assert belongs, f"{name} stands in the family {current}"
        assert types[current] != "histogram" or name != current, line
        assert types[current] != "counter" or name.endswith("_total"), line
        pairs = [
            (label, re.sub(r'\\["\\n]', lambda one: _ESCAPED[one[0]], text))
            for label, text in re.findall(_LABEL, labels)
        ]
        assert len(dict(pairs)) == len(pairs), line
        key = (name, frozenset(pairs))
        assert key not in found, line
        found[key] = float(value)
    assert meant == set(types)
    for name, kind in types.items():
        if kind == "histogram":
            _require_histogram(name, found)
    return types, found


def _require_histogram(name: str, found: Samples) -> None:
    """Buckets grow, the last is everything, and that is how many there were."""
    series: dict[frozenset[tuple[str, str]], list[tuple[float, float]]] = {}
    for (sample, labels), value in found.items():
        if sample == f"{name}_bucket":
            edge = float(dict(labels)["le"])
            series.setdefault(frozenset(one for one in labels if one[0] != "le"), []).append((edge, value))
    for labels, buckets in series.items():
        buckets.sort()
        counts = [count for _, count in buckets]
        assert counts == sorted(counts), (name, labels)
        assert buckets[-1][0] == float("inf"), (name, labels)
        assert found[f"{name}_count", labels] == counts[-1], (name, labels)
        assert (f"{name}_sum", labels) in found, (name, labels)


def sample(found: Samples, name: str, **labels: str) -> float:
    """One figure; KeyError when there is none."""
    return found[name, frozenset(labels.items())]
