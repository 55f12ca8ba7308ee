"""How an operator signs in: the password, then a code of their authenticator that serves once. Counts and locks are here.

Instants of locks are wall time, as everything about signing in is; `at` (programme time) is for the audit trail only.
"""

from __future__ import annotations

import hmac
import uuid
from datetime import datetime, timedelta

import pyotp
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.http import HttpRequest

from prakerja.access.actors import Actor
from prakerja.access.models import SecondFactor, SignInGuard, User
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import mark, seal, unseal
from prakerja.kernel.typed import normal_digits

TRIES = 5
# Of all networks together: a machine with many addresses gets no more.
TRIES_ELSEWHERE = 30
LOCK = timedelta(hours=1)
# Of one network over all operators: an office may share its address, so beyond it only one try a minute is looked at.
TRIES_NETWORK = 50
PAUSE = timedelta(minutes=1)
STEP_SECONDS = 30
# One step either way: phones' clocks differ.
TOLERANCE = 1
_BROWSER_SALT = "prakerja.access.known-browser"


def known_browser(user_id: uuid.UUID, cookie: str) -> str:
    """The browser's own name when this operator signed in with it before, "" for any other."""
    try:
        owner, name = signing.loads(cookie, salt=_BROWSER_SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    return str(name) if owner == str(user_id) else ""


def browser_cookie(user_id: uuid.UUID) -> str:
    """What a browser is given that an operator signed in with. It opens nothing: it only has a count of its own."""
    return signing.dumps([str(user_id), uuid.uuid4().hex], salt=_BROWSER_SALT)


def check_password(*, email: str, password: str, cookie: str, wall: datetime, at: datetime, network: str = "") -> User:
    """The operator whose password this is; they still need a code. A wrong one is counted although it is refused.

    It is counted in this browser, if they signed in with it before, else in the `network` that it comes from.

    Raises Refused: sign_in_locked (until), sign_in_wrong. Neither says whether there is such an operator.
    """
    with transaction():
        user = User.objects.filter(email__iexact=email.strip()[:254]).first()
        guards = _guards(user, email, cookie, network)
        refusal = _locked(guards, wall)
        if refusal is None and not _is_right(user, password):
            refusal = _count(guards, user, wall, at, "password")
    if refusal is not None:
        raise refusal
    assert user is not None
    return user


def new_secret(*, user_id: uuid.UUID) -> str:
    """The secret of an authenticator that is being set up: the same until its first right code.

    Raises Refused: second_factor_exists.
    """
    with transaction():
        found = _factor(user_id)
        if found is not None and found.confirmed_at is not None:
            raise Refused("second_factor_exists")
        if found is None:
            secret = pyotp.random_base32()
            SecondFactor.objects.bulk_create(
                [SecondFactor(user_id=user_id, secret_enc=_sealed(secret, user_id))], ignore_conflicts=True
            )
            found = _factor(user_id)
            assert found is not None
        return _secret(found)


@requires_transaction
def set_second_factor(*, user_id: uuid.UUID, secret: str, wall: datetime) -> None:
    """Give an operator an authenticator whose secret is known already (a sandbox has no secrets)."""
    SecondFactor.objects.create(user_id=user_id, secret_enc=_sealed(secret, user_id), confirmed_at=wall)


def account(*, user_id: uuid.UUID) -> User:
    """The operator's account, as Django's sessions want it; it is changed by the verbs of `access` alone."""
    return User.objects.get(id=user_id)


def begin_session(request: HttpRequest, *, user_id: uuid.UUID) -> None:
    """Sign the operator of this request in; Django stamps the account with the instant."""
    login(request, account(user_id=user_id))


def has_second_factor(*, user_id: uuid.UUID) -> bool:
    return SecondFactor.objects.filter(user_id=user_id).exclude(confirmed_at=None).exists()


def check_code(*, user_id: uuid.UUID, code: str, cookie: str, wall: datetime, at: datetime, network: str = "") -> None:
    """Use up a code of the operator's authenticator; the first right one confirms it. A wrong one is counted.

    Of two who bring the same code at once one is let in. Raises Refused: sign_in_locked (until), code_used, code_wrong.
    """
    with transaction():
        user = User.objects.get(id=user_id)
        guards = _guards(user, user.email, cookie, network)
        refusal = _locked(guards, wall)
        if refusal is None:
            refusal = _take_code(user, code, guards, wall, at)
    if refusal is not None:
        raise refusal


@requires_transaction
def _take_code(user: User, code: str, guards: dict[int, SignInGuard], wall: datetime, at: datetime) -> Refused | None:
    factor = _factor(user.id)
    counter = None if factor is None or not user.is_active else _counter_of(_secret(factor), code, wall)
    if factor is None or counter is None:
        return _count(guards, user, wall, at, "code")
    if counter <= factor.last_counter:
        record(
            action="operator.code_repeated",
            at=at,
            actor=Actor.operator(user),
            subject_kind="operator",
            subject_id=user.id,
        )
        return Refused("code_used")
    factor.last_counter = counter
    factor.confirmed_at = factor.confirmed_at or wall
    factor.save(update_fields=["last_counter", "confirmed_at"])
    # What others tried elsewhere stays counted.
    guard: SignInGuard = guards[TRIES]
    guard.tries, guard.last_failed_at = 0, None
    guard.save(update_fields=["tries", "last_failed_at"])
    record(action="operator.signed_in", at=at, actor=Actor.operator(user), subject_kind="operator", subject_id=user.id)
    return None


def _counter_of(secret: str, code: str, wall: datetime) -> int | None:
    """The step that this code was made for, or None when it belongs to none that counts now."""
    typed = normal_digits(code)
    if not (typed.isascii() and typed.isdigit()):
        return None
    present = int(wall.timestamp()) // STEP_SECONDS
    one_time = pyotp.TOTP(secret)
    for counter in range(present - TOLERANCE, present + TOLERANCE + 1):
        if hmac.compare_digest(one_time.generate_otp(counter), typed):
            return counter
    return None


def _is_right(user: User | None, password: str) -> bool:
    if user is None or not user.is_active:
        # As much work as a real one, so that the time does not tell who exists.
        make_password(password)
        return False
    return user.check_password(password)


@requires_transaction
def _guards(user: User | None, email: str, cookie: str, network: str) -> dict[int, SignInGuard]:
    """The counts that this try belongs to, by how many they bear, locked: tries at once are counted one by one.

    Of a known browser its own; of another one its network's, all networks' together, and its network's over all operators. Where the
    network cannot be known all unknown browsers share the small one.
    """
    address = email.strip().lower()[:254]
    browser = known_browser(user.id, cookie) if user is not None else ""
    names = {TRIES: browser} if browser or not network else {TRIES: f"@{network}", TRIES_ELSEWHERE: ""}
    indexes = {most: mark("operator_sign_in", f"{address}:{name}") for most, name in names.items()}
    if network and not browser:
        indexes[TRIES_NETWORK] = mark("operator_sign_in_network", network)
    found: dict[bytes, SignInGuard] = {}
    # An old one that is there may be forgotten (`access.forgetting`) before we hold it; then it is made anew.
    while len(found) < len(indexes):
        SignInGuard.objects.bulk_create([SignInGuard(index=index) for index in indexes.values()], ignore_conflicts=True)
        locked = SignInGuard.objects.select_for_update(no_key=True).filter(index__in=list(indexes.values()))
        found = {bytes(guard.index): guard for guard in locked.order_by("index")}
    return {most: found[index] for most, index in indexes.items()}


def _locked(guards: dict[int, SignInGuard], wall: datetime) -> Refused | None:
    until = [guard.locked_until for guard in guards.values() if guard.locked_until and guard.locked_until > wall]
    return Refused("sign_in_locked", until=max(until)) if until else None


@requires_transaction
def _count(guards: dict[int, SignInGuard], user: User | None, wall: datetime, at: datetime, what: str) -> Refused:
    """Count a wrong password or code; as many within an hour as a count bears lock it."""
    refusal = Refused("code_wrong" if what == "code" else "sign_in_wrong")
    for most, guard in guards.items():
        if _add_failure(guard, most, wall):
            refusal = Refused("sign_in_locked", until=guard.locked_until)
    # An address of nobody's is counted too; it stands in the trail, without the address, when it is locked.
    if user is not None or refusal.reason == "sign_in_locked":
        record(
            action="operator.sign_in_refused",
            at=at,
            subject_kind="operator" if user else "",
            subject_id=user.id if user else None,
            data={"what": what, "locked": refusal.reason == "sign_in_locked"},
        )
    return refusal


@requires_transaction
def _add_failure(guard: SignInGuard, most: int, wall: datetime) -> bool:
    """Count one more; whether it locks."""
    is_recent = guard.last_failed_at is not None and wall - guard.last_failed_at < LOCK
    guard.tries = guard.tries + 1 if is_recent else 1
    guard.last_failed_at = wall
    is_over = guard.tries >= most
    if is_over and most == TRIES_NETWORK:
        # Whoever guesses at many operators from one address goes on at a crawl, and so does a colleague who is new there.
        guard.locked_until = wall + PAUSE
    elif is_over:
        guard.tries, guard.locked_until = 0, wall + LOCK
    guard.save(update_fields=["tries", "last_failed_at", "locked_until"])
    return is_over


def _factor(user_id: uuid.UUID) -> SecondFactor | None:
    return SecondFactor.objects.select_for_update(no_key=True).filter(user_id=user_id).first()


def _sealed(secret: str, user_id: uuid.UUID) -> bytes:
    return seal(secret, table="access_secondfactor", column="secret_enc", row_id=user_id)


def _secret(factor: SecondFactor) -> str:
    return unseal(factor.secret_enc, table="access_secondfactor", column="secret_enc", row_id=factor.user_id)
