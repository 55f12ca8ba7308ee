"""`wave`: a whole wave as operators and the clock do it, beside people who have nothing to do with it.

Everything runs as `prakerja up` runs it: doors, worker, and the phone of the example world as the message gateway. A list of results
is imported by its command; everybody is told; the clock is moved to the three reminders, by its command; a tenth buys (seeded by
the very functions of the hot calls, hundreds a transaction); the others are revoked at their instant and told; the proof. Meanwhile
a sign-in code is asked for every second and some purchases are made every second; the same was measured before, in peace.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, connections

from bench import FULL, verify, world
from bench.harness import Bench, settle
from bench.importing import write_list
from bench.load import percentile
from bench.report import Result, machine, say
from bench.watching import Watched
from prakerja.awards.cards import open_card_number
from prakerja.cli.running_lock import RunningLock
from prakerja.intake.operations import open_wave
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import row, rows, transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import otp_hash
from prakerja.kernel.typed import normal_phone
from prakerja.notifications.states import MESSAGE_STATES
from prakerja.notifications.templates import URGENT
from prakerja.people.queries import addressees_of
from prakerja.purchases.operations import authorise_purchase, send_otp
from prakerja.purchases.tokens import PaymentToken
from prakerja.sandbox.building import BUDGET
from prakerja.supervisor import plan
from prakerja.supervisor.children import Supervisor, free_ports

TARGETS = {"send-otp p99": 2.0, "authorize p99": 2.0, "longest code, s": 5.0}
# Wave 21, at full size; at a small one so many for each second that was asked for.
PEOPLE = 755_000
_A_SECOND = 30
_OF_THEM_BUY = 10
_PASSERS_WAVE = 22
_FIRST_PASSER = 2_000_000
_PURCHASES_A_SECOND = 8.0
# A program of the supervisor's has a session of its own, and Linux shares the processors out among sessions first.
_STAND_BACK = 'echo 10 > /proc/self/autogroup; exec nice -n 10 "$@"'
# Bytes that all messages of one person take there, at most.
_ON_THE_PHONE = 8_000
# The wave's instants follow from its announcement (`bench.world.ANNOUNCED`), those of the others come later.
_PASSERS_ANNOUNCED = datetime(2021, 9, 27, 8, 0, tzinfo=WIB)
REMINDERS = tuple(datetime(2021, 10, day, 9, tzinfo=WIB) for day in (14, 18, 20))
REVOKED = datetime(2021, 10, 22, 0, 5, tzinfo=WIB)
MORNING = datetime(2021, 10, 22, 7, tzinfo=WIB)
_BUSY = ("announced", "reminder 1", "reminder 2", "reminder 3", "revoked", "told in the morning")
_OF_INTEREST = ("import", "clock's mover", "proof", "worker", "phone", "PostgreSQL")
_WARMING = "warming up"
_AT_ONCE = 500
_JOURNAL_FILES = 64
_SLOW_MS = 200
_ACTOR_DECREE = "SK-TOLOK-21"


def run(bench: Bench, seconds: float) -> Result:
    """Play the wave through; the quiet system is measured for a fifth of `seconds`, a minute at most."""
    people = int(os.environ.get("PRAKERJA_BENCH_PEOPLE", "0")) or (
        PEOPLE if seconds >= FULL.seconds else max(300, int(seconds * _A_SECOND))
    )
    quiet = min(60.0, max(5.0, seconds / 5))
    passers = 300 + people // 20
    about = machine(postgresql=bench.postgresql)
    say(f"a wave of {people} people, {passers} others …")
    world.install(budget=BUDGET + (people + passers) * world.A_PERSON)
    with transaction():
        open_wave(
            number=_PASSERS_WAVE,
            opens_at=datetime(2021, 9, 23, 12, tzinfo=WIB),
            closes_at=datetime(2021, 9, 25, 23, 59, tzinfo=WIB),
            quota=passers,
        )
    shops, classes, popular = world.make_market()
    _log_slow_statements(bench)
    settle()
    with tempfile.TemporaryDirectory(prefix="wave-") as name, _elsewhere(people) as elsewhere:
        folder = Path(name)
        listed, others = folder / "wave.csv", folder / "others.csv"
        write_list(listed, first=0, count=people)
        write_list(others, first=_FIRST_PASSER, count=passers)
        with _running(bench, folder, elsewhere=elsewhere) as (environment, ports, phone, supervisor):
            played = _Played(bench, environment, folder, phone, supervisor)
            played.command("wave", "import-results", str(others), "--wave", str(_PASSERS_WAVE), "--decree", "SK-TOLOK-22",
                           "--announced-at", _PASSERS_ANNOUNCED.isoformat())  # fmt: skip
            _have_watched("SK-TOLOK-22")
            buyers = [[phone_, card] for phone_, card, _ in _people("SK-TOLOK-22")]
            played.drain()
            _have_journal()
            settle()
            given = {
                "portal": ports["portal"],
                "partner_api": ports["partner_api"],
                "phone": str(phone),
                "buyers": buyers,
                "platforms": [{"client_code": one.client_code, "sign_key": one.sign_key} for one in shops],
                "courses": [{"course": one.course_code, "run": one.run_code} for one in classes],
                "price": world.PRICE,
                "purchases_a_second": _PURCHASES_A_SECOND,
            }
            with _Passers(given, folder) as beside:
                with beside.phase(_WARMING):
                    time.sleep(2)
                say(f"the quiet system, {quiet:.0f} s …")
                with beside.phase("quiet"):
                    time.sleep(quiet)
                _play(played, beside, listed, people, shops, popular)
                found = beside.ended()
            played.drain()
            watch = played.watch
            say("verifying …")
            checks = _checks(people, phone) | {
                "every purchase and every code of the others came through": not found["failures"],
                "the proof holds": played.is_proved,
                **verify.money(is_proved=True),
            }
            watch.stop()
    slow = _slow_statements(bench)
    for line in slow:
        say(line)
    return _result(people, found["found"], watch, checks, about, slow)


def _have_journal() -> None:
    """Files of the journal as a database has them that has been at work: new ones would be made while somebody buys."""
    for _ in range(_JOURNAL_FILES):
        row("SELECT pg_logical_emit_message(false, 'tolok', ''), pg_switch_wal()")


def _play(
    played: _Played,
    beside: _Passers,
    listed: Path,
    people: int,
    shops: Sequence[world.NewCredential],
    popular: world.Class,
) -> None:
    """The wave, from its list to its proof."""
    with played.watch.step("imported"), beside.phase("imported"):
        played.command("wave", "import-results", str(listed), "--wave", "21", "--decree", _ACTOR_DECREE,
                       "--announced-at", world.ANNOUNCED.isoformat())  # fmt: skip
    with played.watch.step("announced"), beside.phase("announced"):
        played.drain()
    for number, at in enumerate(REMINDERS, 1):
        # Moved in the same breath as people are told of it, as whoever moves a demo's clock sees it.
        with played.watch.step(f"reminder {number}"), beside.phase(f"reminder {number}", since=at):
            played.command("clock", "set", at.isoformat())
            played.drain()
    with played.watch.step("a tenth bought"):
        _buy(people // _OF_THEM_BUY, shops, popular)
        played.drain()
    with played.watch.step("revoked"), beside.phase("revoked", since=REVOKED):
        played.command("clock", "set", REVOKED.isoformat())
        played.drain()
    with played.watch.step("told in the morning"), beside.phase("told in the morning", since=MORNING):
        played.command("clock", "set", MORNING.isoformat())
        played.drain()
    with played.watch.step("proof"):
        played.is_proved = played.command("proof", may_fail=True) == 0


# With the words of the index that the outbox is claimed by.
_STILL_WAITS = (
    f"SELECT EXISTS (SELECT 1 FROM notifications_message WHERE status IN {MESSAGE_STATES.sql('WAITING')} "
    f"AND NOT template IN ({', '.join(repr(template) for template in URGENT)}) "
    "AND (status = 'sending' OR send_after <= %s) AND template = ANY(%s))"
)


class _Played:
    """The running system as an operator has it: commands, and the phone to look at."""

    def __init__(
        self, bench: Bench, environment: dict[str, str], folder: Path, phone: Path, supervisor: Supervisor
    ) -> None:
        self._data_dir = bench.server.data_dir
        self._environment = environment
        self._supervisor = supervisor
        self.is_proved = False
        self.watch = Watched(dsn=bench.server.dsn, phone=phone, folders=[bench.server.data_dir, folder])
        self.watch.start()

    def command(self, *words: str, may_fail: bool = False) -> int:
        """A command as it is given; what it says of its progress is passed on."""
        done = subprocess.run(
            [sys.executable, "-m", "prakerja", *words, "--data-dir", str(self._data_dir)],
            env=os.environ | self._environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            # An operator's terminal is a session of its own, too; here it would share what those who measure get.
            start_new_session=True,
        )
        if done.returncode and not may_fail:
            raise RuntimeError(f"prakerja {' '.join(words)} ended with {done.returncode}: {done.stdout[-2000:]}")
        if done.returncode:
            say(done.stdout[-4000:])
        return done.returncode

    def drain(self) -> None:
        """Until nothing waits in the outbox but what waits for the morning, and codes and receipts of the others."""
        while True:
            # As `up` does: what died is started again, and said.
            self._supervisor.tend()
            clock.forget()
            found = row(
                _STILL_WAITS,
                [clock.now(), ["result_pass", "deadline_reminder", "revoked"]],
            )
            if found is not None and not found[0]:
                return
            time.sleep(0.25)


class _Passers:
    """The others, in a process of their own; they are measured while a phase lasts."""

    def __init__(self, given: dict[str, Any], folder: Path) -> None:
        file = folder / "passers.json"
        file.write_text(json.dumps(given), encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.passers", str(file)],
            cwd=Path(__file__).resolve().parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> _Passers:
        return self

    def __exit__(self, *raised: object) -> None:
        self._process.kill()
        self._process.wait()

    @contextlib.contextmanager
    def phase(self, name: str, *, since: datetime | None = None) -> Iterator[None]:
        """Measure while the block runs; `since` the clock has come to an instant: what a code was asked for before a clock
        jumped over days it is too late for afterwards, and no clock but a sandbox's does that."""
        is_over = threading.Event()

        def begin() -> None:
            while since is not None and not is_over.is_set() and clock.now() < since:
                time.sleep(0.05)
            self._say(name)
            connections.close_all()

        beginning = threading.Thread(target=begin)
        beginning.start()
        yield
        is_over.set()
        beginning.join()
        self._say("")

    def ended(self) -> dict[str, Any]:
        answer, _ = self._process.communicate()
        found: dict[str, Any] = json.loads(answer)
        return found

    def _say(self, name: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(name + "\n")
        self._process.stdin.flush()


@contextlib.contextmanager
def _elsewhere(people: int) -> Iterator[Path]:
    """Where the phone keeps its messages: in memory where there is room, for it is another company's machine with a disk of its own."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > people * _ON_THE_PHONE
    with tempfile.TemporaryDirectory(prefix="wave-phone-", dir=memory if has_room else None) as name:
        yield Path(name)


@contextlib.contextmanager
def _running(
    bench: Bench, folder: Path, *, elsewhere: Path
) -> Iterator[tuple[dict[str, str], dict[str, int], Path, Supervisor]]:
    """Doors, worker and phone as `up` starts them; their environment, their ports, the phone's file (in `elsewhere`), and who tends
    them."""
    host = "127.0.0.1"
    addresses = plan.Addresses.from_free(host=host, free=free_ports(len(plan.OFFSETS) + len(plan.PLATFORMS), host))
    keys = {"gateway_key": "gateway-key-of-a-bench", "bank_key": "bank-key-of-a-bench"}
    environment = plan.our_environment(
        addresses, database_url=bench.server.dsn, keys=bench.server.keys, is_sandbox=True, **keys
    )
    # By the phone's own gateway, which knows every message by our reference: that is what is compared in the end.
    environment["PRAKERJA_SMS_GATEWAY"] = ""
    lock = RunningLock(bench.server)
    lock.take()
    supervisor = Supervisor(bench.server.log, tell=say)
    try:
        # Phones and their operator's machines are elsewhere: here they must not take the doors' processors.
        outside = plan.world(addresses, data=elsewhere, **keys)
        supervisor.start(replace(outside, command=["sh", "-c", _STAND_BACK, "sh", *outside.command]))
        for name in ("portal", "console", "partner_api", "callbacks"):
            supervisor.start(plan.door(name, addresses, environment))
        supervisor.start(plan.worker(addresses, environment, life=folder / "worker-lives", run=str(lock.holder)))
        supervisor.wait()
        yield environment, addresses.ports, elsewhere / "world" / "world.sqlite3", supervisor
    finally:
        supervisor.stop()
        lock.give_back()


def _people(decree: str, *, most: int | None = None) -> Iterator[tuple[str, str, Any]]:
    """Phone, card number and person of everybody on a decree's list, or the first of them."""
    found = rows(
        "SELECT a.person_id, a.id, a.card_number_enc FROM awards_award a JOIN intake_decree d ON d.id = a.decree_id "
        "WHERE d.number = %s ORDER BY a.id LIMIT %s",
        [decree, most],
    )
    for begun in range(0, len(found), 5_000):
        some = found[begun : begun + 5_000]
        phones = addressees_of(person_ids=[person for person, _, _ in some], kind="phone")
        for person, award, sealed in some:
            number = normal_phone(phones[person].value)
            assert number is not None
            yield number, open_card_number(sealed, award_id=award), person


def _have_watched(decree: str, *, most: int | None = None) -> None:
    """The three films, seen to their end, for everybody on a list or the first of them."""
    with transaction(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_watched ON COMMIT DROP AS SELECT a.person_id, a.id FROM awards_award a "
            "JOIN intake_decree d ON d.id = a.decree_id WHERE d.number = %s ORDER BY a.id LIMIT %s",
            [decree, most],
        )
        cursor.execute(
            "INSERT INTO awards_inductionview (id, person_id, award_id, video, started_at, finished_at) "
            "SELECT overlay(gen_random_uuid()::text placing '7' from 15 for 1)::uuid, person_id, id, number, %s, %s "
            "FROM bench_watched, generate_series(1, 3) number",
            [world.VIDEOS_AT, world.VIDEOS_AT + timedelta(minutes=30)],
        )
        cursor.execute(
            "UPDATE awards_award a SET videos_done_at = %s FROM bench_watched w WHERE a.person_id = w.person_id AND a.id = w.id",
            [world.VIDEOS_AT + timedelta(minutes=30)],
        )


def _buy(count: int, shops: Sequence[world.NewCredential], lesson: world.Class) -> None:
    """Let the first of the wave buy, some hundreds a transaction. What they would be sent as OTP nobody waits for."""
    _have_watched(_ACTOR_DECREE, most=count)
    done = 0
    buying = list(_people(_ACTOR_DECREE, most=count))
    while some := buying[done : done + _AT_ONCE]:
        at = clock.now()
        with transaction(), connection.cursor() as cursor:
            since = new_id()
            tokens = [
                send_otp(
                    platform_id=shops[number % len(shops)].partner_id,
                    platform_user=f"gelombang-{number}",
                    card_number=card,
                    course_code=lesson.course_code,
                    schedule_code=lesson.run_code,
                    amount=world.PRICE,
                    at=at,
                )
                for number, (_, card, _) in enumerate(some, done)
            ]
            intents = [parsed.intent_id for token in tokens if (parsed := PaymentToken.parse(token)) is not None]
            cursor.execute(
                "UPDATE purchases_paymentintent i SET otp_hash = known.hash "
                "FROM unnest(%s::uuid[], %s::bytea[]) known (id, hash) WHERE i.id = known.id",
                [intents, [otp_hash(intent, world.OTP) for intent in intents]],
            )
            cursor.execute("DELETE FROM notifications_message WHERE template = 'otp_purchase' AND id > %s", [since])
            for number, token in enumerate(tokens, done):
                authorise_purchase(
                    platform_id=shops[number % len(shops)].partner_id,
                    token=token,
                    otp=world.OTP,
                    invoice_code=f"INV-G{number}",
                    invoice_url=f"https://platform.example/invoice/{number}",
                    at=at,
                )
        done += len(some)
        if done % (20 * _AT_ONCE) == 0:
            say(f"  {done} of {count} bought")


def _checks(people: int, phone: Path) -> dict[str, bool]:
    """What became of everybody, counted from the rows and from the phone's own file."""
    buyers = people // _OF_THEM_BUY
    rest = people - buyers
    of_wave = "person_id IN (SELECT a.person_id FROM awards_award a JOIN intake_decree d ON d.id = a.decree_id WHERE d.number = %s)"
    states = dict(
        rows(
            "SELECT CASE WHEN a.status = 'active' AND a.first_purchase_at IS NOT NULL THEN 'stands' "
            "WHEN a.status = 'revoked' AND a.first_purchase_at IS NULL AND a.ended_at = %s THEN 'revoked' ELSE 'neither' END, "
            "count(*) FROM awards_award a JOIN intake_decree d ON d.id = a.decree_id WHERE d.number = %s GROUP BY 1",
            [REVOKED, _ACTOR_DECREE],
        )
    )
    told: dict[tuple[str, str], tuple[int, int, int]] = {
        (template, channel): (count, different, delivered)
        for template, channel, count, different, delivered in rows(
            "SELECT template, channel, count(*), count(DISTINCT (person_id, created_at)), "
            f"count(*) FILTER (WHERE status IN {MESSAGE_STATES.sql('TOLD')}) FROM notifications_message WHERE {of_wave} GROUP BY 1, 2",
            [_ACTOR_DECREE],
        )
    }
    expected = {
        **{("result_pass", channel): people for channel in ("sms", "email")},
        ("deadline_reminder", "sms"): 3 * people,
        ("revoked", "sms"): rest,
        ("purchase_ok", "email"): buyers,
    }
    reminded = rows(
        f"SELECT created_at, count(*) FROM notifications_message WHERE template = 'deadline_reminder' AND channel = 'sms' AND {of_wave} "
        "GROUP BY 1 ORDER BY 1",
        [_ACTOR_DECREE],
    )
    say(f"states {states}; told {told}; reminded {reminded}")
    same, twice = _on_the_phone(phone)
    return {
        "a tenth stands, the rest was revoked at its instant": states
        == {"stands": buyers, "revoked": rest} | ({} if buyers else {"revoked": people}),
        "everybody was told everything once": all(
            told.get(key) == (count, count, count) for key, count in expected.items() if count
        ),
        "everybody was reminded at the three instants": reminded == [(at, people) for at in REMINDERS],
        "the phone has what the outbox says it delivered, and nothing else": same,
        "no phone has a message twice": not twice,
    }


def _on_the_phone(phone: Path) -> tuple[bool, bool]:
    """Whether the phone has exactly the delivered messages, by their references; whether an address has the same words twice."""
    ours: dict[str, int] = defaultdict(int)
    with contextlib.closing(sqlite3.connect(f"file:{phone}?mode=ro", uri=True, timeout=60)) as file:
        theirs = file.execute("SELECT reference FROM message ORDER BY reference")
        same = True
        with transaction(), connection.connection.cursor("bench_delivered") as cursor:
            cursor.itersize = 20_000
            cursor.execute(
                "SELECT id::text FROM notifications_message WHERE channel IN ('sms', 'email') AND status = 'sent' ORDER BY id"
            )
            for (reference,) in cursor:
                found = theirs.fetchone()
                ours["delivered"] += 1
                if found is None or found[0] != reference:
                    say(f"the outbox says that {reference} was delivered; the phone has {found} there")
                    same = False
                    break
        same = same and theirs.fetchone() is None
        twice, address, seen = False, "", set()
        for to, at, text in file.execute("SELECT address, at, text FROM message ORDER BY address, id"):
            if to != address:
                address, seen = to, set()
            words = hash((at, text))
            twice = twice or words in seen
            seen.add(words)
    say(f"{ours['delivered']} messages were delivered")
    return same, twice


def _log_slow_statements(bench: Bench) -> None:
    """Have the server write down what takes long, without anybody's data: the statement's text alone."""
    name = row("SELECT current_database()")
    assert name is not None
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name[0]}" SET log_min_duration_statement = {_SLOW_MS}')


