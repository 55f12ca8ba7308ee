"""What an installation brings along: roles from the old column, authenticators from allauth's table, no old session."""

from __future__ import annotations

import importlib
import json
from types import SimpleNamespace
from typing import Any

import pyotp
import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from prakerja.access import signing_in
from prakerja.access.models import OperatorRole, User
from prakerja.kernel.clock import wall
from prakerja.kernel.db import rows
from prakerja.kernel.secrets import keys
from tests.builders import BUY_AT as AT

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def migration(name: str) -> Any:
    return importlib.import_module(f"prakerja.access.migrations.{name}")


def old_user() -> Any:
    """The user as the code before this change wrote it."""
    state = MigrationLoader(connection).project_state(("access", "0004_room_beside_hot_rows"))
    return state.apps.get_model("access", "User")


def test_a_role_of_the_old_column_becomes_a_row() -> None:
    before = old_user()
    for role in ("viewer", "approver", "releaser", "raja"):
        before.objects.create(email=f"{role}@contoh.example", role=role)
    known = {"User": before, "OperatorRole": OperatorRole}
    given = SimpleNamespace(get_model=lambda app, name: known[name])
    migration("0005_roles_are_rows").copy(given, None)
    held = OperatorRole.objects.values_list("user__email", "role")
    assert {email.partition("@")[0]: role for email, role in held} == {
        "viewer": "viewer",
        "approver": "approver",
        "releaser": "releaser",
        "raja": "viewer",
    }


def test_the_old_code_can_still_make_a_user() -> None:
    rows(
        "INSERT INTO access_user (id, email, name, password, is_superuser, is_active, is_staff, created_at)"
        " VALUES (gen_random_uuid(), 'lama@contoh.example', '', '!', false, true, true, now()) RETURNING role"
    )
    assert User.objects.count() == 1


def test_an_authenticator_goes_on_working() -> None:
    user = User.objects.create(email="siti@contoh.example")
    sealed = keys().seal(SECRET, b"mfa_authenticator:secret").hex()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mfa_authenticator (id serial, user_id uuid, type text, data jsonb)")
        cursor.execute(
            "INSERT INTO mfa_authenticator (user_id, type, data) VALUES (%s, 'totp', %s)",
            [user.id, json.dumps({"secret": sealed})],
        )
    take_over = migration("0007_take_over_authenticators").take_over
    editor = SimpleNamespace(connection=connection)
    for _ in range(2):
        take_over(apps, editor)
    assert signing_in.has_second_factor(user_id=user.id)
    moment = wall()
    code = pyotp.TOTP(SECRET).at(moment)
    signing_in.check_code(user_id=user.id, code=code, cookie="", wall=moment, at=AT)


def test_old_sessions_are_forgotten() -> None:
    forget = migration("0007_take_over_authenticators").FORGET_SESSIONS
    with connection.cursor() as cursor:
        cursor.execute(forget)
        cursor.execute("CREATE TABLE django_session (session_key text)")
        cursor.execute("INSERT INTO django_session VALUES ('kunci')")
        cursor.execute(forget)
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
