"""Play the story in a throw-away database and on free ports, then prove the money."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from prakerja.cli import up
from prakerja.cli.arguments import progress
from prakerja.cli.journeys.timeline import Step, Timeline
from prakerja.postgres import throwaway_server
from prakerja.supervisor import plan
from prakerja.supervisor.children import Stopped, free_ports, stoppable

WORLD = "journey"


def run(*, as_json: bool) -> int:
    """0 when every step went as the worked examples say and the proof holds; 1 otherwise."""
    began = time.monotonic()
    try:
        with stoppable(), throwaway_server() as server:
            addresses = plan.Addresses.from_free(
                host="127.0.0.1", free=free_ports(len(plan.OFFSETS) + len(plan.PLATFORMS))
            )
            with up.running(server, addresses, world=WORLD):
                document = _play(addresses, data_dir=server.data_dir)
    except Stopped:
        progress("Stopped.")
        return 130
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        _print_for_people(document, seconds=time.monotonic() - began)
    return 0 if document["ok"] else 1


def _play(addresses: plan.Addresses, *, data_dir: Path) -> dict[str, Any]:
    from prakerja.cli.journeys.story import Story
    from prakerja.reporting.proof import prove
    from prakerja.reporting.totals import totals_of

    timeline = Timeline(say=_say)
    story = Story(addresses=addresses, timeline=timeline, data_dir=data_dir)
    try:
        story.tell()
    finally:
        story.close()
    # The bank of this run is as new as the database: both must have paid the same.
    proof = prove(with_rails=True)
    paid = {
        name: asdict(totals_of(person_id=person_id)) if person_id else None
        for name, person_id in story.person_ids().items()
    }
    problems = timeline.problems + _wrong_totals(paid)
    for problem in problems[len(timeline.problems) :]:
        progress(f"✗ {problem}")
    return {
        "steps": [step.as_json() for step in timeline.steps],
        "totals": paid,
        "proof": proof.as_json(),
        "ok": not problems and proof.ok and all(step.ok for step in timeline.steps),
    }


# rules.md 14.1, 14.2, 14.7, and one payment held and then paid.
EXPECTED = {
    "first": {"training": 1_000_000, "incentive": 2_400_000, "survey": 150_000, "released": 0},
    # rules.md 14.7: one training, one incentive, no survey before July.
    "fourth": {"training": 1_500_000, "incentive": 600_000, "survey": 0, "released": 0},
    "second": {"training": 0, "incentive": 0, "survey": 0, "released": 3_550_000},
    # Joined and was not selected.
    "fifth": {"training": 0, "incentive": 0, "survey": 0, "released": 0},
}


def _wrong_totals(paid: dict[str, Any]) -> list[str]:
    wrong = [
        f"{name}: {key} is {(paid[name] or {}).get(key)}, expected {amount}"
        for name, amounts in EXPECTED.items()
        for key, amount in amounts.items()
        if (paid[name] or {}).get(key) != amount
    ]
    third = paid["third"] or {}
    if third.get("incentive") != 2_400_000:
        wrong.append(f"third: incentive is {third.get('incentive')}, expected 2400000 in spite of the hold")
    return wrong


def _say(step: Step, problem: str) -> None:
    if problem:
        progress(problem)
    progress(f"{_hour(step.at)}  {'✓' if step.ok else '✗'}  {step.actor:<12} {step.what}")


def _hour(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def _print_for_people(document: dict[str, Any], *, seconds: float) -> None:
    lines = ["", "Totals (rupiah)"]
    for name, paid in document["totals"].items():
        lines.append(f"  {name:<8} " + "  ".join(f"{key} {amount:,}" for key, amount in (paid or {}).items()))
    lines += ["", "Proof"]
    for check in document["proof"]["checks"]:
        lines.append(f"  {'✓' if check['ok'] else '✗'} {check['name']} ({check['rows']})")
    verdict = "Everything holds" if document["ok"] else "Something does not hold"
    lines += ["", f"{verdict}: {len(document['steps'])} steps in {seconds:.0f} s."]
    sys.stdout.write("\n".join(lines) + "\n")
