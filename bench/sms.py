"""`sms`: messages of the outbox to a telephone company by SMPP until their receipts are booked ÷ a bare client of the same company.

The company is the short message centre of the examples, a process of its own that says a receipt for every message at once. The bare
client has its units ready as bytes, keeps the same window and acknowledges every receipt: it knows no outbox, no database and no
text. The outbox claims, opens, writes, writes down what is handed over, submits, and books answers and receipts. Addresses are invented here: the people are copies, whose sealed contact points open for nobody.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from typing import NamedTuple

from django.db.models import Count

from bench import world
from bench.harness import Bench, settle
from bench.report import Result, machine, say
from examples.smsc.testing import PASSWORD, USER, RunningCentre, running_centre
from prakerja.kernel.db import rows, transaction
from prakerja.notifications.delivery import OTHERS, Sender
from prakerja.notifications.gateways.smpp import pdus
from prakerja.notifications.gateways.smpp.bucket import Bucket
from prakerja.notifications.gateways.smpp.gateway import Smpp
from prakerja.notifications.gateways.smpp.health import Health
from prakerja.notifications.gateways.smpp.pdus import Command, ShortMessage
from prakerja.notifications.gateways.smpp.settings import company_of
from prakerja.notifications.models import Message
from prakerja.notifications.operations import Notice, queue_many

# People for each second that may be measured: 3,000 at the small size.
PEOPLE = 100
FULL = 800_000
_SEED = 20_000
_WINDOW = 50
_TEMPLATE = "withdrawn"
TARGETS = {"outbox_to_bare_client": 0.75}


def run(bench: Bench, seconds: float) -> Result:
    """Seed, let the bare client submit as many, send the outbox, verify."""
    about = machine(postgresql=bench.postgresql)
    people = int(os.environ.get("PRAKERJA_BENCH_PEOPLE", "0")) or (FULL if seconds > 60 else int(PEOPLE * seconds))
    say(f"making the world and {people} people …")
    made = world.make_world(stage=world.ready, people=people)
    for begun in range(0, people, _SEED):
        made.add_people(min(_SEED, people - begun), made.many)
    with transaction():
        Message.objects.all().delete()
        queue_many(
            template=_TEMPLATE,
            channels=("sms",),
            notices=(Notice(one.person_id, {}, f"bench:{one.person_id}") for one in made.people),
            at=world.PAY_AT,
            queue="bench",
        )
    count = Message.objects.count()
    settle()
    with running_centre() as centre:
        centre.set(receipt_after=0.0)
        say("the bare client …")
        bare = _bare(centre, count)
        say("the outbox …")
        sent, delivered = _outbox(centre, count)
        taken = centre.taken()
    counts = dict(Message.objects.order_by().values_list("status").annotate(n=Count("id")))
    (parts,) = rows("SELECT count(*), count(DISTINCT message_id) FROM notifications_smspart WHERE word = 'delivered'")
    return Result(
        name="sms",
        value=count / delivered,
        unit="messages/s",
        p50_ms=0.0,
        p99_ms=0.0,
        ratios={"outbox_to_bare_client": bare / delivered},
        targets=TARGETS,
        checks={
            "every message was delivered": counts == {"delivered": count},
            "every message has one part, with its receipt": parts == (count, count),
            "the company took every message once": len(taken) == min(2 * count, 100_000),
        },
        machine=about,
        figures={
            "messages": float(count),
            "the bare client a second": count / bare,
            "until the last was taken a second": count / sent,
        },
        notes=["The bare client is a few lines over a socket, with its units ready: a library's is slower."],
    )


class _Address(NamedTuple):
    value: str
    language: str = "id"
    province_code: str = ""


def _addresses_of(person_ids: list[uuid.UUID], kind: str) -> dict[uuid.UUID, _Address]:
    """A number for each, made of the person's id; none ends as those do that mean something to the centre."""
    return {one: _Address(f"+62813{one.int % 10**6:06d}99") for one in person_ids}


def _outbox(centre: RunningCentre, count: int) -> tuple[float, float]:
    """Seconds until the last message was taken, and until the last receipt was booked."""
    company = company_of(centre.company(WINDOW=str(_WINDOW)))
    gateway = Smpp([company], health=[Health(Bucket(0))], is_urgent=False)
    sender = Sender(OTHERS, resolve=_addresses_of, gateway=gateway)
    sent = 0.0
    began = time.perf_counter()
    try:
        while True:
            sender.woken.clear()
            sender.turn(at=world.PAY_AT)
            if not sent and not sender.in_hand and sender.has_caught_up:
                sent = time.perf_counter() - began
            if sent and not Message.objects.exclude(status="delivered").exists():
                return sent, time.perf_counter() - began
            sender.woken.wait(0.05)
    finally:
        gateway.close()


def _bare(centre: RunningCentre, count: int) -> float:
    """Seconds in which a client that does nothing else submits so many and has a receipt of each."""
    body = ShortMessage(
        source="PRAKERJA",
        source_kind=(5, 0),
        destination="6281300000001",
        text=b"Kartu Prakerja: Anda mengundurkan diri. Bila bukan Anda, hubungi kami segera.",
        registered_delivery=1,
    ).body()
    with socket.create_connection(("127.0.0.1", centre.port)) as there:
        there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bind = pdus.bind_body(system_id=USER, password=PASSWORD)
        there.sendall(pdus.unit(Command.BIND_TRANSCEIVER, 1, bind))
        buffer, submitted, answered, receipts = bytearray(), 0, 0, 0
        while not pdus.split(buffer):
            buffer += there.recv(65536)
        began = time.perf_counter()
        while receipts < count:
            room = min(_WINDOW - (submitted - answered), count - submitted)
            out = [pdus.unit(Command.SUBMIT_SM, number + 2, body) for number in range(submitted, submitted + room)]
            submitted += room
            if out:
                there.sendall(b"".join(out))
            buffer += there.recv(65536)
            acknowledged = []
            for one in pdus.split(buffer):
                if one.command == Command.DELIVER_SM:
                    receipts += 1
                    acknowledged.append(pdus.unit(Command.DELIVER_SM | pdus.RESPONSE, one.sequence, b"\0"))
                else:
                    answered += 1
            if acknowledged:
                there.sendall(b"".join(acknowledged))
        return time.perf_counter() - began
