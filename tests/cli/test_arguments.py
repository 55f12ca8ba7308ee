"""What people type."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta

import pytest

from prakerja.cli import arguments
from prakerja.cli.command import parser


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30d", timedelta(days=30)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("90s", timedelta(seconds=90)),
        ("2w", timedelta(weeks=2)),
        ("5m", timedelta(minutes=5)),
    ],
)
def test_duration(text: str, span: timedelta) -> None:
    assert arguments.duration(text) == span


@pytest.mark.parametrize("text", ["", "30", "d", "1 d", "-1d", "1y", "1d,2h", "٣d"])
def test_no_duration(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        arguments.duration(text)


def test_instant_without_a_zone_is_wib() -> None:
    assert arguments.instant("2021-10-22T00:05") == datetime(2021, 10, 21, 17, 5, tzinfo=UTC)


def test_instant_keeps_its_zone() -> None:
    assert arguments.instant("2021-10-22T00:05:00+00:00") == datetime(2021, 10, 22, 0, 5, tzinfo=UTC)


def test_no_instant() -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        arguments.instant("tomorrow")


@pytest.mark.parametrize(
    "line",
    [
        "up --world empty --port-base 9000 --host 127.0.0.1 --data-dir /x --json",
        "journey --json",
        "proof --json",
        "wave import-results list.csv --wave 21 --decree 1/2021 --announced-at 2021-09-22T20:00",
        "award suspend --person 01a22813-db87-7788-b572-3d0c859af3d4 --reason x --operator a@b",
        "partner add --kind platform --code x --name X --redirect-uri http://a --redirect-uri http://b",
        "sandbox participant --wave 21 --stage purchased --balance 5",
        "sandbox course --price 1 --seats 2 --starts 2021-10-01T09:00",
        "sandbox course --starts 2023-05-15T09:00 --sessions 3 --post-test --assignments 1",
        "sandbox inbox --phone 0812 --wait 3",
        "sandbox totp --user viewer",
        "clock show --json",
        "clock set 2021-10-22",
        "clock advance 30d --json --data-dir /x",
        "due list --json",
        "due run --progress --data-dir /x",
        "bench authorise --seconds 3 --json",
    ],
)
def test_the_contract_parses(line: str) -> None:
    assert parser().parse_args(line.split()).run


def test_what_a_look_found_is_read_by_people_and_with_json_by_programs(capsys: pytest.CaptureFixture[str]) -> None:
    found = {
        "wave": 22,
        "seats": 800000,
        "at": "2021-10-25T05:00:00+00:00",
        "why_not": "",
        "reasons": [{"reason": "DTKS", "people": 1200}],
    }
    arguments.tell_found(argparse.Namespace(json=True), found)
    assert json.loads(capsys.readouterr().out) == found
    arguments.tell_found(argparse.Namespace(json=False), found)
    assert capsys.readouterr().out.splitlines() == [
        "wave: 22",
        "seats: 800.000",
        "at: 2021-10-25 12:00:00 WIB",
        "why not: –",
        "reasons:",
        "  - reason: DTKS",
        "    people: 1.200",
    ]
    arguments.tell_found(argparse.Namespace(json=False), [])
    assert capsys.readouterr().out == "–\n"
