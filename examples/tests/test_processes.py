"""The two programs as processes: ports, health, cookies of one browser, a clean stop."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from examples.shared.config import Settings
from tests.waiting import LIMIT, free_port, stop, wait_until_healthy

ROOT = Path(__file__).parents[2]


@contextmanager
def running(program: str, settings: Settings, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program as `make run` does, and stop it with SIGTERM."""
    wanted = {
        "PRAKERJA_API": settings.api_url,
        "PARTNERS_FILE": str(settings.partners_file),
        "DATA_DIR": str(settings.data_dir / "shops"),
        "PATH": os.environ["PATH"],
    }
    process = subprocess.Popen([sys.executable, "-m", f"examples.{program}"], cwd=ROOT, env=wanted | environment)
    try:
        yield process
    finally:
        assert stop(process) == 0


def test_seven_shops_in_one_process(settings: Settings) -> None:
    ports = [free_port() for _ in range(7)]
    with running("platform", settings, PORTS=",".join(map(str, ports))) as process:
        for port in ports:
            wait_until_healthy(f"http://127.0.0.1:{port}", process)
        with httpx.Client(trust_env=False, follow_redirects=True, timeout=LIMIT) as browser:
            for port, brand in ((ports[0], "bukalapak"), (ports[6], "tokopedia")):
                base = f"http://127.0.0.1:{port}"
                token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(f"{base}/signup").text)
                assert token is not None
                fields = {"name": "Siti", "email": "siti@contoh.id", "password": "rahasia-demo"}
                answer = browser.post(f"{base}/signup", data={"csrf_token": token[1], **fields})
                assert answer.url == f"{base}/"
                assert f"shop_{brand}" in browser.cookies
            for port in (ports[0], ports[6]):
                assert "Keluar" in browser.get(f"http://127.0.0.1:{port}/").text
            assert "#1a6b30" in browser.get(f"http://127.0.0.1:{ports[6]}/accent.css").text
            assert browser.get(f"http://127.0.0.1:{ports[6]}/static/base.css").status_code == 200
    assert (settings.data_dir / "shops" / "platform.sqlite3").stat().st_mode & 0o077 == 0


def test_class_sites_in_one_process(settings: Settings) -> None:
    port = free_port()
    with running("institution", settings, PORT=str(port)) as process:
        wait_until_healthy(f"http://127.0.0.1:{port}", process)
        page = httpx.get(f"http://127.0.0.1:{port}/lpk-satu", trust_env=False, follow_redirects=True, timeout=LIMIT)
        assert page.url.path == "/lpk-satu/"
        assert "Kelas di LPK Satu Karya" in page.text


def test_missing_settings_are_named(settings: Settings) -> None:
    for program, environment, sentence in (
        ("platform", {}, "PORTS needs 7 ports in this order: bukalapak, maubelajarapa, pintaria"),
        ("institution", {}, "Set PORT to the port to listen on."),
        ("institution", {"PORT": "1"}, "PRAKERJA_API, PARTNERS_FILE, DATA_DIR"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", f"examples.{program}"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        assert done.returncode == 1
        assert sentence in done.stderr
