"""Several workers at once: every event is recorded once, every message sent once, every file fetched once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.kernel.clock import wall
from prakerja.kernel.ids import new_id
from prakerja.partners.models import Partner
from prakerja.partners.operations import register_origins
from prakerja.training.models import Assignment
from prakerja.training.operations import redeem_code, submit_assignment
from prakerja.training.processing import process_files
from prakerja.webhooks.endpoints import rotate_secret
from prakerja.webhooks.models import Attempt, Cursor, Delivery
from prakerja.webhooks.operations import collect_events, replay, send_deliveries
from tests import builders as b
from tests.kernel.strangers import stranger
from tests.races.barrier import race
from tests.training.test_files import PDF
from tests.webhooks.conftest import LATER, Receiver, Scene, receiver

__all__ = ["receiver"]
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
RUNNERS = 6
MINUTE = timedelta(minutes=1)


@pytest.fixture
def scene(receiver: Receiver) -> Scene:
    return Scene(receiver)


def test_collectors_record_once_and_senders_send_once(scene: Scene) -> None:
    for number in range(5):
        scene.buy(f"INV-{number}")
    moment = wall()
    race([lambda: collect_events(wall=moment)] * RUNNERS)
    assert (Delivery.objects.count(), Cursor.objects.count()) == (10, 1)
    moment = wall()
    tried = race([lambda: send_deliveries(wall=moment, at=LATER)] * RUNNERS)
    assert sum(tried) == 10  # type: ignore[arg-type]
    assert len(scene.receiver.messages) == 10
    assert set(Delivery.objects.values_list("status", "attempt_count")) == {("delivered", 1)}
    assert Attempt.objects.count() == 10


def test_one_key_rotates_and_replays_once(scene: Scene) -> None:
    scene.buy()
    collect_events(wall=wall())
    about: dict[str, Any] = {"partner_id": scene.platform, "idempotency_key": "k"}
    assert len(set(race([lambda: rotate_secret(actor=SYSTEM, **about, at=LATER)] * RUNNERS))) == 1
    assert race([lambda: replay(actor=SYSTEM, **about, wall=wall(), at=LATER)] * RUNNERS) == [1] * RUNNERS
    assert Record.objects.filter(action="webhook.replayed").count() == 1


def test_a_transaction_that_commits_late_is_told_of(scene: Scene) -> None:
    """Its record is older than one that was read already: the trail is swept only up to where nobody can still write."""
    scene.buy()
    told = Record.objects.get(action="purchase.authorised")
    parameters = connection.get_connection_params()
    keys = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{key: parameters[key] for key in keys if parameters.get(key)}) as slow:
        slow.execute(
            "INSERT INTO audit_record (id, person_id, action, actor_kind, actor_id, subject_kind, subject_id, at, "
            "recorded_at, data) VALUES (%s, %s, %s, 'partner', '', 'purchase', %s, %s, %s, '{}')",
            (new_id(), told.person_id, told.action, told.subject_id, told.at, told.recorded_at),
        )
        scene.buy("INV-2")
        assert collect_events(wall=wall()).recorded == 4
        # Long afterwards it is still open, so the sweep stops before it.
        assert collect_events(wall=wall() + 30 * MINUTE).recorded == 0
        slow.commit()
    assert collect_events(wall=wall() + 30 * MINUTE).recorded == 2


def test_a_file_is_fetched_once() -> None:
    world = b.world()
    Partner.objects.update(is_sandbox=True)
    institution = world.institution.partner_id
    with stranger(lambda visit: visit.say(200, PDF)) as files:
        register_origins(actor=SYSTEM, code=world.institution.client_code, origins=[files.url], at=b.ANNOUNCED)
        for _ in range(3):
            who = b.participant(world)
            _, run = b.course(world)
            b.buy(world, who, run)
            code = b.code_of(who.person_id)
            redeem_code(institution_id=institution, code=code, at=LATER)
            submit_assignment(
                institution_id=institution,
                is_sandbox=True,
                code=code,
                kind="practice",
                sequence=1,
                url=f"{files.url}/tugas.pdf",
                at=LATER,
            )
        race([lambda: process_files(at=LATER)] * RUNNERS)
        while process_files(at=LATER):
            pass
    assert set(Assignment.objects.values_list("status", "attempt_count")) == {("accepted", 1)}
    assert len(files.visits) == 3
