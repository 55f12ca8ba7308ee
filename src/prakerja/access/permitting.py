"""The one place where it is asked who may do what (`permissions.PERMISSIONS`). A refusal is written down too."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from prakerja.access.actors import Actor
from prakerja.access.models import OperatorRole, User
from prakerja.access.permissions import OPERATORS_ONLY, allows
from prakerja.audit.operations import record
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused

P = ParamSpec("P")
R = TypeVar("R")
# Every verb that an operator can use, by the functions that do it: what the house test compares with the table.
DECLARED: dict[str, list[str]] = {}


def permitted(verb: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare an operation as a verb of the table: its `actor` is asked before anything else happens.

    The function takes `actor` and `at` as keyword arguments and opens its own transaction.
    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        DECLARED.setdefault(verb, []).append(f"{function.__module__}.{function.__qualname__}")

        @functools.wraps(function)
        def inner(*args: P.args, **kwargs: P.kwargs) -> R:
            given: dict[str, Any] = kwargs
            require(actor=given["actor"], verb=verb, at=given["at"])
            return function(*args, **kwargs)

        inner.verb = verb  # type: ignore[attr-defined]
        return inner

    return declare


def require(*, actor: Actor, verb: str, at: datetime) -> None:
    """Return when the actor may, by the roles that they have now. Outside of any transaction: a refusal is audited.

    The programme may do what needs no signature. Raises Refused: not_permitted (verb).
    """
    if actor.kind == "system" and verb not in OPERATORS_ONLY:
        return
    if actor.kind == "operator" and allows(roles=roles_of(user_id=uuid.UUID(actor.id)), verb=verb):
        return
    with transaction():
        record(action="operator.refused", at=at, actor=actor, data={"verb": verb})
    raise Refused("not_permitted", verb=verb)


def require_operator(*, who: Actor) -> None:
    """Where two people decide, neither the programme nor whoever sits at its machine is one of them. Raises Refused: operator_needed."""
    if who.kind != "operator":
        raise Refused("operator_needed")


def roles_of(*, user_id: uuid.UUID) -> frozenset[str]:
    """The roles of an operator who is not disabled; none for anybody else."""
    return frozenset(OperatorRole.objects.filter(user_id=user_id, user__is_active=True).values_list("role", flat=True))


def operator_by_email(*, email: str) -> Actor:
    """The operator with this address, as somebody who acts. Raises Refused: operator_unknown."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise Refused("operator_unknown")
    return Actor.operator(user)


def operator_names(*, ids: Collection[str]) -> dict[str, str]:
    """The e-mail addresses of operators, also of disabled ones, by the ids that the audit trail keeps."""
    wanted = {uuid.UUID(one) for one in ids}
    return {str(key): email for key, email in User.objects.filter(id__in=wanted).values_list("id", "email")}


def operator_name(*, id: str) -> str:
    """One of them; "–" for who is none."""
    return operator_names(ids=[id]).get(id, "–")
