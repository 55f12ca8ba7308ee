"""The worker: sends the outbox as soon as something is in it, and runs what falls due as time passes.

Threads, because a bank that keeps silent must not hold up a one-time password, nor a slow gateway and a hundred thousand
announcements, nor a partner's slow server any of them; the main thread keeps the time.
"""

from __future__ import annotations

import functools
import gc
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

from prakerja.kernel.changes import Changes, Watcher
from prakerja.kernel.figures import figures

if TYPE_CHECKING:
    from prakerja.config.due import Looks
    from prakerja.kernel.due import DueTask
    from prakerja.notifications.delivery import Sender
    from prakerja.notifications.lanes import Lane

_LOG = logging.getLogger("prakerja.worker")
# Wall seconds between two looks at what falls due while others write all the time. An instant that is known is not waited beyond, and
# who rests is woken by a commit (`_CHANGES_EVERY`).
_DUE_EVERY = 1.0
# While more waits than a turn could do: long enough for whoever waits to move the clock.
_DUE_GOES_ON = 0.01
_OUTBOX_EVERY = 1.0
_FILES_EVERY = 1.0
_WEBHOOKS_EVERY = 0.5
# Whether anybody has committed anything is asked this often; who found nothing to do looks again when somebody has, and after the
# longest rest in any case.
_CHANGES_EVERY = 0.1
_LONGEST_REST = 20.0
# What gateways say of themselves is written down by those who send.
_LONGEST_SENDERS_REST = 10.0
_PRUNE_EVERY = 3600.0
_RECONNECT_AFTER = 0.5
# A worker whose clock differs from the database's machine by more seconds does nothing that falls due: it would end what others still
# have, or tell them of it, by an hour that nobody else has.
_CLOCK_EVERY = 30.0
_CLOCK_OFF = 10.0
_LIFE_EVERY = 60.0
_LEAVES_WITHIN = 6.0
# Seconds without a sign after which a thread hangs. What waits for no stranger has no reason to be silent; a task that
# falls due takes as long as its list is long, and has no such limit.
_HANGS_AFTER = {
    "send_codes": 120.0,
    "send_outbox": 120.0,
    "listen": 120.0,
    "watch_changes": 120.0,
    "fetch_files": 1800.0,
    "send_webhooks": 1800.0,
}
_SIGNS: dict[str, float] = {}
# What falls due and when it was last looked for, by the first task of each lane: for whoever watches.
_LANES: dict[str, tuple[Sequence[DueTask], Looks]] = {}
# Wall seconds for which figures are told again instead of measured anew, and threads that answer whoever watches.
_FIGURES_KEPT = 5.0
_WATCHED_BY = 2
# What the senders of this process wait for.
_WOKEN: list[threading.Event] = []
_CHANGES = Changes()


