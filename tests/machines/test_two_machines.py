"""Doors and workers on two machines at one database: what one does the other knows, and what is counted is counted once."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from django.test import override_settings

from prakerja.access.actors import SYSTEM
from prakerja.access.session_store import SessionStore
from prakerja.config.settings import portal
from prakerja.kernel.clock import WIB, now
from prakerja.kernel.db import rows, transaction
from prakerja.notifications.operations import queue_message
from prakerja.partners import keys
from prakerja.portal.pages import SESSION_PERSON
from tests import builders as b
from tests.machines.namespaces import Machine, machine, require_namespaces
from tests.partner_api.partner import PAYMENT, set_programme_time
from tests.partner_api.served import ask
from tests.partner_api.signer import Signer
from tests.waiting import wait_until

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]

API, PORTAL = 8002, 8000
# After the first reminder of whoever was announced with `builders`.
REMINDED = datetime(2021, 10, 16, 10, tzinfo=WIB)
QUOTA = f"{PAYMENT}/quota-schedule"


@pytest.fixture
def machines() -> Iterator[list[Machine]]:
    require_namespaces()
    with ExitStack() as stack:
        yield [stack.enter_context(machine(number)) for number in (1, 2)]


def test_two_machines_are_one_office(machines: list[Machine], tmp_path: Path) -> None:
    here, there = machines
    world = b.world()
    course, schedule = b.course(world)
    who = b.participant(world)
    set_programme_time(b.BUY_AT)
    platform = world.platform
    body = json.dumps({"course_code": course.code, "schedule_code": schedule.code}).encode()
    for one in machines:
        one.serve("partner_api", port=API, log=tmp_path / f"{one.name}-api.log")
        one.serve("portal", port=PORTAL, log=tmp_path / f"{one.name}-portal.log")

    def quota(one: Machine, signer: Signer) -> int:
        headers = signer.headers("POST", QUOTA, body) | {"Content-Type": "application/json"}
        return ask(API, "POST", QUOTA, body, headers, host=one.address)[0]

    # A client's calls a minute are counted by both together: the one of this minute was used up here, and there nobody has called yet.
    keys.set_rules(actor=SYSTEM, code=platform.client_code, rate_limit_per_minute=1, at=b.BUY_AT)
    signer = Signer(platform)
    wait_until(lambda: quota(here, signer) == 429, what="the call of this minute is used up")
    assert quota(there, signer) == 429
    keys.set_rules(actor=SYSTEM, code=platform.client_code, rate_limit_per_minute=0, at=b.BUY_AT)
    wait_until(lambda: {quota(one, signer) for one in machines * 5} == {200}, what="both know that there is no limit")

    # A key that is revoked is refused by both.
    (old,) = keys.keys_of(code=platform.client_code)
    keys.add_key(actor=SYSTEM, code=platform.client_code, at=b.BUY_AT)
    keys.revoke_key(actor=SYSTEM, code=platform.client_code, key_id=old.key_id, at=b.BUY_AT)
    wait_until(lambda: {quota(one, signer) for one in machines} == {401}, what="both refuse a revoked key")

    # Who signed in at one is signed in at the other, and signed out at both.
    session = signed_in(who.person_id)
    assert [status(one, session) for one in machines] == [200, 200]
    with transaction():
        assert session.session_key is not None
        SessionStore().delete(session.session_key)
    wait_until(lambda: [status(one, session) for one in machines] == [302, 302], what="signed out at both")

    # A machine that lost the database says so, keeps nobody else from working, and is back when the wire is.
    here.wire.cut()
    wait_until(lambda: here.health(PORTAL) == 503, what="the machine without a database is taken out")
    assert there.health(PORTAL) == 200
    assert status(there, signed_in(who.person_id)) == 200
    here.wire.mend()
    wait_until(lambda: here.health(PORTAL) == 200, what="it is back by itself")


def test_two_workers_tell_everybody_once(machines: list[Machine], tmp_path: Path) -> None:
    """Outbox and due tasks: neither leads, and what one has claimed the other leaves."""
    world = b.world()
    people = [b.participant(world).person_id for _ in range(12)]
    # By day, or some of what is told waits for the morning.
    set_programme_time(b.BUY_AT)
    at = now()
    for number in range(20):
        for person_id in people:
            with transaction():
                queue_message(
                    person_id=person_id,
                    template="wave_joined",
                    channels=("email",),
                    parameters={"wave": 1, "ticket": f"t{number}"},
                    dedupe_key=f"try:{number}",
                    at=at,
                )
    logs = [tmp_path / f"{one.name}-worker.log" for one in machines]
    for one, log in zip(machines, logs, strict=True):
        one.start(
            "prakerja.config.worker",
            log=log,
            PRAKERJA_POOL="20",
            PRAKERJA_MESSAGE_GATEWAY="log_only",
        )
    waiting = "SELECT count(*) FROM notifications_message WHERE channel <> 'dashboard' AND status NOT IN ('sent', 'delivered')"
    wait_until(lambda: rows(waiting) == [(0,)], what="everything was sent")
    said = Counter(re.findall(r"message (\S+) reaches nobody", "".join(log.read_text() for log in logs)))
    mailed = rows("SELECT count(*) FROM notifications_message WHERE channel <> 'dashboard'")[0][0]
    assert len(said) == mailed
    assert set(said.values()) == {1}
    # One of them is gone: the other does what falls due for all, each once.
    machines[0].processes[0].kill()
    set_programme_time(REMINDED)
    told = "SELECT count(DISTINCT person_id) FROM notifications_message WHERE template = 'deadline_reminder' AND channel = 'dashboard'"
    wait_until(lambda: rows(told) == [(12,)], what="all are reminded")
    wait_until(lambda: rows(waiting) == [(0,)], what="the reminders were sent")
    twice = "SELECT person_id, dedupe_key, channel FROM notifications_message GROUP BY 1, 2, 3 HAVING count(*) > 1"
    assert rows(twice) == []


def signed_in(person_id: uuid.UUID) -> SessionStore:
    of_the_door = {name: getattr(portal, name) for name in dir(portal) if name.startswith("SESSION_")}
    with override_settings(**of_the_door):
        session = SessionStore()
        session[SESSION_PERSON] = str(person_id)
        session.save()
    return session


def status(one: Machine, session: SessionStore) -> int:
    cookie = {"Cookie": f"{portal.SESSION_COOKIE_NAME}={session.session_key}"}
    return ask(PORTAL, "GET", "/dashboard", headers=cookie, host=one.address)[0]
