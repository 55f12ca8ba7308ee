"""A wrong report of a completed class, mended by an operator: on the console's page and by the command."""

from __future__ import annotations

import re

import httpx
import pytest

from tests import running
from tests.console.signing_in import token

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]


def test_a_report_is_found_by_its_certificate_and_corrected(system: running.System, approver: httpx.Client) -> None:
    number = re.search(r"RASAKATA-[0-9A-Z-]+", approver.get("/training/certificate/").text)
    assert number is not None
    named = ("--institution", "rasakata", "--certificate", number[0])
    before = system.json("completion", "show", *named)
    assert (before["certificate_number"], before["withdrawn"]) == (number[0], False)
    score = 99 if before["score"] != 99 else 98
    after = system.json("completion", "correct", *named, "--score", str(score), "--reason", "surat lembaga")
    assert {**before, "score": score} == after
    wrong = system.run("completion", "correct", *named, "--kind", "tidak-ada", "--reason", "surat lembaga")
    assert (wrong.code, "completion" in wrong.err) == (2, True)

    row = approver.get(f"/training/completion/{after['completion']}/change/")
    address = f"/completions/{after['person']}/{after['completion']}/"
    assert address in row.text
    page = approver.get(address)
    assert f'value="{score}"' in page.text
    form = {"csrfmiddlewaretoken": token(page.text), "completed_date": after["completed_date"], "score": "70"}
    form |= {name: after[name] for name in ("certificate_number", "certificate_kind")}
    refused = approver.post(address, data=form | {"reason": "", "score": "101"})
    assert refused.status_code == 200
    assert system.json("completion", "show", *named)["score"] == score
    done = approver.post(address, data=form | {"reason": "surat lembaga kedua"})
    assert "Laporan sudah diperbaiki." in done.text
    assert system.json("completion", "show", *named)["score"] == 70


def test_whoever_may_not_is_told_so(viewer: httpx.Client) -> None:
    completion = re.search(r"/training/completion/([0-9a-f-]{36})/change/", viewer.get("/training/completion/").text)
    assert completion is not None
    address = re.search(r"/completions/[0-9a-f-]{36}/[0-9a-f-]{36}/", viewer.get(completion[0]).text)
    assert address is not None
    assert viewer.get(address[0]).status_code == 403