def main() -> int:
    """Work until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prakerja.config.settings.worker")
    # What is loaded here never becomes garbage (prakerja.serving says the same of doors).
    gc.disable()
    import django

    from prakerja.kernel.errors import CannotRun
    from prakerja.kernel.logs import name_process
    from prakerja.kernel.processes import keep_to_ourselves, tell_service_manager, when_asked_to_end

    name_process("worker")
    try:
        django.setup()
        from prakerja.config.wsgi.door import refuse_another_database

        refuse_another_database()
    except CannotRun as error:
        _LOG.error("%s", error)
        return 2
    from django.conf import settings

    from prakerja.config.timekeeping import heartbeat

    if settings.ENVIRONMENT == "production":
        keep_to_ourselves()
    gc.freeze()
    gc.enable()
    stopping = threading.Event()
    when_asked_to_end(stopping.set)
    # Before anything is revoked: what was missed while nobody worked is an outage, and revocations look at it.
    _log_database_errors(_note_life)
    threads = [
        threading.Thread(target=_keep_running, args=(step, stopping), name=step.__name__, daemon=True)
        for step in (watch_changes, send_codes, send_outbox, listen, *due_steps(), fetch_files, send_webhooks)
    ]
    for thread in threads:
        thread.start()
    _let_watch()
    tell_service_manager("READY=1")
    seen = -1
    while not stopping.is_set():
        if settings.IS_DEMO:
            _log_database_errors(heartbeat)
        # Whoever takes over writes that down.
        if seen != _CHANGES.number:
            seen = _CHANGES.number
            _log_database_errors(lambda: _end_when_displaced(stopping))
        _say_that_we_live()
        stopping.wait(1.0)
    for thread in threads:
        thread.join(timeout=8)
    return 0


def _let_watch() -> None:
    """Answer whoever watches, where PRAKERJA_WATCH_PORT says so (config/wsgi/watching.py). A port that is taken stops no worker."""
    port = int(os.environ.get("PRAKERJA_WATCH_PORT") or 0)
    if not port:
        return
    from prakerja.config.measuring import measure
    from prakerja.config.wsgi.health import Health, look
    from prakerja.config.wsgi.watching import watched
    from prakerja.serving import server

    host = os.environ.get("PRAKERJA_WATCH_HOST", "127.0.0.1")
    try:
        listener = server.listen(host, port)
    except OSError as error:
        _LOG.error("%s:%d cannot be had, nobody can watch this worker: %s", host, port, error.strerror)
        return
    application = watched(Health(look), measure=lambda: measure(_LANES), kept_seconds=_FIGURES_KEPT)
    beside = server.Server(listener, application, threads=_WATCHED_BY)
    threading.Thread(target=beside.run, name="watched", daemon=True).start()


def _end_when_displaced(stopping: threading.Event) -> None:
    """Whoever started us lost the database to another, whose worker works now."""
    from prakerja.kernel.running import is_displaced

    ours = os.environ.get("PRAKERJA_RUN", "")
    if ours and is_displaced(holder=ours):
        _LOG.error("another prakerja runs this database: this worker ends")
        stopping.set()


def _say_that_we_live() -> None:
    """Tell systemd, and renew the file that `prakerja up` looks at, unless one of our threads hangs: then we are started again."""
    from prakerja.kernel.processes import tell_service_manager

    now = time.monotonic()
    hanging = [name for name, sign in _SIGNS.items() if now - sign > _HANGS_AFTER[name]]
    for name in hanging:
        _LOG.error("%s has hung for %d s", name, now - _SIGNS[name])
    if not hanging:
        tell_service_manager("WATCHDOG=1")
    if not hanging and (file := os.environ.get("PRAKERJA_LIFE_FILE")):
        try:
            # A full disk has room for no new file, and lets an old one be renewed.
            if not os.path.exists(file):
                open(file, "wb").close()
            os.utime(file)
        except OSError as error:
            _LOG.warning("cannot renew %s: %s", file, error.strerror)


def _give_sign(step: Callable[[threading.Event], None]) -> None:
    _SIGNS[step.__name__] = time.monotonic()


def send_codes(stopping: threading.Event) -> None:
    """Send one-time passwords, in a lane of their own: somebody waits for each before a screen."""
    from prakerja.notifications.lanes import CODES

    _send_lane(CODES, stopping, lambda _sender: _give_sign(send_codes))


def send_outbox(stopping: threading.Event) -> None:
    """Send everything else, and say that messages can be sent."""
    from prakerja.notifications.lanes import OTHERS

    note, forget = _life_noted(), _old_rows_forgotten()

    def in_between(sender: Sender) -> None:
        _give_sign(send_outbox)
        # What waits for hours behind a gateway that is too slow is told as little as by a worker that is off.
        if sender.has_caught_up:
            note()
            forget()

    _send_lane(OTHERS, stopping, in_between)


def listen(stopping: threading.Event) -> None:
    """Wake what sends at the commit that queued something. Without it they look once a second."""
    from prakerja.notifications.operations import CHANNEL_WAKE

    with _session_connection() as listener:
        listener.execute(f"LISTEN {CHANNEL_WAKE}")
        while not stopping.is_set():
            _give_sign(listen)
            for _ in listener.notifies(timeout=_OUTBOX_EVERY, stop_after=1):
                for woken in list(_WOKEN):
                    woken.set()


def watch_changes(stopping: threading.Event) -> None:
    """Tell those who rest that somebody has committed something."""
    try:
        with _session_connection() as connection:
            watcher = Watcher(connection)
            while not stopping.wait(_CHANGES_EVERY):
                _give_sign(watch_changes)
                if watcher.has_changed():
                    _CHANGES.note()
    finally:
        # Nobody watches now: whoever rests looks for himself.
        _CHANGES.note()


def _send_lane(lane: Lane, stopping: threading.Event, in_between: Callable[[Sender], None]) -> None:
    from prakerja.kernel import clock
    from prakerja.notifications.delivery import Sender

    sender = Sender(lane, resolve=addresses_of, wanted=codes_wanted)
    _WOKEN.append(sender.woken)
    try:
        while not stopping.is_set():
            # Before the look: what comes while we look wakes us again.
            sender.woken.clear()
            since = _CHANGES.number
            # What the gateway answers while the database is away is kept, and written down when it is back.
            _log_database_errors(lambda: in_between(sender))
            _log_database_errors(lambda: sender.turn(at=clock.now()))
            _log_database_errors(functools.partial(_rest_of_sender, sender, since, stopping))
        _take_leave(sender)
    finally:
        _WOKEN.remove(sender.woken)


def _rest_of_sender(sender: Sender, since: int, stopping: threading.Event) -> None:
    """Wait for a second, and go on waiting while there is nothing to send and nobody commits anything."""
    from prakerja.kernel import clock

    rest = _LONGEST_SENDERS_REST
    if sender.is_idle and (first := sender.next_look()) is not None:
        rest = min((first - clock.now()).total_seconds(), rest)
    _release_connection()
    ends = time.monotonic() + rest
    while not sender.woken.wait(_OUTBOX_EVERY) and not stopping.is_set():
        if not sender.is_idle or _CHANGES.number != since or time.monotonic() >= ends:
            return


def _take_leave(sender: Sender) -> None:
    """Write down what the gateway still answers; what it does not is sent again by the next worker."""
    from prakerja.kernel import clock

    ends = time.monotonic() + _LEAVES_WITHIN
    while sender.in_hand and time.monotonic() < ends:
        sender.woken.wait(0.2)
        sender.woken.clear()
        _log_database_errors(lambda: sender.settle(at=clock.now()))


def _life_noted() -> Callable[[], None]:
    """`_note_life`, once a minute however often it is called."""
    noted = -_LIFE_EVERY

    def note() -> None:
        nonlocal noted
        if time.monotonic() - noted > _LIFE_EVERY:
            _note_life()
            noted = time.monotonic()

    return note


def _old_rows_forgotten() -> Callable[[], None]:
    """Look at some thousand messages, then at some thousand questions to banks, of two years ago at each call, until they are
    through; then again in an hour."""
    from prakerja.disbursements.keeping import forget_old_questions
    from prakerja.kernel import clock
    from prakerja.notifications.keeping import forget_sent_messages

    steps: list[Callable[..., Any]] = [forget_sent_messages, forget_old_questions]
    through, number = -_PRUNE_EVERY, 0
    after: uuid.UUID | None = None

    def forget() -> None:
        nonlocal through, number, after
        if time.monotonic() - through > _PRUNE_EVERY:
            after = steps[number](wall=clock.wall(), after=after).last
            if after is None:
                number = (number + 1) % len(steps)
                through = through if number else time.monotonic()

    return forget


def _note_life() -> None:
    """Say that messages can be sent: the longest silence is what people could not be told in (notifications/outages.py)."""
    from prakerja.kernel import clock
    from prakerja.notifications.outages import note_life

    if note_life(at=clock.now(), wall=clock.wall()):
        _LOG.warning("nothing was sent for a while before now; revocations of that time wait for an operator")


def due_steps() -> list[Callable[[threading.Event], None]]:
    """A thread's work for each lane: what waits for nobody in one, and each task that calls strangers in one of its own.

    A bank that keeps silent delays no revocation, and a revocation of a whole wave delays no payment.
    """
    from prakerja.config.due import CALLS_TURN, TURN, lanes

    return [
        _due_step(name, tasks, seconds=CALLS_TURN if any(task.calls_network for task in tasks) else TURN)
        for name, tasks in lanes().items()
    ]


def _due_step(name: str, tasks: Sequence[DueTask], *, seconds: float) -> Callable[[threading.Event], None]:
    def step(stopping: threading.Event) -> None:
        run_due(tasks, stopping, seconds=seconds)

    step.__name__ = name
    return step


def run_due(tasks: Sequence[DueTask], stopping: threading.Event, *, seconds: float) -> None:
    """Give the tasks that are due their turns, until told to stop.

    Lanes and workers work beside each other. Whoever moves a sandbox's clock holds the lock alone and runs all of them
    itself, with exact stamps: it is let in between two rounds of turns.
    """
    from prakerja.config.due import Looks, Runner, take_turns
    from prakerja.config.timekeeping import MOVING
    from prakerja.kernel import clock

    runner, looks, is_right = Runner(), Looks(), clock_watch()
    _LANES[tasks[0].name] = (tasks, looks)
    pause, rests = _DUE_EVERY, 0.0
    since = _CHANGES.number
    with _session_connection() as lock:
        while not stopping.wait(pause):
            _CHANGES.wait(since=since, seconds=rests)
            if stopping.is_set():
                return
            # Before the look: what is committed while we look ends the next rest.
            since, rests, pause = _CHANGES.number, 0.0, _DUE_EVERY
            if not is_right():
                continue
            # A look harms nobody who moves the clock; the lock is for those who find something.
            first = looks.first_due(tasks)
            if first is None or first > clock.now():
                runner.end_all_but(())
                left = _LONGEST_REST if first is None else _seconds_until(first)
                pause = min(max(left, _DUE_GOES_ON), _DUE_EVERY)
                rests = min(looks.rest(tasks), left - pause)
                _release_connection()
                continue
            if not _flag(lock, "SELECT pg_try_advisory_lock_shared(%s)", MOVING):
                continue
            try:
                done, was_cut = take_turns(
                    tasks,
                    runner=runner,
                    looks=looks,
                    now=clock.now,
                    failed=_task_failed,
                    seconds=seconds,
                    stopping=stopping.is_set,
                )
            finally:
                _flag(lock, "SELECT pg_advisory_unlock_shared(%s)", MOVING)
                _release_connection()
            if was_cut:
                pause = _DUE_GOES_ON
            for one in done:
                figures().count("prakerja_due_done_total", ("task", one.task), by=one.count)
                if one.count:
                    _LOG.info("%s: %d", one.task, one.count)


def _seconds_until(instant: datetime) -> float:
    """Wall seconds until programme time has come to an instant, or the longest rest."""
    from prakerja.kernel import clock

    # A hair later, so that it has come then.
    return min((instant - clock.now()).total_seconds() + 0.002, _LONGEST_REST)


def clock_watch() -> Callable[[], bool]:
    """Whether this machine's clock is right enough for what falls due; looked at twice a minute, and at once while it is not."""
    from prakerja.kernel import clock

    looked, was_right = -_CLOCK_EVERY, True

    def is_right() -> bool:
        nonlocal looked, was_right
        if not was_right or time.monotonic() - looked > _CLOCK_EVERY:
            off = clock.off_by().total_seconds()
            _release_connection()
            looked, is_now = time.monotonic(), abs(off) <= _CLOCK_OFF
            figures().set("prakerja_clock_off_seconds", to=off)
            if not is_now and was_right:
                _LOG.error(
                    "this machine's clock is off by %.0f s: nothing falls due here until it is right (run NTP)", off
                )
            was_right = is_now
        return was_right

    return is_right


