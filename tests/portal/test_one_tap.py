"""A tap that joins is answered past Django, to the letter as Django answers it; whatever else it is goes to Django as it came."""

from __future__ import annotations

import io
import re
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from prakerja.access.models import Session
from prakerja.audit.models import Record
from prakerja.config.settings import portal as door
from prakerja.intake import lining
from prakerja.intake.models import Application, JoinLine, Wave
from prakerja.intake.operations import withdraw_application
from prakerja.kernel.clock import wall
from prakerja.kernel.figures import ROUTE
from prakerja.notifications.models import Message
from prakerja.portal.drafts import SESSION_DRAFT
from prakerja.portal.one_tap import serve_taps
from prakerja.registrations.models import Profile
from tests.intake.joining import CLOSES, OPEN, OPENS, registered, wave

Enter = Callable[[uuid.UUID], Client]
Move = Callable[[datetime], None]
Answer = tuple[str, list[tuple[str, str]], bytes]
# For real, because both ways give the connection back, and with it a test's transaction would go.
pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "b" * 32


@pytest.fixture(autouse=True)
def _another_database() -> Iterator[None]:
    lining.forget_places()
    yield
    lining.forget_places()


class Scene:
    """Somebody who is signed in while wave 22 is open, and both ways to the door."""

    def __init__(self, enter: Enter, move: Move) -> None:
        self.move = move
        wave()
        move(OPEN)
        self.person_id = registered(1)
        self.browser = enter(self.person_id)
        self.key = str(self.browser.cookies[door.SESSION_COOKIE_NAME].value)
        # What Django was given of what it was asked: whether it can still read the form.
        self.given: list[dict[str, str]] = []
        self.lean = serve_taps(self._django)

    def open_door(self) -> None:
        """This process holds places and nobody waits: a tap is one trip to the database."""
        now = wall()
        lining._DEALER._held[22] = (now + timedelta(hours=1), now, 100)

    def shut_door(self) -> None:
        """It holds none, so that a tap goes by steps."""
        lining.forget_places()

    def _django(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.given.append(WSGIRequest(environ).POST.dict())
        start_response("299 Given To Django", [])
        return [b""]

    def environ(self, **changes: Any) -> dict[str, Any]:
        """The plain tap, as the server reads it; None takes something away. `body` and `cookies` are whole."""
        cookies = {door.SESSION_COOKIE_NAME: self.key, door.CSRF_COOKIE_NAME: TOKEN} | changes.pop("cookies", {})
        body: bytes = changes.pop("body", f"csrfmiddlewaretoken={TOKEN}".encode())
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/gelombang/22/gabung",
            "QUERY_STRING": "",
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "testserver",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items() if value is not None),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        return {name: value for name, value in (environ | changes).items() if value is not None}

    def past_django(self, **changes: Any) -> Answer:
        return ask(self.lean, self.environ(**changes))

    def by_django(self, **changes: Any) -> Answer:
        return ask(WSGIHandler(), self.environ(**changes))


def ask(application: Any, environ: dict[str, Any]) -> Answer:
    told: list[Any] = []
    found = application(environ, lambda *said: told.append(said))
    answer = b"".join(found)
    getattr(found, "close", lambda: None)()
    status, fields = told[0]
    # Of two answers the second may fall into the next second.
    return status, [(name, re.sub(r"\d\d:\d\d:\d\d", "…", value)) for name, value in fields], answer


def rows_of(person_id: uuid.UUID) -> tuple[Any, ...]:
    """What a tap wrote, without what is chance."""
    return (
        list(Application.objects.filter(person_id=person_id).values_list("status", "wave__number")),
        sorted(Message.objects.filter(person_id=person_id, template="wave_joined").values_list("channel", "status")),
        list(
            Record.objects.filter(person_id=person_id, action="application.joined").values_list(
                "actor_kind", "actor_id", "subject_kind", "data"
            )
        ),
    )


def forget(person_id: uuid.UUID) -> None:
    """As if they had never tapped, for the other way."""
    for table in ("intake_application", "notifications_message", "audit_record"):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM {table} WHERE person_id = %s", [person_id])
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    cache.clear()


PLAIN: dict[str, dict[str, Any]] = {
    "as it is": {},
    "in English": {"cookies": {door.LANGUAGE_COOKIE_NAME: "en"}},
    "in a language that there is not": {"cookies": {door.LANGUAGE_COOKIE_NAME: "xx"}},
    "with a token as pages write it": {"body": b"csrfmiddlewaretoken=" + b"a" * 32 + b"b" * 32},
    "packed": {"HTTP_ACCEPT_ENCODING": "gzip, br"},
    "from our own page": {"HTTP_ORIGIN": "http://testserver"},
    "by TLS": {"wsgi.url_scheme": "https", "HTTP_REFERER": "https://testserver/gelombang"},
    "with a place that is none": {"cookies": {"portal_place": "x"}},
}


