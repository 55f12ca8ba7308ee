"""Every statement of a hot call goes to one machine: it names the person, or the value of a claim (docs/architecture.md, "Ready to
outgrow one machine"). What falls due asks all machines for a page and is a list of its own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from prakerja.config.due import due_tasks
from prakerja.kernel import spreading
from prakerja.kernel.functions import hot_call_files
from tests.house.source import shown

pytestmark = pytest.mark.django_db

_ALIAS = r"(?:\s+(?:AS\s+)?(?!(?:JOIN|ON|WHERE|SET|LEFT|CROSS|SELECT|VALUES|FOR|ORDER|USING|INNER|GROUP|UNION)\b)([a-z_]\w*))?"
_TABLE = re.compile(rf"\b(?:FROM|JOIN|UPDATE|INTO)\s+(?:ONLY\s+)?([a-z]+_[a-z]+)\b{_ALIAS}", re.I)


def statements(text: str) -> list[str]:
    """The statements of a function, without comments and texts."""
    body = re.sub(r"--[^\n]*", "", text.split("AS $$", 1)[1])
    body = re.sub(r"'[^']*'", "''", body)
    return [one for one in body.split(";") if _TABLE.search(one)]


def unrouted(statement: str, by: dict[str, str]) -> list[str]:
    """The divided tables that this statement asks on every machine."""
    named = Counter((table.lower(), alias.lower()) for table, alias in _TABLE.findall(statement) if table.lower() in by)
    found = []
    for (table, alias), times in named.items():
        column = by[table]
        who = rf"\b{alias}\." if alias else rf"(?:\b{table}\.|(?<![.\w]))"
        alone = not alias or len({one for one, _ in named if by[one] == column}) == 1
        spelt = rf"(?:{who}|(?<![.\w]))" if alone else who
        equal = len(re.findall(rf"{spelt}{column}\s*=", statement)) + len(
            re.findall(rf"=\s*{who}{column}\b", statement)
        )
        inserted = len(re.findall(rf"INSERT\s+INTO\s+{table}\b[^(]*\([^)]*\b{column}\b", statement, re.I))
        if equal + inserted < times:
            found.append(f"{table} by {column}")
    return found


@pytest.mark.parametrize("path", hot_call_files(), ids=shown)
def test_every_statement_of_a_hot_call_goes_to_one_machine(path: Path) -> None:
    by = {one.table: one.column for one in spreading.plan().places if one.column}
    found = statements(path.read_text())
    assert found
    assert {missing for one in found for missing in unrouted(one, by)} == set(ELSEWHERE.get(path.name, {}))


# Looks that ask every machine, each with its reason.
ELSEWHERE = {
    "join_wave.sql": {
        "awards_blacklist by nik_index": "a revoked person is found by person; that list is claimed by NIK"
    },
}


def test_a_statement_that_asks_every_machine_is_seen() -> None:
    by = {"vouchers_voucher": "person_id", "awards_award": "person_id", "vouchers_codeclaim": "index"}
    assert unrouted("SELECT 1 FROM vouchers_voucher WHERE id = p_id", by) == ["vouchers_voucher by person_id"]
    assert unrouted(
        "SELECT 1 FROM vouchers_voucher v JOIN awards_award a ON a.id = v.award_id WHERE v.person_id = p", by
    ) == ["awards_award by person_id"]
    assert unrouted("INSERT INTO vouchers_codeclaim (index, person_id) VALUES (a, b)", by) == []
    assert unrouted("UPDATE vouchers_voucher SET status = '' WHERE person_id = p AND id = q", by) == []


# Each looks for a page of people on every machine at once, and then writes by person: a batch on purpose.
BATCHES = {
    "stamp the log",
    "sign the ledger",
    "ask the registry",
    "ask_payments",
    "award who was drawn",
    "certificate_ready",
    "draft_payments",
    "end tests",
    "end_answered_cases",
    "expire vouchers",
    "finish_awards",
    "follow moved deadlines",
    "forget codes",
    "forget_askers",
    "incentive_due",
    "lapse_survey",
    "lapse_unlinked",
    "lapse_unopened_surveys",
    "lapse_unreviewed",
    "note_accounts",
    "open_survey",
    "plan_incentives",
    "prepare draws",
    "prune registrations",
    "prune_case_files",
    "recheck_held",
    "reckon deadlines",
    "refund cancelled classes",
    "reindex",
    "remind of codes",
    "remind to buy",
    "remind_of_cutoffs",
    "reseal",
    "revoke",
    "sandbox_sign_off",
    "simulate waves",
    "send_payments",
    "sweep_balance",
    "tell who was not drawn",
    "tell who was not selected",
    "import lists of results",
    "forget lists of results",
    "wipe_cases",
    "write folders of draws",
    "write to strangers",
}


def test_what_asks_every_machine_when_it_falls_due_is_listed() -> None:
    assert {task.name for task in due_tasks()} == BATCHES
