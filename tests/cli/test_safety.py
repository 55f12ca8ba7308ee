"""`prakerja check` names what is unsafe, thing by thing, and is silent about what is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prakerja.cli import safety
from prakerja.kernel.addresses import Proxies
from prakerja.kernel.secrets import create_keys
from tests import running

SAFE: dict[str, Any] = {
    "ENVIRONMENT": "production",
    "HOSTS": ["127.0.0.1", "prakerja.go.id"],
    "PROXIES": Proxies((ip_network("10.0.0.0/8"),)),
    "PORTAL_URL": "https://prakerja.go.id",
    "CONSOLE_URL": "https://operator.prakerja.go.id",
    "PARTNER_API_URL": "https://mitra.prakerja.go.id",
    "PAYOUT_RAIL": "snap",
    "CIVIL_REGISTRY": "dukcapil",
    "PRIVACY_CONTROLLER": "Kantor",
    "PRIVACY_EMAIL": "data@prakerja.go.id",
    "DRAW_ORIGIN": "undian.prakerja.go.id",
}
AT = datetime(2026, 11, 30, 10, tzinfo=UTC)


def unsafe(findings: Any) -> set[str]:
    found = [one for one in findings if not one.is_safe]
    assert all(one.indonesian and one.english for one in found)
    return {one.name for one in found}


def test_nothing_is_said_of_what_is_safe() -> None:
    assert unsafe(safety.of_settings(SimpleNamespace(**SAFE), is_sandbox=False)) == set()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ENVIRONMENT", "sandbox", "environment"),
        ("HOSTS", ["127.0.0.1", "localhost", "testserver"], "host names"),
        ("HOSTS", ["prakerja.go.id", "@addresses"], "host names"),
        ("HOSTS", ["*"], "host names"),
        ("PROXIES", Proxies(), "proxy"),
        ("CONSOLE_URL", "http://operator.prakerja.go.id", "addresses"),
        ("PORTAL_URL", "", "addresses"),
        ("PAYOUT_RAIL", "sandbox", "payment rail"),
        ("CIVIL_REGISTRY", "none", "civil registry"),
        ("PRIVACY_EMAIL", "", "who answers for people's data"),
        ("DRAW_ORIGIN", "prakerja.example", "the draw's name"),
    ],
)
def test_each_thing_is_named(name: str, value: Any, said: str) -> None:
    assert unsafe(safety.of_settings(SimpleNamespace(**{**SAFE, name: value}), is_sandbox=False)) == {said}


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"PRAKERJA_SMS_GATEWAY": "smpp", "PRAKERJA_EMAIL_GATEWAY": "smtp"}, set()),
        ({"PRAKERJA_SMS_GATEWAY": "smpp"}, {"e-mails"}),
        ({"PRAKERJA_SMS_GATEWAY": "smpp", "PRAKERJA_MESSAGE_GATEWAY": "log_only"}, {"e-mails"}),
        ({"PRAKERJA_MESSAGE_GATEWAY": "log_only", "PRAKERJA_EMAIL_GATEWAY": "smtp"}, {"SMS"}),
        ({}, {"SMS", "e-mails"}),
    ],
)
def test_what_carries_messages_is_asked_of_whoever_sends_them(said: dict[str, str], wrong: set[str]) -> None:
    assert unsafe(safety.of_gateways(said)) == wrong


def test_a_sandbox_is_no_production() -> None:
    assert unsafe(safety.of_settings(SimpleNamespace(**SAFE), is_sandbox=True)) == {"environment"}


def test_keys_that_others_read_and_keys_beside_the_data(tmp_path: Path) -> None:
    keys, data = tmp_path / "keys", tmp_path / "data"
    create_keys(keys)
    assert unsafe(safety.of_keys(keys, data_dir=data)) == set()
    next(keys.glob("*.json")).chmod(0o640)
    assert unsafe(safety.of_keys(keys, data_dir=data)) == {"keys"}
    next(keys.glob("*.json")).chmod(0o600)
    keys.chmod(0o755)
    assert unsafe(safety.of_keys(keys, data_dir=tmp_path)) == {"keys", "keys apart"}


def _answering(**instead: tuple[Any, ...]) -> Callable[[str], tuple[Any, ...]]:
    said = {
        "rolsuper": (False, False, False, False),
        "fsync": ("on", "on", "on"),
        "data_checksums": ("on",),
        "clock_timestamp": (AT,),
    } | instead
    return lambda statement: next(value for word, value in said.items() if word in statement)


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({}, set()),
        ({"rolsuper": (True, False, False, False)}, {"database role"}),
        ({"rolsuper": (False, True, False, False)}, {"database role"}),
        ({"fsync": ("off", "on", "on")}, {"durability"}),
        ({"fsync": ("on", "off", "on")}, {"durability"}),
        ({"fsync": ("on", "remote_apply", "on")}, set()),
        ({"data_checksums": ("off",)}, {"checksums"}),
        ({"clock_timestamp": (AT + timedelta(minutes=1),)}, {"clock"}),
        ({"clock_timestamp": (AT - timedelta(minutes=1),)}, {"clock"}),
    ],
)
def test_what_the_database_is(instead: dict[str, tuple[Any, ...]], said: set[str]) -> None:
    assert unsafe(safety.of_database(_answering(**instead), wall=AT)) == said


def test_by_command_with_a_backup_and_without(tmp_path: Path) -> None:
    with running.world() as data_dir:
        first = running.command("check", "--json", data_dir=data_dir)
        assert first.code == 1, first.err
        told = {one["name"]: one["ok"] for one in first.document["checks"]}
        # The embedded server is durable, its keys are its owner's alone, and a command works as a role that makes no others.
        assert told["durability"]
        assert told["keys"] is (data_dir.stat().st_uid == os.getuid())
        assert not told["environment"]
        assert not told["backups"]
        assert told["database role"]
        made = running.command("backup", "create", "--to", str(tmp_path), data_dir=data_dir)
        assert made.code == 0, made.err
        second = running.command("check", "--backups", str(tmp_path), "--json", data_dir=data_dir)
        assert {one["name"]: one["ok"] for one in second.document["checks"]} == told | {"backups": True}