def test_who_joins_is_answered_as_django_answers_and_the_rows_are_the_same(enter: Enter, move: Move) -> None:
    scene = Scene(enter, move)
    ways = (
        (scene.shut_door, scene.by_django),
        (scene.shut_door, scene.past_django),
        (scene.open_door, scene.past_django),
    )
    for name, changes in PLAIN.items():
        found = []
        for door_of, way in ways:
            forget(scene.person_id)
            door_of()
            # The second tap, of a double click or of another tab, finds the ticket of the first.
            answers = [way(**changes) for _ in range(2)]
            assert answers[0] == answers[1], name
            found.append((answers[0], rows_of(scene.person_id)))
        assert found[0] == found[1] == found[2], name
        assert found[0][0][0] == "302 Found", name
        assert [len(one) for one in found[0][1]] == [1, 2, 1], name
    assert scene.given == []
    environ = scene.environ()
    ask(scene.lean, environ)
    assert environ[ROUTE] == "portal:wave_join"
    assert connection.connection is None
    # Where nobody waits it is one trip, which asks for session and person in one.
    forget(scene.person_id)
    scene.open_door()
    places = lining._DEALER._held[22][2]
    with CaptureQueriesContext(connection) as asked:
        assert scene.past_django()[0] == "302 Found"
    told = [one["sql"] for one in asked.captured_queries if re.search("access_session|join_wave|intake_", one["sql"])]
    assert len(told) == 1
    assert re.search("FROM access_session .* join_wave", told[0])
    # Whoever went in took a place.
    assert lining._DEALER._held[22][2] == places - 1


def test_an_owner_that_somebody_wrote_into_the_table_joins_nothing(enter: Enter, move: Move) -> None:
    scene = Scene(enter, move)
    other = registered(2)
    tag = bytes(Session.objects.get().owner_tag or b"")
    assert len(tag) == 32
    for changed in ({"owner": other}, {"owner": other, "owner_tag": b"x" * 32}, {"owner_tag": None}):
        Session.objects.update(**({"owner": scene.person_id, "owner_tag": tag} | changed))
        forget(scene.person_id)
        scene.open_door()
        assert scene.past_django()[0] == "302 Found"
        # By steps, which believe what is signed.
        assert Application.objects.get().person_id == scene.person_id


