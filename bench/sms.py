"""`sms`: messages of the outbox to a telephone company by SMPP until their receipts are booked ÷ bare clients of the same company.

The company is the short message centre of the examples, a process of its own that says a receipt for every message at once. Two clients
are beside it, which keep the same window and acknowledge every receipt, and know no outbox, no database and no people: the library
smpplib, where it is installed (its licence, LGPL, is why it is not among what we pin: `pip install smpplib`), and a few lines over a
socket with their units ready as bytes, which are faster than any library. The outbox claims, opens, writes, writes down what is handed over, submits, and books answers and receipts. Addresses are invented here: the people are copies, whose sealed contact points open for nobody.
"""

from __future__ import annotations

import importlib
import logging
import os
import resource
import socket
import time
import uuid
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Count

from bench import world
from bench.harness import Bench, settle
from bench.report import Result, machine, say
from examples.smsc.testing import PASSWORD, USER, RunningCentre, running_centre
from prakerja.kernel.db import rows, transaction
from prakerja.notifications.delivery import Sender
from prakerja.notifications.gateways.smpp import pdus
from prakerja.notifications.gateways.smpp.bucket import Bucket
from prakerja.notifications.gateways.smpp.gateway import Smpp
from prakerja.notifications.gateways.smpp.health import Health
from prakerja.notifications.gateways.smpp.pdus import Command, ShortMessage
from prakerja.notifications.gateways.smpp.settings import company_of
from prakerja.notifications.lanes import OTHERS
from prakerja.notifications.models import Message
from prakerja.notifications.operations import Notice, queue_many

# People for each second that may be measured: 3,000 at the small size.
PEOPLE = 100
FULL = 800_000
_SEED = 20_000
_WINDOW = 50
_TEMPLATE = "withdrawn"
_TO, _TEXT = "6281300000001", b"Kartu Prakerja: Anda mengundurkan diri. Bila bukan Anda, hubungi kami segera."
TARGET = 0.75


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
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        taken = centre.taken()
        say("smpplib …")
        library = _smpplib(centre, count)
    counts = dict(Message.objects.order_by().values_list("status").annotate(n=Count("id")))
    (parts,) = rows("SELECT count(*), count(DISTINCT message_id) FROM notifications_smspart WHERE word = 'delivered'")
    # Without the library the target stands against the faster one.
    ratio = "outbox_to_smpplib" if library else "outbox_to_bare_client"
    return Result(
        name="sms",
        value=count / delivered,
        unit="messages/s",
        p50_ms=0.0,
        p99_ms=0.0,
        ratios={ratio: (library or bare) / delivered},
        targets={ratio: TARGET},
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
            "resident MiB after the outbox": resident,
        }
        | ({"smpplib a second": count / library} if library else {}),
        notes=[]
        if library
        else ["smpplib is not installed: the target stands against the bare client, which is faster."],
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
            # Programme time goes on as in a worker: what is looked at again later is.
            sender.turn(at=world.PAY_AT + timedelta(seconds=time.perf_counter() - began))
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
        destination=_TO,
        text=_TEXT,
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


def _smpplib(centre: RunningCentre, count: int) -> float | None:
    """The same of the library smpplib, whose loop is ours; None where it is not installed."""
    try:
        client_module = importlib.import_module("smpplib.client")
    except ImportError:
        return None
    logging.getLogger("smpp").setLevel(logging.ERROR)
    answered = receipts = submitted = 0

    def note_answer(pdu: Any, **_: Any) -> None:
        nonlocal answered
        answered += 1

    def note_receipt(pdu: Any, **_: Any) -> None:
        nonlocal receipts
        receipts += 1

    client = client_module.Client("127.0.0.1", centre.port, timeout=10, allow_unknown_opt_params=True)
    client.set_message_sent_handler(note_answer)
    client.set_message_received_handler(note_receipt)
    client.connect()
    try:
        client.bind_transceiver(system_id=USER, password=PASSWORD)
        began = time.perf_counter()
        while receipts < count:
            while submitted < count and submitted - answered < _WINDOW:
                client.send_message(
                    source_addr_ton=5,
                    source_addr_npi=0,
                    source_addr="PRAKERJA",
                    dest_addr_ton=1,
                    dest_addr_npi=1,
                    destination_addr=_TO,
                    short_message=_TEXT,
                    registered_delivery=True,
                )
                submitted += 1
            client.read_once()
        return time.perf_counter() - began
    finally:
        client.unbind()
        client.disconnect()
