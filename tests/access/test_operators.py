"""Operators, their roles and their way in: every refusal leaves everything as it was and, where it counts, is written down."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from prakerja.access import operators, signing_in
from prakerja.access.actors import Actor
from prakerja.access.models import OperatorRole, PasswordLink, SecondFactor, User
from prakerja.access.permissions import INCOMPATIBLE, ROLES
from prakerja.access.permitting import operator_by_email, require
from prakerja.audit.kinds import ACTOR_KINDS
from prakerja.audit.models import Record
from prakerja.audit.operations import record
from prakerja.kernel.clock import wall
from prakerja.kernel.errors import Refused
from tests.builders import BUY_AT as AT
from tests.builders import install

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-03-02T03:00:00+00:00")
PASSWORD = "kuda-laut-terbang-7"
SYSTEM = Actor.system("command")


def add(email: str = "siti@contoh.example", roles: tuple[str, ...] = ("viewer",), **given: Any) -> operators.Invitation:
    return operators.add_operator(
        email=email, name="Siti", roles=roles, **{"actor": SYSTEM, "wall": NOW, "at": AT, **given}
    )


def refused(call: Callable[..., Any], /, **given: Any) -> str:
    with pytest.raises(Refused) as found:
        call(**given)
    return found.value.reason


def ready(email: str = "siti@contoh.example", roles: tuple[str, ...] = ("viewer",)) -> User:
    """An operator with a password and an authenticator whose secret is SECRET."""
    install()
    user_id = operators.install_operator(
        email=email, name="Siti", roles=roles, password=PASSWORD, totp_secret=SECRET, wall=NOW
    )
    return User.objects.get(id=user_id)


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(at: datetime = NOW) -> str:
    return pyotp.TOTP(SECRET).at(at)


def sign(user: User, **given: Any) -> None:
    signing_in.check_code(user_id=user.id, **{"code": code(), "cookie": "", "wall": NOW, "at": AT, **given})


def password(email: str, text: str, cookie: str = "", at: datetime = NOW) -> User:
    return signing_in.check_password(email=email, password=text, cookie=cookie, wall=at, at=AT)


def test_the_kinds_of_actors_are_closed() -> None:
    with pytest.raises(ValueError, match="nobody acts as"):
        Actor("bank", "bni")


@pytest.mark.parametrize("kind", ["bank", "", "Operator"])
def test_the_trail_refuses_an_actor_of_another_kind(kind: str) -> None:
    """Also from SQL and `COPY`, which no Python looks at."""
    with pytest.raises(IntegrityError, match="audit_record_actor_kind"), transaction.atomic():
        Record.objects.create(action="test.acted", actor_kind=kind, at=AT, recorded_at=NOW)
    with transaction.atomic():
        for known in ACTOR_KINDS:
            record(action="test.acted", actor=Actor(known, "x"), at=AT)
    assert Record.objects.filter(action="test.acted").count() == len(ACTOR_KINDS)


def test_what_the_trail_says_by_an_older_word_stays() -> None:
    """The CHECK comes into a database whose old rows have other words, and nobody may change those."""
    migration = importlib.import_module("prakerja.audit.migrations.0003_who_can_act").Migration
    before = MigrationLoader(connection).project_state(("audit", "0002_append_only"))
    after = MigrationLoader(connection).project_state(("audit", "0003_who_can_act"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_record DROP CONSTRAINT audit_record_actor_kind")
    Record.objects.create(action="test.acted", actor_kind="pejabat", at=AT, recorded_at=NOW)
    with connection.schema_editor(atomic=False) as editor:
        migration.operations[0].database_forwards("audit", editor, before, after)
    assert Record.objects.filter(actor_kind="pejabat").count() == 1
    with pytest.raises(IntegrityError, match="audit_record_actor_kind"), transaction.atomic():
        Record.objects.create(action="test.acted", actor_kind="pejabat", at=AT, recorded_at=NOW)


def test_the_first_operator_comes_once() -> None:
    first = operators.add_first_operator(email="Kepala@Contoh.Example ", name="Kepala", wall=NOW, at=AT)
    assert (first.operator.email, first.operator.roles) == ("kepala@contoh.example", ("administrator",))
    again = {"email": "lain@contoh.example", "name": "", "wall": NOW, "at": AT}
    assert refused(operators.add_first_operator, **again) == "operators_exist"
    assert User.objects.count() == 1
    added = Record.objects.get(action="operator.added")
    assert (added.actor_kind, added.actor_id, added.subject_id) == ("system", "installation", first.operator.user_id)
    assert added.data == {"after": {"email": "kepala@contoh.example", "roles": ["administrator"]}}


def test_an_operator_is_added_by_an_administrator_only() -> None:
    administrator = add("kepala@contoh.example", ("administrator",)).operator
    viewer = add("lihat@contoh.example").operator
    acting = operator_by_email(email="kepala@contoh.example")
    assert add("baru@contoh.example", actor=acting).operator.roles == ("viewer",)
    assert Record.objects.filter(action="operator.added", actor_id=str(administrator.user_id)).count() == 1
    before = User.objects.count()
    assert (
        refused(add, email="x@contoh.example", actor=operator_by_email(email="lihat@contoh.example")) == "not_permitted"
    )
    assert User.objects.count() == before
    no = Record.objects.get(action="operator.refused")
    assert (no.actor_kind, no.actor_id, no.data) == ("operator", str(viewer.user_id), {"verb": "operator.manage"})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"email": "bukan alamat"}, "email_invalid"),
        ({"email": "SITI@contoh.example"}, "operator_exists"),
        ({"email": "baru@contoh.example", "roles": ()}, "roles_missing"),
        ({"email": "baru@contoh.example", "roles": ("raja",)}, "role_unknown"),
        ({"email": "baru@contoh.example", "roles": ("approver", "releaser")}, "roles_incompatible"),
    ],
)
def test_what_is_no_operator_is_refused(given: dict[str, Any], reason: str) -> None:
    add()
    assert refused(add, **given) == reason
    assert [User.objects.count(), OperatorRole.objects.count(), PasswordLink.objects.count()] == [1, 1, 1]


@pytest.mark.parametrize("one", ROLES)
def test_the_database_refuses_the_pairs_that_the_table_names(one: str) -> None:
    """Past every verb: no row of two roles that nobody may hold together."""
    for other in ROLES:
        if other == one:
            continue
        user = User.objects.create(email=f"{one}-{other}@contoh.example")
        OperatorRole.objects.create(user=user, role=one, given_at=AT)
        is_refused = False
        try:
            with transaction.atomic():
                OperatorRole.objects.create(user=user, role=other, given_at=AT)
        except IntegrityError:
            is_refused = True
        assert is_refused is (frozenset((one, other)) in INCOMPATIBLE), (one, other)


def test_roles_are_replaced_and_hold_at_once() -> None:
    add("kepala@contoh.example", ("administrator",))
    add(roles=("approver", "helper"))
    given = {"email": "siti@contoh.example", "actor": operator_by_email(email="kepala@contoh.example"), "at": AT}
    assert operators.set_roles(roles=("releaser", "helper"), **given).roles == ("helper", "releaser")
    told = Record.objects.get(action="operator.roles_set")
    assert told.data == {"before": ["approver", "helper"], "after": ["helper", "releaser"]}
    siti = operator_by_email(email="siti@contoh.example")
    require(actor=siti, verb="batch.release", at=AT)
    assert refused(require, actor=siti, verb="batch.approve", at=AT) == "not_permitted"
    assert refused(operators.set_roles, roles=("releaser", "approver"), **given) == "roles_incompatible"
    assert operators.all_operators()[1].roles == ("helper", "releaser")


def test_the_last_administrator_stays() -> None:
    add("kepala@contoh.example", ("administrator",))
    given = {"email": "kepala@contoh.example", "actor": SYSTEM, "at": AT}
    assert refused(operators.disable_operator, **given) == "last_administrator"
    assert refused(operators.set_roles, roles=("viewer",), **given) == "last_administrator"
    add("wakil@contoh.example", ("administrator",))
    assert operators.disable_operator(**given).is_active is False


def test_the_programme_signs_no_batch() -> None:
    for verb in ("batch.approve", "batch.authorise", "batch.release"):
        assert refused(require, actor=SYSTEM, verb=verb, at=AT) == "not_permitted"


@pytest.mark.parametrize("kind", ["participant", "partner", "decree"])
def test_nobody_else_may_what_operators_may(kind: str) -> None:
    assert refused(require, actor=Actor(kind, "1"), verb="data.browse", at=AT) == "not_permitted"


def test_a_disabled_operator_may_nothing_and_comes_back_as_before() -> None:
    user = ready(roles=("curator",))
    acting = operator_by_email(email=user.email)
    require(actor=acting, verb="course.decide", at=AT)
    operators.disable_operator(email=user.email, actor=SYSTEM, at=AT, why="Pindah tugas")
    assert Record.objects.get(action="operator.disabled").data == {
        "why": "Pindah tugas",
        "before": True,
        "after": False,
    }
    assert refused(require, actor=acting, verb="course.decide", at=AT) == "not_permitted"
    assert refused(operator_by_email, email=user.email) == "operator_unknown"
    assert refused(password, email=user.email, text=PASSWORD) == "sign_in_wrong"
    assert refused(sign, user=user) == "code_wrong"
    operators.enable_operator(email=user.email, actor=SYSTEM, at=AT)
    require(actor=acting, verb="course.decide", at=AT)
    assert password(user.email, PASSWORD).id == user.id


def test_a_link_chooses_one_good_password() -> None:
    invited = add()
    assert refused(operators.link_owner, token="x", wall=NOW) == "link_unknown"
    assert operators.link_owner(token=invited.token, wall=NOW) == "siti@contoh.example"
    assert bytes(PasswordLink.objects.get().token_hash) != invited.token.encode()
    choose = {"token": invited.token, "wall": NOW, "at": AT}
    for weak in ("pendek-11xx", "qwerty123456", "siti@contoh.example"):
        assert refused(operators.choose_password, password=weak, **choose) == "password_weak", weak
    assert not User.objects.get().has_usable_password()
    operators.choose_password(password=PASSWORD, **choose)
    assert password("siti@contoh.example", PASSWORD).email == "siti@contoh.example"
    assert refused(operators.choose_password, password="lain-lain-lain-9", **choose) == "link_unknown"
    assert Record.objects.filter(action="operator.password_chosen").count() == 1


def test_a_link_ends_after_a_day_and_with_the_next() -> None:
    invited = add()
    late = NOW + timedelta(hours=24)
    assert operators.link_owner(token=invited.token, wall=late - timedelta(seconds=1)) == "siti@contoh.example"
    assert refused(operators.link_owner, token=invited.token, wall=late) == "link_unknown"
    again = operators.reset_second_factor(email="siti@contoh.example", actor=SYSTEM, wall=NOW, at=AT)
    assert refused(operators.link_owner, token=invited.token, wall=NOW) == "link_unknown"
    assert operators.link_owner(token=again.token, wall=NOW) == "siti@contoh.example"


def test_a_code_signs_in_once() -> None:
    user = ready()
    sign(user)
    assert refused(sign, user=user) == "code_used"
    later = NOW + timedelta(seconds=29)
    assert refused(sign, user=user, wall=later) == "code_used"
    # The one before it counts for the clocks of phones, but not after a later one was used.
    assert refused(sign, user=user, code=code(NOW - timedelta(seconds=30))) == "code_used"
    sign(user, code=code(NOW + timedelta(seconds=30)))
    assert SecondFactor.objects.get().last_counter == int(NOW.timestamp()) // 30 + 1
    assert Record.objects.filter(action="operator.signed_in").count() == 2
    assert Record.objects.filter(action="operator.code_repeated").count() == 3


@pytest.mark.parametrize("typed", ["000000", "", "12345", "１２３４５６", "abcdef"])
def test_a_wrong_code_is_counted(typed: str) -> None:
    user = ready()
    assert [refused(sign, user=user, code=typed) for _ in range(5)] == ["code_wrong"] * 4 + ["sign_in_locked"]
    assert refused(sign, user=user) == "sign_in_locked"
    sign(user, wall=NOW + timedelta(hours=1), code=code(NOW + timedelta(hours=1)))


def test_a_reset_forgets_the_authenticator_and_the_password() -> None:
    user = ready()
    invited = operators.reset_second_factor(email=user.email, actor=SYSTEM, wall=NOW, at=AT, why="Ponsel hilang")
    assert not signing_in.has_second_factor(user_id=user.id)
    assert refused(password, email=user.email, text=PASSWORD) == "sign_in_wrong"
    operators.choose_password(token=invited.token, password="gajah-terbang-dua-8", wall=NOW, at=AT)
    assert password(user.email, "gajah-terbang-dua-8").id == user.id
    secret = signing_in.new_secret(user_id=user.id)
    assert secret == signing_in.new_secret(user_id=user.id) != SECRET
    sign(user, code=pyotp.TOTP(secret).at(NOW))
    assert refused(signing_in.new_secret, user_id=user.id) == "second_factor_exists"
    assert Record.objects.get(action="operator.second_factor_reset").data == {
        "why": "Ponsel hilang",
        "before": True,
        "after": False,
    }


def test_wrong_passwords_from_elsewhere_do_not_lock_a_known_browser() -> None:
    user = ready()
    mine = signing_in.browser_cookie(user.id)
    assert [refused(password, email=user.email, text="salah") for _ in range(5)] == ["sign_in_wrong"] * 4 + [
        "sign_in_locked"
    ]
    # Whatever the address is written like, and also with somebody else's cookie or one that nobody made.
    other = signing_in.browser_cookie(ready("lain@contoh.example").id)
    for cookie in ("", other, "palsu", mine[:-1]):
        assert refused(password, email=" SITI@contoh.example", text=PASSWORD, cookie=cookie) == "sign_in_locked"
    assert password(user.email, PASSWORD, mine).id == user.id
    # A known browser has its own five.
    for _ in range(4):
        assert refused(password, email=user.email, text="salah", cookie=mine) == "sign_in_wrong"
    assert refused(password, email=user.email, text="salah", cookie=mine) == "sign_in_locked"
    assert refused(password, email=user.email, text=PASSWORD, cookie=mine) == "sign_in_locked"
    assert password(user.email, PASSWORD, mine, NOW + timedelta(hours=1)).id == user.id


def test_nobody_locks_an_operator_out_from_another_network() -> None:
    """Whoever knows the address locks his own network; with many networks he gets thirty tries an hour and no more."""
    user = ready()
    theirs = {"email": user.email, "cookie": "", "wall": NOW, "at": AT}
    check = signing_in.check_password
    wrong = [refused(check, **theirs, password="salah", network="203.0.113.7") for _ in range(6)]
    assert wrong == ["sign_in_wrong"] * 4 + ["sign_in_locked"] * 2
    assert check(**theirs, password=PASSWORD, network="203.0.113.8").id == user.id
    many = [refused(check, **theirs, password="salah", network=f"2001:db8:{n}::/64") for n in range(25)]
    assert many == ["sign_in_wrong"] * 24 + ["sign_in_locked"]
    assert refused(check, **theirs, password=PASSWORD, network="203.0.113.8") == "sign_in_locked"
    known = signing_in.browser_cookie(user.id)
    assert check(**{**theirs, "cookie": known}, password=PASSWORD, network="203.0.113.7").id == user.id


def test_who_guesses_at_many_operators_from_one_address_goes_on_at_a_crawl() -> None:
    user = ready()
    check, network = signing_in.check_password, "203.0.113.7"
    theirs = {"password": "salah", "cookie": "", "at": AT, "network": network}
    wrong = [
        refused(check, **theirs, email=f"siapa-{number // 4}@contoh.example", wall=NOW)
        for number in range(signing_in.TRIES_NETWORK)
    ]
    assert wrong == ["sign_in_wrong"] * (signing_in.TRIES_NETWORK - 1) + ["sign_in_locked"]
    # A colleague whose browser is new there waits a minute, one whose browser is known does not, nor does anybody elsewhere.
    mine = {**theirs, "email": user.email, "password": PASSWORD}
    assert refused(check, **mine, wall=NOW) == "sign_in_locked"
    assert check(**{**mine, "cookie": signing_in.browser_cookie(user.id)}, wall=NOW).id == user.id
    assert check(**{**mine, "network": "203.0.113.8"}, wall=NOW).id == user.id
    later = NOW + signing_in.PAUSE
    assert check(**mine, wall=later).id == user.id
    assert refused(check, **theirs, email="lagi@contoh.example", wall=later) == "sign_in_locked"
    assert refused(check, **mine, wall=later) == "sign_in_locked"
    assert check(**mine, wall=later + signing_in.PAUSE).id == user.id


def test_a_stranger_is_refused_and_locked_like_an_operator() -> None:
    reasons = [refused(password, email="tidak@ada.example", text="salah") for _ in range(6)]
    assert reasons == ["sign_in_wrong"] * 4 + ["sign_in_locked"] * 2
    # The lock is a security event; whose address it was is nobody's to read.
    noted = Record.objects.get()
    assert (noted.action, noted.subject_id) == ("operator.sign_in_refused", None)
    assert noted.data == {"what": "password", "locked": True}


def test_a_password_is_changed_with_the_old_one() -> None:
    user = ready()
    given = {"actor": Actor.operator(user), "cookie": "", "key": "", "wall": NOW, "at": AT}
    assert refused(operators.change_password, old="salah", new="gajah-terbang-dua-8", **given) == "password_wrong"
    assert refused(operators.change_password, old=PASSWORD, new="qwerty123456", **given) == "password_weak"
    assert password(user.email, PASSWORD).id == user.id
    operators.change_password(old=PASSWORD, new="gajah-terbang-dua-8", **given)
    assert refused(password, email=user.email, text=PASSWORD) == "sign_in_wrong"
    assert password(user.email, "gajah-terbang-dua-8").id == user.id
    told = Record.objects.get(action="operator.password_changed")
    assert (told.actor_id, told.data) == (str(user.id), {})


def test_only_a_sandbox_has_operators_whose_password_everybody_knows() -> None:
    install(is_sandbox=False)
    given = {"email": "x@contoh.example", "name": "", "roles": ("viewer",), "password": PASSWORD, "totp_secret": SECRET}
    assert refused(operators.install_operator, wall=wall(), **given) == "not_a_sandbox"
    assert User.objects.count() == 0