_SLOW = re.compile(r"^[^\n]*LOG:  duration: ([\d.]+) ms  [a-z]+[^:\n]*: (.*?)(?=^\d{4}-\d\d-\d\d |\Z)", re.MULTILINE | re.DOTALL)  # fmt: skip


def _slow_statements(bench: Bench) -> list[str]:
    """The statements that took more than 200 ms, those that took most altogether first."""
    log = (bench.server.log / "postgresql.log").read_text(encoding="utf-8", errors="replace")
    took: dict[str, list[float]] = defaultdict(list)
    for found in _SLOW.finditer(log):
        words = re.sub(r"'[^']*'|\b\d+\b|\$\d+", "?", " ".join(found[2].split()))
        took[re.sub(r"\?(?:, \?)+", "?", words)[:400]].append(float(found[1]))
    ordered = sorted(took.items(), key=lambda one: -sum(one[1]))
    return [
        f"slow: {len(times)} times, {sum(times) / 1000:.1f} s altogether, longest {max(times) / 1000:.2f} s: {words}"
        for words, times in ordered[:25]
    ]


def _result(
    people: int,
    found: dict[str, dict[str, list[float]]],
    watch: Watched,
    checks: dict[str, bool],
    about: dict[str, Any],
    slow: list[str],
) -> Result:
    def busy(what: str) -> list[float]:
        return [value for phase in _BUSY for value in found.get(phase, {}).get(what, [])]

    quiet = found["quiet"]
    codes = busy("sign-in code")
    figures: dict[str, float] = {"people": people}
    messages = seconds = 0.0
    for step in watch.steps:
        figures[f"{step.name}: s"] = step.seconds
        if step.name in ("imported", "proof"):
            figures[f"{step.name}: people/s"] = people / step.seconds
        if step.messages > 100:
            figures[f"{step.name}: messages/s"] = step.messages / step.seconds
        figures[f"{step.name}: disk MiB"] = step.disk
        for who in _OF_INTEREST:
            if step.processor.get(who, 0.0) >= 1:
                figures[f"{step.name}: {who} CPU s"] = step.processor[who]
            if who in step.resident:
                figures[f"{step.name}: {who} MiB"] = step.resident[who]
        if step.name in _BUSY:
            messages, seconds = messages + step.messages, seconds + step.seconds
    for phase, measured in found.items():
        if phase != _WARMING:
            figures |= {f"{phase}: {what}, longest ms": max(measured[what]) * 1000 for what in sorted(measured)}
    for what in sorted(quiet):
        for when, values in (("quiet", quiet[what]), ("busy", busy(what))):
            figures[f"{when}: {what}, p50 ms"] = percentile(values, 50) * 1000
            figures[f"{when}: {what}, p99 ms"] = percentile(values, 99) * 1000
    ratios = {
        f"{what} p99": percentile(busy(what), 99) / percentile(quiet[what], 99) for what in ("send-otp", "authorize")
    } | {"longest code, s": max([*codes, *busy("purchase code")])}
    return Result(
        name="wave",
        value=messages / seconds,
        unit="messages/s",
        p50_ms=percentile(codes, 50) * 1000,
        p99_ms=percentile(codes, 99) * 1000,
        ratios=ratios,
        targets=TARGETS,
        at_most=frozenset(TARGETS),
        checks=checks,
        machine=about,
        figures=figures,
        notes=[
            f"p50 and p99 are of {len(codes)} sign-in codes while a wave is told; {len(busy('authorize'))} purchases beside it,"
            f" {len(quiet['authorize'])} in peace",
            *slow,
        ],
    )