def _task_failed(task: DueTask) -> None:
    """One task's failure keeps no other from running; it stays due and is tried again."""
    figures().count("prakerja_due_failures_total", ("task", task.name))
    _LOG.exception("the task %s failed", task.name)


def fetch_files(stopping: threading.Event) -> None:
    """Fetch the files of assignments and feedback that wait."""
    from prakerja.kernel import clock
    from prakerja.training.processing import next_file, process_files

    while not stopping.is_set():
        _give_sign(fetch_files)
        since = _CHANGES.number
        busy = process_files(at=clock.now())
        first = None if busy else next_file()
        seconds = _LONGEST_REST if first is None else (first - clock.now()).total_seconds()
        _release_connection()
        _rest(stopping, since=since, least=0 if busy else _FILES_EVERY, most=seconds)


def send_webhooks(stopping: threading.Event) -> None:
    """Find what partners are to be told in the audit trail, and tell them. Retries are wall time."""
    from prakerja.kernel import clock
    from prakerja.webhooks.operations import (
        collect_events,
        next_delivery,
        next_settling,
        prune_deliveries,
        send_deliveries,
    )

    pruned = -_PRUNE_EVERY
    while not stopping.is_set():
        _give_sign(send_webhooks)
        since = _CHANGES.number
        found = collect_events(wall=clock.wall())
        tried = send_deliveries(wall=clock.wall(), at=clock.now())
        if time.monotonic() - pruned > _PRUNE_EVERY and not prune_deliveries(wall=clock.wall()):
            pruned = time.monotonic()
        is_busy = bool(tried or found.has_more)
        instants = [] if is_busy else [one for one in (next_settling(), next_delivery()) if one is not None]
        seconds = min(((one - clock.wall()).total_seconds() for one in instants), default=_LONGEST_REST)
        _release_connection()
        _rest(stopping, since=since, least=0 if is_busy else _WEBHOOKS_EVERY, most=seconds)


