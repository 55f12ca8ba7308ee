"""The mutation test of the kit: every rule of the contract broken alone, and the kit says so of each with 1.

One system is started; the doors before it (`proxy.py`) break one rule after the other (`mutants.py`). Each mutant is asked only
about its own part, after the unbroken door has passed that part, no further than its first failure, and with forgeries only
where a forgery shows it: none of this makes the kit see more than it would see in a whole run, which asks the same
questions and more.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import pytest

from prakerja.conformance import command, play
from prakerja.conformance.report import Report
from tests import running
from tests.conformance.mutants import MUTANTS, Mutant
from tests.conformance.proxy import Behind, Door, honest
from tests.waiting import LIMIT, serving, stop

pytestmark = pytest.mark.journeys

RETURN_TO = "https://lembaga.example/kembali"
PRICE = 250_000
# Parts in which somebody gets an OTP: a person of their own for each mutant, because nobody gets two within a minute.
PERSONAL = ("purchase", "visitor")
# Parts in which nothing is asked as a shop.
INSTITUTIONS = ("codes", "attendance", "assignments", "sign-in", "visitor")
# In names of mutants that an institution's own calls are likely to meet: it is asked about them by itself first, before its
# turn after the shop's calls.
INSTITUTIONS_WORDS = (
    "courses",
    "course-runs",
    "completions",
    "redemptions",
    "ERRPRT",
    "draft",
    "key",
    "Key",
    "capacity",
    "write",
    "classes",
)
# Most of a run is waiting for an SMS; more would only wait for processors.
AT_ONCE = 4


@dataclass(frozen=True)
class Scene:
    system: running.System
    keys: dict[str, str]
    # The kit's options: of both partners, and of the institution by itself.
    arguments: tuple[str, ...]
    institution: tuple[str, ...]
    # A class for each run at once: every run counts its class's seats.
    classes: tuple[dict[str, Any], ...]

    def asking(self, url: str, part: str, person: dict[str, Any] | None, *more: str, nth: int = 0) -> list[str]:
        """The kit's options for one part, with the nth class."""
        if part in INSTITUTIONS:
            return [*self.asking_institution(url, part, *more), *_answering(self, person)]
        goods = self.classes[nth]
        codes = ("--course-code", goods["course_code"], "--schedule-code", goods["schedule_code"])
        return ["--base-url", url, *self.arguments, *codes, *_answering(self, person), "--only", part, *more]

    def asking_institution(self, url: str, part: str, *more: str) -> list[str]:
        """The same for the institution by itself: nothing of a shop is looked at."""
        return ["--base-url", url, *self.institution, "--only", part, *more]


def _answering(scene: Scene, person: dict[str, Any] | None) -> tuple[str, ...]:
    """Who buys or signs in, and where their codes arrive."""
    if person is None:
        return ()
    card = ("--card-number", person["card_number"], "--phone", person["phone"])
    return (*card, "--otp-from-phone", scene.system.urls["phone"])


@pytest.fixture(scope="module")
def scene(system: running.System) -> Scene:
    """A platform and an institution that nobody limits: all mutants together are many calls."""
    shop = system.json("partner", "add", "--kind", "platform", "--code", "toko-mutan", "--name", "Toko Mutan")
    school = system.json(
        *("partner", "add", "--kind", "institution", "--code", "lembaga-mutan", "--name", "Lembaga Mutan"),
        *("--redirect-uri", RETURN_TO),
    )
    for one in (shop, school):
        system.json("partner", "rules", "--code", one["client_code"], "--rate", "0")
    classes = tuple(system.json("sandbox", "course", "--price", str(PRICE)) for _ in range(AT_ONCE))
    arguments = (
        *("--client-code", shop["client_code"], "--sign-key", shop["sign_key"], "--kind", "platform"),
        *("--institution-client-code", school["client_code"], "--institution-sign-key", school["sign_key"]),
        *("--amount", str(PRICE), "--redirect-uri", RETURN_TO),
    )
    institution = (
        *("--client-code", school["client_code"], "--sign-key", school["sign_key"], "--kind", "institution"),
        *("--redirect-uri", RETURN_TO),
    )
    keys = {one["client_code"]: one["sign_key"] for one in (shop, school)}
    return Scene(system, keys, arguments, institution, classes)


