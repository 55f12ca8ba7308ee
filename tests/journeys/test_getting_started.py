"""The getting-started page of the developer site, done as it is written: every command and the script are run."""

from __future__ import annotations

import html
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.running import System
from tests.waiting import LIMIT

pytestmark = pytest.mark.journeys


@pytest.mark.parametrize("folder", ["/docs/", "/docs/en/"])
def test_ten_minutes(system: System, tmp_path: Path, folder: str) -> None:
    for program in ("sh", "curl", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine")
    page = httpx.get(f"{system.urls['partner_api']}{folder}", trust_env=False, timeout=LIMIT).text
    keys, exports, goods, script, conformance = map(
        html.unescape, re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.S)
    )
    # The page is read once a language, and a code is taken only once.
    mine = folder.strip("/").replace("/", "-")
    made = [json.loads(run(system, line.replace("-saya", f"-{mine}"))) for line in keys.splitlines()]
    assert [one["client_code"] for one in made] == [f"toko-{mine}", f"lembaga-{mine}"]
    course, _ = [json.loads(run(system, line)) for line in goods.splitlines()]

    # "Replace the codes in BODY with those of step 2", save it under the name that the page gives, run it as it says.
    name, command = re.findall(r'<p class="label">(\S+), [^<]*<code>([^<]*)</code>', page)[0]
    body = json.dumps({"course_code": course["course_code"], "schedule_code": course["schedule_code"]})
    (tmp_path / name).write_text(re.sub(r"(?m)^BODY=.*$", f"BODY='{body}'", script))
    variables = dict(line.removeprefix("export ").split("=", 1) for line in exports.splitlines())
    assert variables["PRAKERJA_URL"] == system.urls["partner_api"]
    variables |= {"PRAKERJA_CLIENT_CODE": made[0]["client_code"], "PRAKERJA_SIGN_KEY": made[0]["sign_key"]}
    kept = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    done = subprocess.run(
        shlex.split(command),
        cwd=tmp_path,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=True,
    )
    answer, _, status = done.stdout.strip().rpartition("\n")
    assert (status, json.loads(answer)["data"]["quota"]) == ("200", 1_000_000)

    # Both keys that step 1 printed, in their order; the institution of step 1 works to the last of its own steps.
    words = conformance.replace("-saya", f"-{mine}")
    for one in made:
        words = words.replace("…", one["sign_key"], 1)
    told = run(system, words)
    assert "The published contract holds" in told
    assert "✓ sequence 999: attended afterwards" in told


def run(system: System, line: str) -> str:
    """One of the page's commands; returns what it printed."""
    program, *words = shlex.split(line)
    assert program == "prakerja"
    result = system.run(*words)
    assert result.code == 0, result.err
    return result.out
