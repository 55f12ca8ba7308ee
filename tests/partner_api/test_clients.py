"""Programs in five languages against the real door: those of examples/clients, and the samples of the developer site.

Whoever's runtime is not on this machine is skipped by name.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from prakerja.developer_site import names, openapi, samples
from prakerja.partner_api.urls import ENDPOINTS
from tests import builders as b
from tests.partner_api.partner import set_programme_time
from tests.waiting import LIMIT

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]

assert ENDPOINTS
CLIENTS = Path(__file__).parents[2] / "examples" / "clients"
# Programs that end at once need neither a second look at their code nor threads that tidy up.
JAVA = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
PROGRAMS = {
    "python": [sys.executable, "python/client.py"],
    "node": ["node", "node/client.mjs"],
    "php": ["php", "php/client.php"],
    "go": ["go", "run", "go/client.go"],
    "java": ["javac", "java/Client.java"],
}
RUNNERS = {
    "curl": ["sh"],
    "python": [sys.executable],
    "node": ["node"],
    "php": ["php"],
    "go": ["go", "run"],
    "java": ["java", *JAVA],
}
NEEDS = {"curl": ("curl", "openssl")}


def require(language: str, *programs: str) -> None:
    for program in NEEDS.get(language, programs):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine")


def run(command: list[str], *, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    # No proxy of the machine stands between a client and this server.
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()} | variables
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False)


@functools.cache
def program(language: str) -> list[str]:
    """How a client is started. Java's is compiled once: to do it at every start took longer than all else."""
    if language != "java":
        return PROGRAMS[language]
    folder = tempfile.mkdtemp(dir=os.environ["PRAKERJA_TEST_RUN"])
    done = run(["javac", *(f"-J{option}" for option in JAVA), "-d", folder, "java/Client.java"], cwd=CLIENTS)
    assert done.returncode == 0, done.stderr
    return ["java", *JAVA, "-cp", folder, "Client"]


def call(language: str, port: int, credential: Any, *words: str) -> tuple[int, int, Any]:
    """Exit code, HTTP status and answer of a client."""
    key = (credential.client_code, credential.sign_key)
    done = run([*program(language), f"http://127.0.0.1:{port}", *key, *words], cwd=CLIENTS)
    assert done.stdout, done.stderr
    status, _, answer = done.stdout.partition(" ")
    return done.returncode, int(status), json.loads(answer)


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_client_written_from_the_pages_works(port: int, language: str) -> None:
    require(language, PROGRAMS[language][0])
    world = b.world()
    who = b.participant(world)
    course, schedule = b.course(world)
    set_programme_time(b.BUY_AT)
    b.buy(world, who, schedule)
    code = b.code_of(who.person_id)

    done, status, answer = call(language, port, world.platform, "quota", course.code, schedule.code)
    assert (done, status, answer["data"]["quota"]) == (0, 200, 99)
    done, status, answer = call(language, port, world.institution, "redeem-status", code)
    assert (done, status, answer["data"]["redeem_code"], answer["data"]["status"]) == (0, 200, code, 0)
    done, status, answer = call(language, port, world.institution, "redeem-status", "TIDAKADA0000", "1")
    assert (done, status, answer["code"]) == (1, 400, "ERRTRX40020")


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_client_says_what_it_wants_to_be_asked(language: str) -> None:
    require(language, PROGRAMS[language][0])
    for words in ((), ("redeem-status", "KODE23456789", "satu")):
        done = run([*program(language), "http://127.0.0.1:9", "a", "b", *words], cwd=CLIENTS)
        # `go run` tells the exit code of its program in words.
        assert done.returncode == 2 or "exit status 2" in done.stderr
        assert "HOST CLIENT_CODE SIGN_KEY" in done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_client_takes_silence_for_no_refusal(language: str) -> None:
    require(language, PROGRAMS[language][0])
    done = run([*program(language), "http://127.0.0.1:9", "a", "b", "quota", "x", "y"], cwd=CLIENTS)
    assert done.returncode == 2 or "exit status 2" in done.stderr
    assert "no answer: " in done.stderr
    assert done.stdout == ""


# One of each way to sign: a body, a body with the Authorization slot, path and query, a body with an Idempotency-Key.
SHOWN = {
    "payment-quota-schedule": (404, "ERRPLT40490"),
    "payment-authorize": (401, "ERRPLT40190"),
    "partner-listings": (200, ""),
    "partner-completions": (400, "ERRTRX40020"),
}


@pytest.mark.parametrize("language", samples.LANGUAGES, ids=lambda language: language.name)
def test_samples_of_the_site_run_as_they_stand(port: int, tmp_path: Path, language: samples.Language) -> None:
    require(language.name, RUNNERS[language.name][0])
    world = b.world()
    b.course(world)
    found = {}
    for name in SHOWN:
        declared = dict(names.named())[name]
        operation = openapi.document("id")["paths"][names.wire_path(declared)][declared.method.lower()]
        text = samples.sample(language.name, declared, operation, base_url=f"http://127.0.0.1:{port}")
        (tmp_path / language.file).write_text(text)
        credential = world.platform if declared.kind == "platform" else world.institution
        done = run(
            [*RUNNERS[language.name], language.file],
            cwd=tmp_path,
            PRAKERJA_CLIENT_CODE=credential.client_code,
            PRAKERJA_SIGN_KEY=credential.sign_key,
            PRAKERJA_PAYMENT_TOKEN="bukan-token",
        )
        assert done.returncode == 0, done.stderr
        status, _, answer = done.stdout.strip().partition(" ")
        if language.name == "curl":
            answer, _, status = done.stdout.strip().rpartition("\n")
        found[name] = (int(status), json.loads(answer).get("code", ""))
    assert found == SHOWN