def _rest(stopping: threading.Event, *, since: int, least: float, most: float) -> None:
    """Wait for `least` wall seconds, then for a change that came after `since`, until `most` are over."""
    if not stopping.wait(least) and least > 0:
        _CHANGES.wait(since=since, seconds=min(most, _LONGEST_REST) - least)


def codes_wanted(asked: list[tuple[uuid.UUID, uuid.UUID]], at: datetime) -> set[uuid.UUID]:
    """The outbox's second look-up: which one-time passwords would still be taken, as those say who check them."""
    from prakerja.access.queries import live_challenges
    from prakerja.purchases.queries import live_intents

    return live_challenges(asked=asked, at=at) | live_intents(asked=asked, at=at)


def addresses_of(person_ids: list[uuid.UUID], kind: str) -> Mapping[uuid.UUID, Any]:
    """The outbox's look-up: contact points are opened by people, which notifications must not know."""
    from prakerja.people.queries import addressees_of

    return addressees_of(person_ids=person_ids, kind=kind)


def _keep_running(step: Callable[[threading.Event], None], stopping: threading.Event) -> None:
    """Keep a thread's work going through restarts of the database and faults that are not for ever."""
    while not stopping.is_set():
        if step.__name__ in _HANGS_AFTER:
            _give_sign(step)
        try:
            step(stopping)
        except Exception:
            _LOG.exception("%s begins again", step.__name__)
            _release_connection()
            stopping.wait(_RECONNECT_AFTER)


def _log_database_errors(function: Callable[[], object]) -> None:
    from django.db import DatabaseError

    try:
        function()
    except DatabaseError as error:
        _LOG.warning("the database: %s", type(error).__name__)
    finally:
        _release_connection()


def _release_connection() -> None:
    """Give this thread's connection back to the pool."""
    from django.db import connection

    connection.close()


def _session_connection() -> psycopg.Connection[Any]:
    """A connection beside the pool, for what belongs to a session: LISTEN and locks."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _flag(connection: psycopg.Connection[Any], sql: str, key: int) -> bool:
    found = connection.execute(sql, (key,)).fetchone()
    return bool(found and found[0])


def start() -> int:
    """Be the worker's process: one that ends with its supervisor, and stands back where others wait for the processor."""
    from prakerja.kernel.processes import die_with_parent
    from prakerja.kernel.standing_back import stand_back

    if os.environ.get("PRAKERJA_SUPERVISED"):
        die_with_parent()
    # A wave's messages take every processor that they are given; a shop's customer waits for the door.
    stand_back()
    return main()


if __name__ == "__main__":
    raise SystemExit(start())