# People are made in one process: loading ours costs more than a person.
MAKE = """
import json, sys
from pathlib import Path
from prakerja.cli.database import database
with database(Path(sys.argv[1]), sandbox_only=True):
    from prakerja.kernel.clock import now
    from prakerja.sandbox.participants import make_participant
    made = [make_participant(stage="ready", wave=21, balance=None, phone="", at=now()) for _ in range(int(sys.argv[2]))]
print(json.dumps(made, default=str))
"""


def people(system: running.System, count: int) -> Iterator[dict[str, Any]]:
    made = subprocess.run(
        [sys.executable, "-c", MAKE, str(system.data_dir), str(count)],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        env=running.environment(),
        check=True,
    )
    return iter(json.loads(made.stdout))


def verdict(arguments: list[str]) -> Report:
    """What the kit says, as `prakerja conformance` would print it."""
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    return play.report_on(parser.parse_args(arguments))


def doors(scene: Scene, stack: contextlib.ExitStack) -> SimpleQueue[tuple[int, Door]]:
    found: SimpleQueue[tuple[int, Door]] = SimpleQueue()
    for nth in range(AT_ONCE):
        door = Door(Behind(scene.system.urls["partner_api"], scene.keys))
        stack.enter_context(serving(door))
        found.put((nth, door))
    return found


def failures(report: Report) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in report.checks() if check.outcome == "fails"]


@pytest.mark.parametrize("part", command.PARTS)
def test_every_mutant_is_caught(scene: Scene, part: str) -> None:
    mutants = {name: one for name, one in MUTANTS.items() if one.part == part}
    assert mutants, "a part without a rule"
    with contextlib.ExitStack() as stack:
        waiting = doors(scene, stack)
        crowd = people(scene.system, len(mutants) + 1) if part in PERSONAL else iter(())
        told: dict[str, Report] = {}
        # A list of purchases has an order when there are two, whichever tests ran before.
        for buyer in people(scene.system, 2) if part == "own" else ():
            verdict(scene.asking(scene.system.urls["partner_api"], "purchase", buyer, "--without-forgeries"))

        def run(name: str, one: Mutant | None, person: dict[str, Any] | None) -> None:
            nth, door = waiting.get()
            try:
                door.become(one.answering if one else honest)
                if person is not None:
                    door.behind.phone_page = f"{scene.system.urls['phone']}/phone/{person['phone']}/messages.json"
                quicker = () if one is None or one.is_about_signing else ("--without-forgeries",)
                quicker = ("--stop-at-first", *quicker)
                if one is not None and part == "own" and any(word in name for word in INSTITUTIONS_WORDS):
                    told[name] = verdict(scene.asking_institution(door.url, part, *quicker))
                    if not told[name].ok:
                        return
                    door.become(one.answering)
                told[name] = verdict(scene.asking(door.url, part, person, *quicker, nth=nth))
            finally:
                waiting.put((nth, door))

        run("", None, next(crowd, None))
        assert failures(told[""]) == [], "the unbroken door"
        assert [found.omitted for found in told[""].sections if found.omitted] in ([], OMITTED.get(part, []))
        people_of = {name: next(crowd, None) for name in mutants}
        # A part that winds the same test codes back cannot be asked twice at once.
        with ThreadPoolExecutor(AT_ONCE if part in ALONE_OR_NOT else 1) as pool:
            list(pool.map(lambda item: run(item[0], item[1], people_of[item[0]]), mutants.items()))
    passed = [f"{name} ({mutants[name].rule})" for name in mutants if told[name].ok]
    assert passed == [], "mutants that the kit takes for the contract"


# What cannot be asked with what this test gives.
OMITTED = {
    "codes": [["status and commit of a bought code: give --redeem-code (it will be redeemed)"]],
    "assignments": [["the assignments of a bought code: give --redeem-code"]],
}
# Parts that share nothing with another run of themselves.
ALONE_OR_NOT = ("signature", "input", "kinds", "quota", "sandbox", "purchase", "visitor", "sign-in", "own")


def test_the_door_is_a_program(scene: Scene) -> None:
    """By hand: `python -m tests.conformance.proxy` before any server, `prakerja conformance` before it."""
    keys = [word for client, key in scene.keys.items() for word in ("--key", f"{client}={key}")]
    for mutant, code in (("", 0), ("sequence always 1", 1)):
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.conformance.proxy"),
                *("--to", scene.system.urls["partner_api"], *keys, "--mutant", mutant),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env=running.environment(),
        )
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            result = scene.system.run("conformance", *scene.asking(url, "codes", None), "--json")
            assert (result.code, result.document["ok"]) == (code, code == 0)
        finally:
            stop(process)
            process.stdout.close()
