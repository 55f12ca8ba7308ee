"""The runnable samples of the pages, run: what is sent twice in earnest must not be taken for a repetition."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from prakerja.developer_site import samples
from tests.kernel.strangers import stranger
from tests.waiting import LIMIT

PAGE = "/docs/endpoints/partner-courses-post"


def programs(settings: Any) -> dict[str, str]:
    settings.ROOT_URLCONF = "prakerja.config.partner_urls"
    page = unescape(Client().get(PAGE).content.decode())
    found = re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.S)[-len(samples.LANGUAGES) :]
    return dict(zip((one.name for one in samples.LANGUAGES), found, strict=True))


@pytest.mark.parametrize("language", samples.LANGUAGES, ids=lambda one: one.name)
def test_every_run_is_a_request_of_its_own(settings: Any, tmp_path: Path, language: samples.Language) -> None:
    """They all had the same key in the source: whoever tried a second course got the first one back, or a refusal."""
    text = programs(settings)[language.name]
    assert "Idempotency-Key" in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)
    program = shlex.split(language.run)[0]
    if shutil.which(program) is None or language.name in ("go", "java"):
        pytest.skip(f"{program} is not on this machine, or takes longer than it is worth")
    (tmp_path / language.file).write_text(text)
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    with stranger(lambda visit: visit.say(200, b"{}")) as server:
        mine = {"PRAKERJA_URL": server.url, "PRAKERJA_CLIENT_CODE": "lembaga", "PRAKERJA_SIGN_KEY": "kunci"}
        for _ in range(2):
            command = shlex.split(language.run)
            subprocess.run(command, cwd=tmp_path, env=kept | mine, check=True, capture_output=True, timeout=LIMIT)
    keys = [headers["idempotency-key"] for _, _, headers, _ in server.visits]
    assert len(set(keys)) == 2
    assert all(re.fullmatch("[0-9a-f-]{32,36}", key) for key in keys)
