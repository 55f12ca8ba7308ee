"""The client of the sandbox phone against the real program, and its sibling that sends nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from examples.world.testing import RunningWorld, running_world
from prakerja.notifications.gateways import Accepted, Handed, PermanentFailure, TemporaryFailure, gateway_of
from prakerja.notifications.gateways.log_only import LogOnly
from prakerja.notifications.gateways.sandbox_phone import SandboxPhone
from tests.waiting import LIMIT

pytestmark = pytest.mark.journeys

AT = datetime(2021, 9, 27, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> Iterator[RunningWorld]:
    with running_world() as running:
        yield running


@pytest.fixture
def phone(world: RunningWorld) -> SandboxPhone:
    return SandboxPhone(url=world.url, key=world.gateway_key)


def received(world: RunningWorld, address: str) -> list[tuple[str, str | None, str, str]]:
    messages = httpx.get(f"{world.url}/phone/{address}/messages.json", trust_env=False, timeout=LIMIT).json()
    return [(one["channel"], one["subject"], one["text"], one["at"]) for one in messages]


def test_an_sms_arrives_once(world: RunningWorld, phone: SandboxPhone) -> None:
    for _ in range(2):
        sent = phone.send(reference="s-1", channel="sms", to="+6281200000201", text="Kode OTP 482913", at=AT)
        assert sent == Accepted()
    assert received(world, "081200000201") == [("sms", None, "Kode OTP 482913", "2021-09-27T01:00:00+00:00")]


def test_an_email_arrives(world: RunningWorld, phone: SandboxPhone) -> None:
    sent = phone.send(reference="s-2", channel="email", to="a@b.example", subject="Halo", text="Isi", at=AT)
    assert sent == Accepted()
    assert received(world, "a@b.example") == [("email", "Halo", "Isi", "2021-09-27T01:00:00+00:00")]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("+6281200000009", TemporaryFailure("http_503")),
        ("+6281200000008", PermanentFailure("unreachable")),
        ("bukan nomor", PermanentFailure("address")),
        ("", PermanentFailure("invalid")),
    ],
)
def test_addresses_that_cannot_be_reached(
    phone: SandboxPhone, to: str, expected: TemporaryFailure | PermanentFailure
) -> None:
    assert phone.send(reference=f"s-{to[-4:]}-x".replace(" ", ""), channel="sms", to=to, text="Isi", at=AT) == expected


def test_a_wrong_key_or_a_gateway_that_is_away_does_not_give_a_message_up(world: RunningWorld) -> None:
    stranger = SandboxPhone(url=world.url, key="another key")
    away = SandboxPhone(url="http://127.0.0.1:9", key="k")
    elsewhere = SandboxPhone(url=f"{world.url}/elsewhere", key=world.gateway_key)
    outcomes = [
        gateway.send(reference="s-3", channel="sms", to="+6281200000203", text="Isi", at=AT)
        for gateway in (stranger, away, elsewhere)
    ]
    assert outcomes == [TemporaryFailure("http_401"), TemporaryFailure("no_answer"), TemporaryFailure("http_404")]
    assert received(world, "081200000203") == []


def test_log_only_sends_nothing_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        sent = LogOnly().send(reference="s-4", channel="sms", to="+6281200000204", text="482913", at=AT)
    assert sent == Accepted()
    assert caplog.messages == ["no gateway is configured: sms message s-4 reaches nobody"]


def test_in_production_nothing_counts_as_told_by_a_gateway_that_only_logs(settings: Settings) -> None:
    settings.MESSAGE_GATEWAY = "log_only"
    said = {"reference": "s-5", "channel": "sms", "to": "+6281200000204", "text": "dicabut", "at": AT}
    settings.IS_DEMO = False
    assert gateway_of(is_urgent=False).send(**said) == TemporaryFailure("no_gateway")  # type: ignore[arg-type]
    settings.IS_DEMO = True
    assert gateway_of(is_urgent=False).send(**said) == Accepted()  # type: ignore[arg-type]


@pytest.mark.parametrize(("url", "key"), [("", "k"), ("http://127.0.0.1:9", "")])
def test_it_does_not_start_without_address_or_key(url: str, key: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        SandboxPhone(url=url, key=key)


def test_many_in_one_call_are_answered_one_by_one(world: RunningWorld, phone: SandboxPhone) -> None:
    """A wave's messages went a call each, a few hundred a second: 755,000 people waited for hours."""
    to = ("+6281200000211", "+6281200000009", "+6281200000008", "+6281200000212", "bukan nomor")
    together = [Handed(f"many-{number}", "sms", number_to, "Isi", AT) for number, number_to in enumerate(to)]
    outcomes = phone.send_many(together)
    assert outcomes == [
        Accepted(),
        TemporaryFailure("http_503"),
        PermanentFailure("unreachable"),
        Accepted(),
        PermanentFailure("address"),
    ]
    assert phone.send_many(together)[0] == Accepted()
    assert len(received(world, "081200000211")) == len(received(world, "081200000212")) == 1


def test_a_call_that_is_refused_as_a_whole_harms_none_of_its_messages(world: RunningWorld, phone: SandboxPhone) -> None:
    large = [Handed(f"large-{number}", "sms", f"+6281200{number:06d}", "x" * 15_000, AT) for number in range(230, 310)]
    assert phone.send_many(large) == [Accepted() for _ in large]
    assert len(received(world, "081200000230")) == 1
    away = SandboxPhone(url="http://127.0.0.1:9", key="k")
    stranger = SandboxPhone(url=world.url, key="another key")
    assert away.send_many(large) == [TemporaryFailure("no_answer") for _ in large]
    assert stranger.send_many(large) == [TemporaryFailure("http_401") for _ in large]