FOREIGN: dict[str, dict[str, Any]] = {
    "nobody": {"cookies": {door.SESSION_COOKIE_NAME: None}},
    "a session that there is not": {"cookies": {door.SESSION_COOKIE_NAME: "a" * 32}},
    "a session too short to be one": {"cookies": {door.SESSION_COOKIE_NAME: "a"}},
    "no secret of the form": {"cookies": {door.CSRF_COOKIE_NAME: None}},
    "another secret": {"cookies": {door.CSRF_COOKIE_NAME: "c" * 32}},
    "a secret that is none": {"cookies": {door.CSRF_COOKIE_NAME: "?" * 32}},
    "no token": {"body": b""},
    "another token": {"body": b"csrfmiddlewaretoken=" + b"c" * 32},
    "a token of an odd length": {"body": b"csrfmiddlewaretoken=" + b"b" * 40},
    "another site's form": {"HTTP_ORIGIN": "https://elsewhere.example"},
    "a form that hides where it is from": {"HTTP_ORIGIN": "null"},
    "TLS without where it is from": {"wsgi.url_scheme": "https"},
    "TLS from elsewhere": {"wsgi.url_scheme": "https", "HTTP_REFERER": "https://elsewhere.example/"},
    "another name": {"HTTP_HOST": "elsewhere.example", "HTTP_ORIGIN": "http://elsewhere.example"},
}
NOT_PLAIN: dict[str, dict[str, Any]] = {
    "a look": {"REQUEST_METHOD": "GET", "body": b""},
    "a form with more in it": {"body": f"csrfmiddlewaretoken={TOKEN}&more=1".encode()},
    "a form in parts": {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
    "a form without a length": {"CONTENT_LENGTH": ""},
    "a body that is not whole": {"prakerja.body_read": False},
    "a wave that there is not": {"PATH_INFO": "/gelombang/23/gabung"},
    "a number spelt otherwise": {"PATH_INFO": "/gelombang/022/gabung"},
    "an address with more": {"PATH_INFO": "/gelombang/22/gabung/"},
    "a number like none": {"PATH_INFO": "/gelombang/²²/gabung".encode().decode("latin-1")},
}


def test_whoever_is_not_let_in_and_whatever_is_not_plain_goes_to_django_as_it_came(enter: Enter, move: Move) -> None:
    scene = Scene(enter, move)
    for name, changes in (FOREIGN | NOT_PLAIN).items():
        for door_of in (scene.shut_door, scene.open_door):
            scene.given.clear()
            door_of()
            assert scene.past_django(**changes)[0] == "299 Given To Django", name
            sent = scene.environ(**changes)
            assert scene.given == [WSGIRequest(sent).POST.dict()], name
            assert not Application.objects.exists(), name
        # A stranger's tap took no place.
        assert lining._DEALER._held[22][2] == 100, name
        if name in FOREIGN:
            assert not scene.by_django(**changes)[0].startswith("5"), name
            assert not Application.objects.exists(), name


def _end(scene: Scene) -> None:
    Session.objects.update(ends_at=wall() - timedelta(seconds=1))


def _let_lie(scene: Scene) -> None:
    Session.objects.update(used_at=wall() - timedelta(minutes=6))


def _of_another_door(scene: Scene) -> None:
    Session.objects.update(door="console")


def _forge(scene: Scene) -> None:
    Session.objects.update(signed_data="forged:by:hand", owner_tag=b"forged")


def _type_something(scene: Scene) -> None:
    session = scene.browser.session
    session[SESSION_DRAFT] = "sealed"
    session.save()
    Session.objects.update(owner_tag=None)


def _leave(scene: Scene) -> None:
    ask(scene.lean, scene.environ())
    withdraw_application(person_id=scene.person_id, wave_number=22, at=OPEN)
    Wave.objects.update(closes_at=OPEN - timedelta(hours=1))


def _line_up(scene: Scene) -> None:
    JoinLine.objects.create(wave_id=Wave.objects.get().id, next_at=wall() + timedelta(minutes=3))


STATES: dict[str, Callable[[Scene], object]] = {
    "a session that has ended": _end,
    "a session of another door": _of_another_door,
    "a session that nobody of ours signed": _forge,
    "a session whose use is to be noted": _let_lie,
    "something typed that is kept": _type_something,
    "a wave that is not open yet": lambda scene: scene.move(OPENS - timedelta(minutes=1)),
    "a wave that has closed": lambda scene: scene.move(CLOSES),
    "a person whom something speaks against": lambda scene: Profile.objects.update(is_enrolled=True),
    "a full door": _line_up,
    "left, and closed since": _leave,
}


@pytest.mark.parametrize("state", STATES)
def test_what_is_not_plain_success_is_django_s_and_changes_nothing_before(enter: Enter, move: Move, state: str) -> None:
    scene = Scene(enter, move)
    STATES[state](scene)
    before = rows_of(scene.person_id)
    for door_of in (scene.shut_door, scene.open_door) if state != "a full door" else (scene.shut_door,):
        cache.clear()
        scene.given.clear()
        door_of()
        assert scene.past_django()[0] == "299 Given To Django"
        assert scene.given == [{"csrfmiddlewaretoken": TOKEN}]
        assert rows_of(scene.person_id) == before


def test_who_stood_in_line_gets_the_same_place_from_django_and_joins_past_it_in_their_turn(
    enter: Enter, move: Move
) -> None:
    scene = Scene(enter, move)
    _line_up(scene)
    both = serve_taps(WSGIHandler())
    status, fields, _ = ask(both, scene.environ())
    assert (status, dict(fields)["Location"]) == ("302 Found", "/gelombang/22/antrean")
    # Asked past Django and then by it, they took one place.
    assert len(lining._DEALER._given) == 1
    [place] = lining._DEALER._given.values()
    own = re.search("portal_place=([^;]*)", dict(fields)["Set-Cookie"])
    assert own is not None
    assert ask(both, scene.environ(cookies={"portal_place": own[1]}))[1] != []
    assert not Application.objects.exists()
    scene.given.clear()
    lining.forget_places()
    JoinLine.objects.update(next_at=wall() - timedelta(minutes=1))
    assert scene.past_django()[0] == "302 Found"
    assert scene.given == []
    assert Application.objects.get().person_id == place.person_id


class _Hiccup(io.BytesIO):
    """A body that cannot be read the first time."""

    has_failed = False

    def read(self, size: int | None = -1) -> bytes:
        if not self.has_failed:
            self.has_failed = True
            raise OSError("a hiccup")
        return super().read(size)


def test_a_database_that_does_not_answer_and_a_fault_are_told_by_django(enter: Enter, move: Move) -> None:
    scene = Scene(enter, move)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE access_session RENAME TO access_session_away")
    try:
        for door_of in (scene.shut_door, scene.open_door):
            door_of()
            # This process would go on with what it remembers.
            cache.clear()
            assert scene.past_django()[0] == "299 Given To Django"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE access_session_away RENAME TO access_session")
    body = f"csrfmiddlewaretoken={TOKEN}".encode()
    assert scene.past_django(**{"wsgi.input": _Hiccup(body)})[0] == "299 Given To Django"
    assert scene.given == [{"csrfmiddlewaretoken": TOKEN}] * 3
    assert not Application.objects.exists()
