"""What every page promises, and how the program starts and stops."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from examples.world.testing import running_world
from examples.world.texts import ENGLISH
from tests.waiting import LIMIT

pytestmark = pytest.mark.journeys

FOLDER = Path(__file__).resolve().parents[1]
PAGES = ["/", "/phone/", "/phone/081200000110", "/bank/", "/registry/", "/unknown"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_marked_as_a_demo(browser: httpx.Client, path: str) -> None:
    page = browser.get(path)
    assert "Demo, bukan situs resmi; jangan masukkan data asli" in page.text
    assert '<html lang="id">' in page.text
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "Server" not in page.headers
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', page.text)
    assert [one for one in addresses if one.startswith("http")] == ["http://127.0.0.1:8000/"]
    inputs = re.findall(r'<input id="(\w+)"', page.text)
    assert inputs == re.findall(r'<label for="(\w+)"', page.text)


def test_english_is_one_click_away_and_stays(browser: httpx.Client) -> None:
    assert "English</a>" in browser.get("/phone/").text
    english = browser.get("/phone/?lang=en")
    assert '<html lang="en">' in english.text
    assert "Demo, not an official site; do not enter real data" in english.text
    assert "Demo bank" in browser.get("/bank/").text
    assert [cookie.name for cookie in browser.cookies.jar] == ["world_session"]
    assert "Bank demo" in browser.get("/bank/?lang=id").text


def test_every_sentence_has_its_english() -> None:
    used = set()
    for template in (FOLDER / "templates").glob("*.html"):
        used |= {
            double or single
            for double, single in re.findall(r'\bt\((?:"([^"]+)"|\'([^\']+)\')\)', template.read_text())
        }
    for module in ("phone.py", "bank_pages.py"):
        used |= set(re.findall(r'error="([^"]+)"', (FOLDER / module).read_text()))
    assert used == set(ENGLISH)


def test_health_and_a_clean_end(tmp_path: Path) -> None:
    with running_world() as own:
        answer = httpx.get(f"{own.url}/health", trust_env=False, timeout=LIMIT)
        assert (answer.status_code, answer.text) == (200, "ok")
        port = own.url.rpartition(":")[2]
        taken = start(DATA_DIR=str(tmp_path), PORT=port, GATEWAY_KEY="a", BANK_KEY="b")
    assert own.process.returncode == 0
    assert taken.returncode == 2
    assert f"cannot listen on port {port}" in taken.stderr


def test_without_keys_it_says_so_and_does_not_start() -> None:
    ended = start(PORT="1", GATEWAY_KEY="a")
    assert (ended.returncode, ended.stderr) == (2, "world: set BANK_KEY in the environment\n")


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "examples.world"],
        cwd=FOLDER.parents[1],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
