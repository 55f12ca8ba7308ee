"""The other side of `fairness`, in a process of its own. It knows nothing of ours, so that it starts at once."""

from __future__ import annotations

from multiprocessing.connection import Connection

from bench.load import pace

CONNECTIONS = 8


def flood(port: int, request: bytes, count: int, per_second: float, answers: Connection) -> None:
    """Send `request` `count` times. Says None after the first second, in the end how many were sent and how many refused."""
    first = int(per_second)
    loads = []
    for times in (first, count - first):
        loads.append(
            pace(
                port=port,
                requests=[request] * times,
                expect=b'"success":true',
                per_second=per_second,
                connections=CONNECTIONS,
            )
        )
        if len(loads) == 1:
            answers.send(None)
    wrong = [text for load in loads for text in load.failures if b'"ERRINT42990"' not in text]
    if wrong:
        raise RuntimeError(f"the flood was answered wrongly: {wrong[0]!r}")
    answers.send((count, sum(load.failed for load in loads)))
