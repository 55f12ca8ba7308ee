"""Operators come and go, get roles, a password by a one-time link, and another authenticator. Every step is audited."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from prakerja.access.actors import Actor
from prakerja.access.models import OperatorRole, PasswordLink, SecondFactor, User
from prakerja.access.permissions import ROLES, incompatible
from prakerja.access.permitting import permitted
from prakerja.access.sessions import end_sessions
from prakerja.access.signing_in import check_password, set_second_factor
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.installation import is_sandbox
from prakerja.kernel.typed import normal_email

LINK_LIFE = timedelta(hours=24)
DOOR = "console"


@dataclass(frozen=True)
class Operator:
    """What may be told of an operator. `last_signed_in_at` is wall time."""

    user_id: uuid.UUID
    email: str
    name: str
    roles: tuple[str, ...]
    is_active: bool
    has_password: bool
    has_second_factor: bool
    last_signed_in_at: datetime | None


@dataclass(frozen=True)
class Invitation:
    """An operator and the token of the one-time link by which they choose a password: told once, kept as a hash."""

    operator: Operator
    token: str
    expires_at: datetime


def all_operators() -> list[Operator]:
    """Every operator, by address."""
    return [_seen(user) for user in User.objects.order_by("email")]


@permitted("operator.manage")
def add_operator(
    *, email: str, name: str, roles: Collection[str], actor: Actor, wall: datetime, at: datetime
) -> Invitation:
    """Make an operator, who chooses a password by the link within 24 hours (wall time) and then sets up an authenticator.

    Raises Refused: not_permitted, email_invalid, operator_exists, roles_missing, role_unknown (role),
    roles_incompatible (one, other).
    """
    address, wanted = _address(email), _checked(roles)
    with transaction():
        return _make(address, name, wanted, actor, wall, at)


def add_first_operator(*, email: str, name: str, wall: datetime, at: datetime) -> Invitation:
    """The operator who comes with the installation: an administrator, while there is nobody else.

    Whoever can run a command on the machine may do so, once. Raises Refused: operators_exist, email_invalid.
    """
    address = _address(email)
    with transaction():
        # Of two who install at once the second waits here, and then finds the first.
        rows("SELECT pg_advisory_xact_lock(hashtext('access: the first operator'))")
        if User.objects.exists():
            raise Refused("operators_exist")
        return _make(address, name, frozenset(("administrator",)), Actor.system("installation"), wall, at)


def install_operator(
    *, email: str, name: str, roles: Collection[str], password: str, totp_secret: str, wall: datetime
) -> uuid.UUID:
    """A sandbox's operator, whose password and authenticator everybody knows. Raises Refused: not_a_sandbox, and as
    `add_operator` does."""
    if not is_sandbox():
        raise Refused("not_a_sandbox")
    with transaction():
        made = _make(_address(email), name, _checked(roles), Actor.system("sandbox"), wall, wall)
        user = User.objects.get(id=made.operator.user_id)
        user.set_password(password)
        user.save(update_fields=["password"])
        _end_links(user, wall)
        set_second_factor(user_id=user.id, secret=totp_secret, wall=wall)
    return user.id


@permitted("operator.manage")
def set_roles(*, email: str, roles: Collection[str], actor: Actor, at: datetime) -> Operator:
    """Replace an operator's roles; they hold from the next page on.

    Raises Refused: not_permitted, operator_unknown, roles_missing, role_unknown (role), roles_incompatible (one, other),
    last_administrator.
    """
    wanted = _checked(roles)
    with transaction():
        user = _locked(email)
        before = _roles(user)
        if "administrator" in before and "administrator" not in wanted:
            _keep_an_administrator(user)
        OperatorRole.objects.filter(user=user).exclude(role__in=wanted).delete()
        _give(user, wanted - before, at)
        _note("operator.roles_set", user, actor, at, before=sorted(before), after=sorted(wanted))
        return _seen(user)


@permitted("operator.manage")
def disable_operator(*, email: str, actor: Actor, at: datetime, why: str = "") -> Operator:
    """Shut an operator out at once: their sessions and links end, their name stays in the audit trail.

    Raises Refused: not_permitted, operator_unknown, last_administrator.
    """
    with transaction():
        user = _locked(email)
        if user.is_active:
            _keep_an_administrator(user)
            user.is_active = False
            user.save(update_fields=["is_active"])
            _end_links(user, at)
            end_sessions(door=DOOR, owner=user.id, actor=actor, at=at)
            _note("operator.disabled", user, actor, at, why=why, before=True, after=False)
        return _seen(user)


@permitted("operator.manage")
def enable_operator(*, email: str, actor: Actor, at: datetime, why: str = "") -> Operator:
    """Let a disabled operator in again, with the password, authenticator and roles they had.

    Raises Refused: not_permitted, operator_unknown.
    """
    with transaction():
        user = _locked(email)
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            _note("operator.enabled", user, actor, at, why=why, before=False, after=True)
        return _seen(user)


@permitted("operator.manage")
def reset_second_factor(*, email: str, actor: Actor, wall: datetime, at: datetime, why: str = "") -> Invitation:
    """Forget an operator's authenticator and password: both begin again with the one-time link.

    A password alone must not be enough to set up another authenticator. Sessions end.
    Raises Refused: not_permitted, operator_unknown.
    """
    with transaction():
        user = _locked(email)
        had_one = bool(SecondFactor.objects.filter(user=user).delete()[0])
        user.set_unusable_password()
        user.save(update_fields=["password"])
        end_sessions(door=DOOR, owner=user.id, actor=actor, at=at)
        token, expires_at = _make_link(user, wall)
        _note("operator.second_factor_reset", user, actor, at, why=why, before=had_one, after=False)
        return Invitation(_seen(user), token, expires_at)


def link_owner(*, token: str, wall: datetime) -> str:
    """Whose link this is: their address. Raises Refused: link_unknown (used, replaced, too old, or never made)."""
    return _live_link(token, wall).user.email


def choose_password(*, token: str, password: str, wall: datetime, at: datetime) -> None:
    """Use a one-time link up. Raises Refused: link_unknown, password_weak (sentences)."""
    with transaction():
        link = _live_link(token, wall, lock=True)
        _set_password(link.user, password)
        link.ended_at = wall
        link.save(update_fields=["ended_at"])
        end_sessions(door=DOOR, owner=link.user_id, actor=Actor.operator(link.user), at=at)
        _note("operator.password_chosen", link.user, Actor.operator(link.user), at)


def change_password(*, actor: Actor, old: str, new: str, cookie: str, key: str, wall: datetime, at: datetime) -> None:
    """An operator gives themselves another password; their sessions but the one with this `key` end.

    A wrong old one counts as a wrong sign-in of this browser does, so that an unlocked screen is no place to guess.
    Raises Refused: password_wrong, sign_in_locked (until), password_weak (sentences).
    """
    user = User.objects.get(id=uuid.UUID(actor.id))
    try:
        check_password(email=user.email, password=old, cookie=cookie, wall=wall, at=at)
    except Refused as refused:
        if refused.reason == "sign_in_wrong":
            raise Refused("password_wrong") from refused
        raise
    with transaction():
        user = User.objects.select_for_update(no_key=True).get(id=user.id)
        _set_password(user, new)
        end_sessions(door=DOOR, owner=user.id, actor=actor, at=at, but=key)
        _note("operator.password_changed", user, actor, at)


@requires_transaction
def _make(address: str, name: str, roles: frozenset[str], actor: Actor, wall: datetime, at: datetime) -> Invitation:
    user = User(id=new_id(), email=address, name=name.strip()[:200])
    user.set_unusable_password()
    # Of two who add the same address at once the database lets one in; addresses differ in more than their case.
    if not User.objects.filter(email__iexact=address).exists():
        User.objects.bulk_create([user], ignore_conflicts=True)
    if not User.objects.filter(id=user.id).exists():
        raise Refused("operator_exists")
    _give(user, roles, at)
    token, expires_at = _make_link(user, wall)
    _note("operator.added", user, actor, at, after={"email": address, "roles": sorted(roles)})
    return Invitation(_seen(user), token, expires_at)


@requires_transaction
def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("password_weak", sentences=list(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])


@requires_transaction
def _make_link(user: User, wall: datetime) -> tuple[str, datetime]:
    _end_links(user, wall)
    token, expires_at = secrets.token_urlsafe(32), wall + LINK_LIFE
    PasswordLink.objects.create(user=user, token_hash=_hash(token), created_at=wall, expires_at=expires_at)
    return token, expires_at


def _end_links(user: User, wall: datetime) -> None:
    PasswordLink.objects.filter(user=user, ended_at=None).update(ended_at=wall)


def _live_link(token: str, wall: datetime, *, lock: bool = False) -> PasswordLink:
    live = PasswordLink.objects.select_related("user").filter(
        token_hash=_hash(token), ended_at=None, expires_at__gt=wall, user__is_active=True
    )
    found = (live.select_for_update(no_key=True, of=("self",)) if lock else live).first()
    if found is None:
        raise Refused("link_unknown")
    return found


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@requires_transaction
def _give(user: User, roles: Collection[str], at: datetime) -> None:
    OperatorRole.objects.bulk_create([OperatorRole(user=user, role=role, given_at=at) for role in sorted(roles)])


@requires_transaction
def _keep_an_administrator(user: User) -> None:
    """Somebody must be left who can make operators. Two who leave at once wait for each other here."""
    rows("SELECT pg_advisory_xact_lock(hashtext('access: the last administrator'))")
    others = OperatorRole.objects.filter(role="administrator", user__is_active=True).exclude(user=user)
    is_one = OperatorRole.objects.filter(role="administrator", user=user).exists()
    if is_one and not others.exists():
        raise Refused("last_administrator")


def _checked(roles: Collection[str]) -> frozenset[str]:
    wanted = frozenset(roles)
    if not wanted:
        raise Refused("roles_missing")
    for role in sorted(wanted):
        if role not in ROLES:
            raise Refused("role_unknown", role=role)
    for one, other in incompatible(wanted):
        raise Refused("roles_incompatible", one=one, other=other)
    return wanted


def _address(email: str) -> str:
    address = normal_email(email)
    if address is None:
        raise Refused("email_invalid")
    return address


@requires_transaction
def _locked(email: str) -> User:
    user = User.objects.select_for_update(no_key=True).filter(email__iexact=email.strip()).first()
    if user is None:
        raise Refused("operator_unknown")
    return user


def _roles(user: User) -> frozenset[str]:
    return frozenset(OperatorRole.objects.filter(user=user).values_list("role", flat=True))


def _seen(user: User) -> Operator:
    held = _roles(user)
    return Operator(
        user_id=user.id,
        email=user.email,
        name=user.name,
        roles=tuple(role for role in ROLES if role in held),
        is_active=user.is_active,
        has_password=user.has_usable_password(),
        has_second_factor=SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists(),
        last_signed_in_at=user.last_login,
    )


@requires_transaction
def _note(action: str, user: User, actor: Actor, at: datetime, **told: Any) -> None:
    record(action=action, at=at, actor=actor, subject_kind="operator", subject_id=user.id, **told)
